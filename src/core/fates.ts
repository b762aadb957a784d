/** Fates as the core wrote them, told in the words of a walk. */
import { type Address, type Family, formatAddress } from "../model/address.js";
import type { Link } from "../model/node.js";
import type { Egress, ErrorName, Fate } from "../model/walk.js";
import type { Core, Layout } from "./core.js";
import { hasPorts } from "./given.js";
import type { PathEnds, PathFlow, PathPacket } from "./path.js";
import type { RouterImage } from "./router.js";

/** What was not understood, or not told, where it decides. */
export interface Open {
  readonly text: string;
  readonly at: string;
}

export interface PathFate {
  readonly disposition: Exclude<Fate, "depends">;
  /** What the sender's socket call returns. */
  readonly error?: ErrorName;
  readonly egress: Egress | null;
  /** The conntrack entry that the packet leaves behind, as far as it is known. */
  readonly entry?: PathFlow;
  /** Stands with `undetermined`. */
  readonly undetermined: Open | null;
}

/** Rules of a firewall by number, from 1. */
export type RuleTexts = Readonly<Record<Family, readonly Open[]>>;

/** A packet whose fate is not told, and why. */
export function openFate(open: Open): PathFate {
  return { disposition: "undetermined", egress: null, undetermined: open };
}

/** Reads Fate records. */
export class FateTeller {
  readonly #layout: Layout;
  readonly #endings: ReadonlyMap<number, PathFate["disposition"]>;
  readonly #errors: ReadonlyMap<number, ErrorName>;

  constructor(core: Core, private readonly image: RouterImage, private readonly links: readonly Link[], private readonly texts: RuleTexts) {
    this.#layout = core.layout;
    const { Ending, Errno } = core.layout;
    this.#endings = new Map([
      [Ending.EGRESS, "egress"], [Ending.LOCAL, "local"], [Ending.DROPPED, "dropped"], [Ending.REJECTED, "rejected"], [Ending.NO_ROUTE, "noRoute"],
    ]);
    this.#errors = new Map(ERRORS.map((name) => [Errno[name], name]));
  }

  /** The record at a word of the batch's area. */
  tell(words: Uint32Array, at: number, packet: PathPacket): PathFate {
    const { FateAt } = this.#layout;
    const read = (offset: number): number => words[at + offset / 4] ?? 0;
    const disposition = this.#endings.get(read(FateAt.ending));
    if (disposition === undefined) return openFate(this.#open(packet.dst.family, read(FateAt.place), read(FateAt.number)));
    const error = this.#errors.get(read(FateAt.error));
    const entry = read(FateAt.flow) === 0 ? null : this.#flow(words, at, packet.dst.family);
    return {
      disposition,
      ...(error === undefined ? {} : { error }),
      egress: disposition === "egress" ? this.#egress(words, at, packet) : null,
      ...(entry === null ? {} : { entry }),
      undetermined: null,
    };
  }

  #egress(words: Uint32Array, at: number, { dst: { family }, fields }: PathPacket): Egress {
    const { FateAt } = this.#layout;
    const read = (offset: number): number => words[at + offset / 4] ?? 0;
    const address = (offset: number): string => formatAddress(addressAt(words, at + offset / 4, family));
    const ports = hasPorts(fields.proto ?? 0);
    const hop = read(FateAt.hop);
    const via = hop === 0 ? null : (this.image.fib[family].hops[hop - 1]?.via ?? null);
    return {
      dev: this.links[read(FateAt.device) - 1]?.name ?? "",
      table: read(FateAt.table),
      ...(via === null ? {} : { via: formatAddress(via) }),
      src: read(FateAt.sourceKnown) === 0 ? null : address(FateAt.src0),
      dst: address(FateAt.dst0),
      ...(ports && fields.sport !== undefined && read(FateAt.portKept) !== 0 ? { sport: read(FateAt.sport) } : {}),
      ...(ports && fields.dport !== undefined ? { dport: read(FateAt.dport) } : {}),
      mark: read(FateAt.mark),
    };
  }

  #flow(words: Uint32Array, at: number, family: Family): PathFlow {
    const { FateAt } = this.#layout;
    return {
      original: this.#ends(words, at + FateAt.original / 4, family),
      reply: this.#ends(words, at + FateAt.reply / 4, family),
      mark: words[at + FateAt.flowMark / 4] ?? 0,
    };
  }

  #ends(words: Uint32Array, at: number, family: Family): PathEnds {
    const { EndsAt, Known } = this.#layout;
    const read = (offset: number): number => words[at + offset / 4] ?? 0;
    const known = read(EndsAt.known);
    return {
      src: (known & Known.SRC) === 0 ? null : addressAt(words, at + EndsAt.src0 / 4, family),
      dst: (known & Known.DST) === 0 ? null : addressAt(words, at + EndsAt.dst0 / 4, family),
      sport: (known & Known.SPORT) === 0 ? null : read(EndsAt.sport),
      dport: (known & Known.DPORT) === 0 ? null : read(EndsAt.dport),
    };
  }

  /** The line of the node that was not understood, the file that does not tell, or what the packet leaves out. */
  #open(family: Family, place: number, number: number): Open {
    const { Place, Missing, Setting } = this.#layout;
    const fib = this.image.fib[family];
    switch (place) {
      case Place.RULE: return lineOf(fib.rules[number - 1]);
      case Place.ROUTE: return lineOf(fib.routes[number - 1]);
      case Place.UNREAD: return lineOf(fib.unread ?? undefined);
      case Place.FILTER: return number === 0 ? SAID.SOURCE : lineOf(this.texts[family][number - 1]);
      case Place.FIELD: {
        const names = new Map([[Missing.API, "api"], [Missing.MARK_WHEN, "markWhen"], [Missing.SOCKET, "socket"], [Missing.OIF, "oif"]]);
        return { text: `${names.get(number) ?? "a field"} is not given`, at: "packet" };
      }
      case Place.SETTING: {
        const name = number === Setting.FORWARDING6 ? "net.ipv6.conf.all.forwarding" : `net.ipv${family}.fwmark_reflect`;
        return { text: `${name} is not told`, at: "sysctl.txt" };
      }
      default: {
        const key = SAID_OF.find((name) => Place[name] === place);
        return key === undefined ? SAID.SOURCE : SAID[key];
      }
    }
  }
}

