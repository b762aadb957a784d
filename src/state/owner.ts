/** Whose packet it is: matches on the owner of the socket, and on its conntrack entry, which both firewalls have with differences where there is none. */
import { type Condition, CT_TRACKED, type HookMatch, OWNER, type Row } from "../model/netfilter.js";
import { equals, except, hasAny, type HookField } from "../model/packet.js";
import { condition, maybe, row, TRACKED, UNTRACKED } from "./condition.js";

/** A process has made it. nft's skuid and skgid leave the rule otherwise, inverted or not (nft_meta_get_eval_skugid()). */
export const HAS_PROCESS = owner(OWNER.process);

function owner(value: number): HookMatch {
  return equals<HookField>("owner", value);
}

/** iptables' `-m owner`: null for what the rule does not ask. */
export interface OwnerTest {
  readonly user: Negatable | null;
  readonly group: (Negatable & { readonly supplementary: boolean }) | null;
  /** `--socket-exists`. */
  readonly socket: { readonly not: boolean } | null;
}

interface Negatable {
  readonly match: HookMatch;
  readonly not: boolean;
}

/**
 * owner_mt(): without a socket it holds if all that is asked is inverted, with a socket that no process has made if users and groups are; so
 * `! --uid-owner 0` takes forwarded packets and ICMP errors.
 */
export function ownerCondition(test: OwnerTest, text: string): Condition {
  const { user, group, socket } = test;
  const namesInverted = (user?.not ?? true) && (group?.not ?? true);
  const socketWanted = socket?.not !== true;
  const rows: Row[] = [];
  if (namesInverted && (socket?.not ?? true)) rows.push(row(owner(OWNER.none)));
  if (namesInverted && socketWanted) rows.push(row(owner(OWNER.kernel)));
  if (socketWanted) rows.push(...processRows(user, group));
  return condition(text, rows);
}

function processRows(user: Negatable | null, group: OwnerTest["group"]): Row[] {
  const users = user === null ? [] : sided(user.match, user.not);
  if (users === null) return [];
  const base = [HAS_PROCESS, ...users];
  if (group === null) return [row(...base)];
  const [inside, outside] = [sided(group.match, false), sided(group.match, true)];
  // A supplementary group may hold where the socket's own does not.
  const other = group.supplementary && outside !== null ? [maybe("--suppl-groups", ...base, ...outside)] : [];
  if (group.not) return other.length > 0 ? other : outside === null ? [] : [row(...base, ...outside)];
  return [...(inside === null ? [] : [row(...base, ...inside)]), ...other];
}

/** The match or its opposite; null: it never holds. */
function sided(match: HookMatch, not: boolean): HookMatch[] | null {
  if (!not) return [match];
  const opposite = except(match);
  return opposite === null ? null : [opposite];
}

/** iptables' `-m conntrack`: null for what the rule does not ask. */
export interface ConntrackTest {
  /** Bits of CT_STATE, and those of CT_STATUS that `SNAT` and `DNAT` stand for. */
  readonly state: { readonly bits: number; readonly status: number; readonly not: boolean } | null;
  readonly status: { readonly bits: number; readonly not: boolean } | null;
  readonly direction: HookMatch | null;
  /** What asks the entry's addresses or lifetime, by its text. */
  readonly unknown: string | null;
}

/** conntrack_mt(): the state is looked at first; without an entry nothing else is asked, and only a test of the state can hold. */
export function conntrackConditions(test: ConntrackTest, text: string): Condition[] {
  const { state, status, direction } = test;
  const states = state === null ? [] : [condition(text, [...ofState(state.bits), ...ofStatus(state.status)], state.not)];
  const more: Row = { matches: [...(status === null ? [] : [statusMatch(status)]), ...(direction === null ? [] : [direction])], unknown: test.unknown };
  if (more.matches.length === 0 && more.unknown === null && state !== null) return states;
  const tracked: Row = { matches: [TRACKED, ...more.matches], unknown: more.unknown };
  return [...states, condition(text, state === null ? [tracked] : [row(UNTRACKED), tracked])];
}

function ofState(bits: number): Row[] {
  return bits === 0 ? [] : [row(hasAny("ctState", bits))];
}

function ofStatus(bits: number): Row[] {
  return bits === 0 ? [] : [row(hasAny("ctState", CT_TRACKED), hasAny("ctStatus", bits))];
}

function statusMatch({ bits, not }: { readonly bits: number; readonly not: boolean }): HookMatch {
  return not ? equals<HookField>("ctStatus", 0, bits) : hasAny("ctStatus", bits);
}
