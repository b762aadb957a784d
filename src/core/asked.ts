/** Names asked of the WAN's resolvers. They are there to find the VPN's servers, so any other name is a finding of the claim `resolver`. */
import { formatAddress } from "../model/address.js";
import type { Policy } from "../model/policy.js";
import type { Finding } from "../model/report.js";
import { CLASSES } from "../model/verdict.js";
import { type DnsPacket, messagesIn } from "../trace/names.js";
import type { Core } from "./core.js";
import { timeText } from "./findings.js";
import { dnsPacket } from "./survey.js";

/** Names that a report lists. */
const LISTED_MAX = 5;
/** Names that are remembered to tell one from another. */
const NAMES_MAX = 1_000;
/** Batches after a question in which its answer may tell aliases. */
const PATIENCE = 8;

/** A frame of the batch: which one of its capture it is, and when it was taken. */
export interface Seen {
  readonly capture: string;
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly bytes: number;
}

/** Follows the questions of a run, batch by batch. */
export class AskedNames {
  readonly #allowed: Set<string> | null;
  readonly #names = new Set<string>();
  #questions = 0;
  #patience = 0;
  #frames = 0;
  #bytes = 0;
  #first: (Seen & { readonly packet: DnsPacket }) | null = null;

  constructor(private readonly core: Core, policy: Policy) {
    this.#allowed = policy.askable === null ? null : new Set(policy.askable);
  }

  /** Looks at a batch that was judged. Returns the indexes of frames that ask what they should not; `seen` tells of such a frame. */
  look(count: number, seen: (index: number) => Seen): ReadonlySet<number> {
    const foreign = new Set<number>();
    const allowed = this.#allowed;
    if (allowed === null || !this.#worthwhile()) return foreign;
    for (let i = 0; i < count; i++) {
      const packet = dnsPacket(this.core, i);
      if (packet === null) continue;
      if (packet.sport === DNS_PORT) learnAliases(packet, allowed);
      if (packet.dport !== DNS_PORT || !this.#isQuestion(i)) continue;
      const strange = messagesIn(packet).flatMap(({ question }) => (question === null || isAllowed(question.name, allowed) ? [] : [question.name]));
      if (strange.length === 0) continue;
      foreign.add(i);
      const frame = seen(i);
      this.#first ??= { ...frame, packet: { ...packet, payload: packet.payload.slice() } };
      this.#frames++;
      this.#bytes += frame.bytes;
      for (const name of strange) if (this.#names.size < NAMES_MAX) this.#names.add(name);
    }
    return foreign;
  }

  /** The finding; null when nothing was asked that should not have been. */
  finding(): Finding | null {
    const first = this.#first;
    if (first === null) return null;
    const names = [...this.#names];
    const listed = `${names.slice(0, LISTED_MAX).join(", ")}${names.length > LISTED_MAX ? `, and ${names.length - LISTED_MAX} more` : ""}`;
    const { packet } = first;
    return {
      claim: "resolver", id: "resolver:name", class: "wan-dns", reason: null, known: null, accepted: false, frames: this.#frames, bytes: this.#bytes,
      first: { capture: first.capture, frame: first.frame, time: timeText(first.seconds, first.nanos) },
      flow: { family: packet.family, src: formatAddress(packet.src), dst: formatAddress(packet.dst), proto: packet.proto, sport: packet.sport, dport: packet.dport },
      attributed: { mark: null, uid: null, gid: null },
      because: [{ station: "policy", text: `the VPN's servers are ${[...(this.#allowed ?? [])].join(", ") || "given by address"}`, at: "fastd.conf" }],
      what: `The WAN's resolvers were asked for ${listed}: they are there to find the VPN's servers only.`,
      todo: "Keep the WAN's resolvers away from the main DNS daemon (peerdns 0, no dns option on wan and wan6), and see which process asks.",
    };
  }

  /** Whether the batch has a question to the WAN's resolvers, or the answer to one that was just asked. */
  #worthwhile(): boolean {
    const { TotalsAt } = this.core.layout;
    const questions = Number(this.core.view().getBigUint64(this.core.area("totals") + TotalsAt.classes + 8 * WAN_DNS, true));
    this.#patience = questions === this.#questions ? Math.max(0, this.#patience - 1) : PATIENCE;
    this.#questions = questions;
    return this.#patience > 0;
  }

  #isQuestion(index: number): boolean {
    const { JudgementAt } = this.core.layout;
    return this.core.view().getUint8(this.core.area("judgements") + index * JudgementAt.SIZE + JudgementAt.verdict) === WAN_DNS;
  }
}

const DNS_PORT = 53;
/** The core numbers classes from 1. */
const WAN_DNS = CLASSES.indexOf("wan-dns") + 1;

/** A VPN server's name, or that name with a search suffix behind it. */
function isAllowed(name: string, allowed: ReadonlySet<string>): boolean {
  return allowed.has(name) || [...allowed].some((known) => name.startsWith(`${known}.`));
}

/** What stands behind an alias of a VPN server's name is that server's name, too. */
function learnAliases(packet: DnsPacket, allowed: Set<string>): void {
  for (const { response, answers } of messagesIn(packet)) {
    if (!response) continue;
    for (const answer of answers) if (answer.kind === "alias" && allowed.has(answer.name) && allowed.size < NAMES_MAX) allowed.add(answer.target);
  }
}
