/** Names asked of the WAN's resolvers. They are there to find the VPN's servers, so any other name is a finding of the claim `resolver`. */
import { formatAddress } from "../model/address.js";
import type { Policy } from "../model/policy.js";
import type { Finding } from "../model/report.js";
import { type DnsPacket, messagesIn } from "../trace/names.js";
import type { Core } from "./core.js";
import { timeText } from "./findings.js";
import { dnsPacket } from "./survey.js";
import { readTotal } from "./totals.js";

/** Names that a report lists. */
const LISTED_MAX = 5;
/** Names that are remembered to tell one from another. */
const NAMES_MAX = 1_000;

/** A frame of the batch: which one of its capture it is, and when it was taken. */
export interface Seen {
  readonly capture: string;
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** Follows the questions of a run, batch by batch. */
export class AskedNames {
  readonly #allowed: Set<string> | null;
  readonly #names = new Set<string>();
  #first: (Seen & { readonly packet: DnsPacket }) | null = null;

  /** `aliases`: names that captured answers give to VPN servers. */
  constructor(private readonly core: Core, policy: Policy, aliases: readonly string[]) {
    this.#allowed = policy.askable === null ? null : new Set([...policy.askable, ...aliases]);
  }

  /** An alias was learnt on the way. */
  learn(aliases: readonly string[]): void {
    for (const name of aliases) this.#allowed?.add(name);
  }

  /** Reads the names of a judged batch that were not read before; `seen` tells of the first frame that asks what it should not. */
  look(seen: (index: number) => Seen): void {
    const allowed = this.#allowed;
    if (allowed === null) return;
    for (const index of this.core.questions()) {
      const packet = dnsPacket(this.core, index);
      const asked = packet === null ? [] : messagesIn(packet).flatMap(({ question }) => (question === null ? [] : [question.name]));
      const strange = asked.filter((name) => !isAllowed(name, allowed));
      this.core.settle(index, strange.length > 0);
      if (strange.length === 0 || packet === null) continue;
      this.#first ??= { ...seen(index), packet: { ...packet, payload: packet.payload.slice() } };
      for (const name of strange) if (this.#names.size < NAMES_MAX) this.#names.add(name);
    }
  }

  /** The finding; null when nothing was asked that should not have been. */
  finding(): Finding | null {
    const first = this.#first;
    if (first === null) return null;
    const names = [...this.#names];
    const listed = `${names.slice(0, LISTED_MAX).join(", ")}${names.length > LISTED_MAX ? `, and ${names.length - LISTED_MAX} more` : ""}`;
    const { packet } = first;
    return {
      claim: "resolver", id: "resolver:name", class: "wan-dns", reason: null, known: null, accepted: false, frames: readTotal(this.core, "asked"), bytes: readTotal(this.core, "askedBytes"),
      first: { capture: first.capture, frame: first.frame, time: timeText(first.seconds, first.nanos) },
      flow: { family: packet.family, src: formatAddress(packet.src), dst: formatAddress(packet.dst), proto: packet.proto, sport: packet.sport, dport: packet.dport },
      attributed: { mark: null, uid: null, gid: null },
      because: [{ station: "policy", text: `the VPN's servers are ${[...(this.#allowed ?? [])].join(", ") || "given by address"}`, at: "fastd.conf" }],
      what: `The WAN's resolvers were asked for ${listed}: they are there to find the VPN's servers only.`,
      todo: "Keep the WAN's resolvers away from the main DNS daemon (peerdns 0, no dns option on wan and wan6), and see which process asks.",
    };
  }
}

/** A VPN server's name, or that name with a search suffix behind it. */
function isAllowed(name: string, allowed: ReadonlySet<string>): boolean {
  return allowed.has(name) || [...allowed].some((known) => name.startsWith(`${known}.`));
}
