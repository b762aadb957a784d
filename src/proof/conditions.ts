/** Of which packets a rule's condition holds where they stand, as sets of packets as they began. */
import type { Address } from "../model/address.js";
import { type Condition, CT_DIRECTION, CT_STATE, type HookMatch, type Row } from "../model/netfilter.js";
import { type Edge, FALSE, TRUE } from "./bdd.js";
import type { State, Value } from "./flow.js";
import { passes } from "./partition.js";
import type { Space } from "./space.js";
import { wordSet } from "./word.js";

/** A source that masquerade gives some packets; null: the one they have. */
export interface Given {
  readonly when: Edge;
  /** `drop`: there is none. `unknown`: why it cannot be told. */
  readonly to: Address | null | "drop" | { readonly unknown: string };
}

/** What a walk along chains asks of the rest of a proof. */
export interface Surroundings {
  readonly space: Space;
  /** What the routing tables say of an end, asked where a translation wrote one of both: IPv6 looks up with the other one. */
  readonly typeOf: (end: "src" | "dst", state: State) => Value;
  /** Together these sets are everything. */
  readonly masquerade: (state: State) => readonly Given[];
  /** Addresses of a device that `redirect` may choose, none that is tentative, in the order of the dump. 0: the loopback. */
  readonly addressesOf: (device: number) => readonly Address[];
}

/** Packets for which the condition holds. */
export function conditionSet(around: Surroundings, state: State, { rows, not }: Pick<Condition, "rows" | "not">): Edge {
  const some = around.space.bdd.any(rows.map((row) => rowSet(around, state, row)));
  return not ? around.space.bdd.not(some) : some;
}

function rowSet(around: Surroundings, state: State, { matches, unknown }: Row): Edge {
  const { space } = around;
  const sets = matches.map((match) => matchSet(around, state, match));
  return space.bdd.all(unknown === null ? sets : [...sets, space.unknown(unknown)]);
}

/** Packets whose field, as it is by now, passes the match. */
export function matchSet(around: Surroundings, state: State, match: HookMatch): Edge {
  const { space } = around;
  const { words } = state;
  const { field } = match;
  switch (field) {
    case "src0": case "src1": case "src2": case "src3": return addressSet(space, state.src, match);
    case "dst0": case "dst1": case "dst2": case "dst3": return addressSet(space, state.dst, match);
    case "mark": case "tos": case "hopLimit": return wordSet(space.bdd, words[field], match);
    case "ctMark": case "ctStatus": return tracked(space, state, wordSet(space.bdd, words[field], match), NOTHING, match);
    case "ctDirection": return tracked(space, state, valueSet(space, state.ctDirection, match), CT_DIRECTION.original, match);
    case "ctState": {
      const known = tracked(space, state, valueSet(space, state.ctState, match), CT_STATE.invalid, match);
      return space.bdd.ite(words.untracked, constantSet(match, CT_STATE.untracked), known);
    }
    case "iif": case "oif": case "sport": case "dport": case "owner": return valueSet(space, state[field], match);
    case "srcType": case "dstType": return typeSet(around, state, field, match);
    default: return space.matchSet(match);
  }
}

const NOTHING = 0;

/** A packet without an entry has `otherwise`. */
function tracked({ bdd }: Space, { words }: State, set: Edge, otherwise: number, match: HookMatch): Edge {
  return bdd.ite(words.tracked, set, constantSet(match, otherwise));
}

function addressSet(space: Space, address: Address | null, match: HookMatch): Edge {
  return address === null ? space.matchSet(match) : constantSet(match, address.words[Number(match.field.slice(3))] ?? 0);
}

function typeSet(around: Surroundings, state: State, field: "srcType" | "dstType", match: HookMatch): Edge {
  const isRewritten = state.src !== null || state.dst !== null;
  return valueSet(around.space, isRewritten ? around.typeOf(field === "srcType" ? "src" : "dst", state) : "initial", match);
}

function valueSet(space: Space, value: Value, match: HookMatch): Edge {
  if (value === "initial") return space.matchSet(match);
  return value === "open" ? space.unknown(openText(match)) : constantSet(match, value);
}

function constantSet(match: HookMatch, value: number): Edge {
  return passes(match, value) ? TRUE : FALSE;
}

/** Fields that a translation may leave open. */
export const OPENED = ["sport", "dport", "srcType", "dstType"] as const satisfies readonly HookMatch["field"][];

/** The name of a match on a field that is not told any more: its free variable in the space. */
export function openText({ field, mask, low, span }: HookMatch): string {
  return `the rewritten ${field} & ${mask} lies in ${low}+${span}`;
}
