/** One frame of a batch as a packet of `explain`: the fields a walk asks for, by the contract's names. */
import { formatAddress } from "../model/address.js";
import type { Field } from "../model/packet.js";
import { type Direction, DIRECTIONS } from "../model/verdict.js";
import type { Core } from "./core.js";

const TCP = 6;
const UDP = 17;
const ICMP = [1, 58];
const LETTERS = ["F", "S", "R", "P", "A", "U"];

export interface ShownFrame {
  readonly direction: Direction;
  /** null for a frame that carries no IP, or of which too little can be read. */
  readonly packet: Readonly<Record<string, string | number>> | null;
}

/** Reads packet `index` of the batch that was judged last. */
export function shownFrame(core: Core, index: number): ShownFrame {
  const { Field, PacketAt, Visible } = core.layout;
  const view = core.view();
  const at = core.area("packets") + index * PacketAt.SIZE;
  const field = (name: Field): number => view.getUint32(at + Field[name], true);
  const visible = view.getUint32(at + PacketAt.visible, true);
  const direction = DIRECTIONS[view.getUint32(at + PacketAt.direction, true)] ?? "-";
  const family = field("family");
  if ((family !== 4 && family !== 6) || field("condition") !== 0) return { direction, packet: null };
  const address = (a: Field, b: Field, c: Field, d: Field): string => formatAddress({ family, words: [field(a), field(b), field(c), field(d)] });
  const shown = (bit: number, name: "mark" | "uid" | "gid"): Record<string, number> => ((visible & bit) === 0 ? {} : { [name]: field(name) });
  const forwarded = (visible & Visible.FORWARDED) !== 0;
  const proto = field("proto");
  const later = field("fragment") === 2;
  return {
    direction,
    packet: {
      origin: forwarded ? "forward" : "local", family, proto,
      src: address("src0", "src1", "src2", "src3"), dst: address("dst0", "dst1", "dst2", "dst3"),
      ...((proto === UDP || proto === TCP) && !later ? { sport: field("sport"), dport: field("dport") } : {}),
      ...(proto === TCP && !later ? { tcpFlags: LETTERS.filter((_, bit) => (field("tcpFlags") & (1 << bit)) !== 0).join("") } : {}),
      ...(ICMP.includes(proto) && !later ? { icmpType: field("icmpType"), icmpCode: field("icmpCode") } : {}),
      ...shown(Visible.MARK, "mark"), ...shown(Visible.UID, "uid"), ...shown(Visible.GID, "gid"),
    },
  };
}
