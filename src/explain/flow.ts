/** What connection tracking remembers of a flow: the tuples of both directions, as `conntrack -L` prints them, and the mark. */
import { type Address, type Family, formatAddress } from "../model/address.js";
import type { FlowEnds, FlowView } from "../model/walk.js";
import { address, number, Unreadable } from "./row.js";

/** A packet of one direction as the other end's network sees it: the reply's ends tell what was translated. */
export interface Tuple {
  /** null: not known. */
  readonly src: Address | null;
  readonly dst: Address | null;
  readonly sport: number | null;
  readonly dport: number | null;
}

export interface Flow {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly mark: number;
}

/** The shape that an answer tells and a packet may be asked with. */
export function viewOfFlow({ original, reply, mark }: Flow): FlowView {
  return { original: viewOfTuple(original), reply: viewOfTuple(reply), mark };
}

function viewOfTuple({ src, dst, sport, dport }: Tuple): FlowEnds {
  return {
    src: src === null ? null : formatAddress(src), dst: dst === null ? null : formatAddress(dst),
    ...(sport === null ? {} : { sport }), ...(dport === null ? {} : { dport }),
  };
}

/** Throws Unreadable. */
export function readFlow(value: unknown, family: Family): Flow {
  const row = rowOf(value);
  return { original: readTuple(row.get("original"), family), reply: readTuple(row.get("reply"), family), mark: number(row, "mark", 0xffffffff) ?? 0 };
}

function rowOf(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable("entry is not an object with original and reply, each with src and dst");
  return new Map(Object.entries(value).filter(([, field]) => field !== null));
}

function readTuple(value: unknown, family: Family): Tuple {
  const row = rowOf(value);
  const [src, dst] = [address(row, "src"), address(row, "dst")];
  if ([src, dst].some((end) => end !== null && end.family !== family)) throw new Unreadable(`entry has an address that is not of IPv${family}`);
  return { src, dst, sport: number(row, "sport", 0xffff), dport: number(row, "dport", 0xffff) };
}