const ERRORS = ["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL", "EADDRNOTAVAIL", "EPERM"] as const satisfies readonly ErrorName[];

/** Places that are not a line of the node's text. */
const SAID = {
  SOURCE: { text: "whether the source is believed is not told", at: "state" },
  FORWARDING: { text: "whether the device forwards is not told", at: "sysctl.txt" },
  GROUPS: { text: "multicast from outside asks the node's groups and its multicast routing, which are not modelled", at: "state" },
  MULTICAST: { text: "whether the kernel routes IPv6 multicast is not told", at: "sysctl.txt" },
  VRF: { text: "virtual routing domains (vrf) are not modelled", at: "link.json" },
  FLOW: { text: "what conntrack has translated of its flow is not given (entry)", at: "packet" },
  MAKER: { text: "whether a socket, or the want of one, or a rule makes the answer is not given", at: "packet" },
  ABOUT: { text: "whether the packet that the ICMP error tells about was for the node itself is not given", at: "packet" },
  UNSEEN: { text: "not all rules of the firewall are known", at: "state" },
  RANGE: { text: "the kernel takes one address of a range by a hash of the flow", at: "state" },
  ORDER: { text: "which of two base chains of one priority comes first is not told", at: "state" },
} as const satisfies Record<string, Open>;

const SAID_OF = ["FORWARDING", "GROUPS", "MULTICAST", "VRF", "FLOW", "MAKER", "ABOUT", "UNSEEN", "RANGE", "ORDER"] as const;

function lineOf(line: Open | undefined): Open {
  return line === undefined ? { text: "a line that was not understood", at: "state" } : { text: line.text, at: line.at };
}

function addressAt(words: Uint32Array, at: number, family: Family): Address {
  const [a = 0, b = 0, c = 0, d = 0] = words.subarray(at, at + 4);
  return { family, words: [a, b, c, d] };
}
