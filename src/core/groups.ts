/** Groups of frames worth telling, as the core keeps them. */
import type { Address, Family } from "../model/address.js";
import type { FibRule, Route } from "../model/node.js";
import { CLASSES, type Class, REASON_NAMES, type Reason } from "../model/verdict.js";
import type { Core } from "./core.js";
import type { Image } from "./image.js";

const ARP = 0x0806;
/** The core's word for "does not apply". */
const NONE = 0xffffffff;

export const KINDS = ["CONTAINMENT", "SOURCE", "CONFINEMENT", "MARK_MISSING", "STRANGER", "FORWARDED"] as const;
export type Kind = (typeof KINDS)[number];

export interface Group {
  readonly kind: Kind;
  /** null: a marked packet that left elsewhere and belongs to no class. */
  readonly class: Class | null;
  readonly reason: Reason | null;
  readonly family: Family | 0;
  readonly etherType: number;
  readonly proto: number;
  readonly src: Address | null;
  readonly dst: Address | null;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly icmpType: number | null;
  readonly rule: FibRule | null;
  readonly route: Route | null;
  /** Bit 0: an unmarked sender's packet would leave here; bit 1: a marked one's. */
  readonly explained: number;
  readonly flow: number;
  /** Device number; 0 where the capture does not say. */
  readonly device: number;
  /** null where the capture does not carry it. */
  readonly mark: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly frames: number;
  readonly bytes: number;
  readonly frame: number;
  readonly capture: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** Every group of the run, in no order. */
export function readGroups(core: Core, image: Image): Group[] {
  const { FindingAt, Limit } = core.layout;
  const at = core.area("findings");
  const view = core.view();
  const groups: Group[] = [];
  for (let i = 0; i < Limit.FINDINGS; i++) {
    const entry = at + i * FindingAt.SIZE;
    // Almost every place is empty in almost every run.
    if (view.getUint32(entry + FindingAt.frames, true) !== 0 || view.getUint32(entry + FindingAt.frames + 4, true) !== 0) groups.push(readGroup(core, image, entry));
  }
  return groups;
}

function readGroup(core: Core, image: Image, at: number): Group {
  const { FindingAt, Visible } = core.layout;
  const view = core.view();
  const word = (name: Exclude<keyof typeof FindingAt, "SIZE">): number => view.getUint32(at + FindingAt[name], true);
  const optional = (name: "sport" | "dport" | "icmpType"): number | null => (word(name) === NONE ? null : word(name));
  const frames = Number(view.getBigUint64(at + FindingAt.frames, true));
  const family = word("family") === 4 ? 4 : word("family") === 6 ? 6 : 0;
  const addressed = family !== 0 ? family : word("etherType") === ARP ? 4 : 0;
  const address = (start: number): Address | null => {
    const words = [0, 4, 8, 12].map((offset) => view.getUint32(start + offset, true));
    return addressed === 0 ? null : { family: addressed, words: [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0] };
  };
  const fib = family === 0 ? null : image.fib[family];
  const shown = (bit: number, name: "mark" | "uid" | "gid"): number | null => ((word("visible") & bit) === 0 ? null : word(name));
  return {
    kind: KINDS[word("kind")] ?? "CONTAINMENT",
    class: CLASSES[word("verdict") - 1] ?? null,
    reason: REASON_NAMES[word("reason") - 1] ?? null,
    family,
    etherType: word("etherType"),
    proto: word("proto"),
    src: address(at + FindingAt.src0),
    dst: address(at + FindingAt.dst0),
    sport: optional("sport"),
    dport: optional("dport"),
    icmpType: optional("icmpType"),
    rule: fib?.rules[word("rule") - 1] ?? null,
    route: fib?.routes[word("route") - 1] ?? null,
    explained: word("explained"),
    flow: word("flow"),
    device: word("device"),
    mark: shown(Visible.MARK, "mark"),
    uid: shown(Visible.UID, "uid"),
    gid: shown(Visible.GID, "gid"),
    frames,
    bytes: Number(view.getBigUint64(at + FindingAt.bytes, true)),
    frame: Number(view.getBigUint64(at + FindingAt.frame, true)),
    capture: word("capture"),
    seconds: word("seconds"),
    nanos: word("nanos"),
  };
}
