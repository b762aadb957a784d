/** What the node was seen to send at its own hooks (NFLOG): distinct packets, as the core keeps them. */
import type { Address, Family } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Core } from "./core.js";

const TCP = 6;
const UDP = 17;
const ICMP: readonly number[] = [1, 58];

/** Frames that are the same packet in all that its way depends on. */
export interface Observed {
  /** Where it was logged. */
  readonly hook: "output" | "postrouting";
  readonly family: Family;
  readonly proto: number;
  readonly src: Address;
  readonly dst: Address;
  /** TCP and UDP; null: the packet has none. */
  readonly sport: number | null;
  readonly dport: number | null;
  /** ICMP; null: the packet has none. */
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  /** TCP: FIN 1, SYN 2, RST 4, ACK 16; others are left out. */
  readonly tcpFlags: number | null;
  /** At the place of the hook where it was logged. */
  readonly mark: number;
  /** null: no socket with an owner made it. */
  readonly uid: number | null;
  readonly gid: number | null;
  /** The hook's output device; null: none that the node's state knows. */
  readonly dev: string | null;
  /** FLOW in verdict.ts: who opened its flow, where that is followed (on the WAN). */
  readonly flow: number;
  readonly frames: number;
  readonly bytes: number;
  /** Number of the capture, from 0. */
  readonly capture: number;
  /** The first frame, which counts from 1 in its capture. */
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** Every packet of the table, in the order in which they were first seen. */
export function readObserved(core: Core, node: Node): Observed[] {
  return Array.from({ length: core.area("observedCount") }, (_, i) => readOne(core, node, core.area("observed") + i * core.layout.ObservedAt.SIZE));
}

function readOne(core: Core, node: Node, at: number): Observed {
  const { ObservedAt, Visible } = core.layout;
  const view = core.view();
  const word = (name: Exclude<keyof typeof ObservedAt, "SIZE">): number => view.getUint32(at + ObservedAt[name], true);
  const long = (name: "frames" | "bytes" | "frame"): number => Number(view.getBigUint64(at + ObservedAt[name], true));
  const family = word("family") === 4 ? 4 : 6;
  const address = (start: number): Address => {
    const [a, b, c, d] = [0, 4, 8, 12].map((offset) => view.getUint32(at + start + offset, true));
    return { family, words: [a ?? 0, b ?? 0, c ?? 0, d ?? 0] };
  };
  const proto = word("proto");
  const visible = word("visible");
  const ported = proto === TCP || proto === UDP;
  const icmp = ICMP.includes(proto);
  return {
    hook: (visible & Visible.EARLY) !== 0 ? "output" : "postrouting",
    family, proto, src: address(ObservedAt.src0), dst: address(ObservedAt.dst0),
    sport: ported ? word("sport") : null,
    dport: ported ? word("dport") : null,
    icmpType: icmp ? word("icmpType") : null,
    icmpCode: icmp ? word("icmpCode") : null,
    tcpFlags: proto === TCP ? word("tcpFlags") : null,
    mark: word("mark"),
    uid: (visible & Visible.UID) === 0 ? null : word("uid"),
    gid: (visible & Visible.GID) === 0 ? null : word("gid"),
    dev: node.links[word("device") - 1]?.name ?? null,
    flow: word("flow"),
    frames: long("frames"), bytes: long("bytes"), frame: long("frame"),
    capture: word("capture"), seconds: word("seconds"), nanos: word("nanos"),
  };
}
