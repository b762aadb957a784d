/** Tables and rules for tests, built the slow and obvious way: prefixes longest first, then their routes, then `finish`. */
import { reserve } from "../../../assembly/arena";
import { Action, Asks, Fib, Hop, NONE, Prefix, Route, Rule, Slot } from "../../../assembly/layout";
import { Linear } from "../../../assembly/lpm/linear";
import { newMatch } from "./images";

const PREFIXES: u32 = 256;
const RULES: u32 = 32;
const ROUTES: u32 = 256;

/** Reserves a family of `tables` empty tables into `fib`, whose answers may depend on everything. */
export function openFib(fib: Fib, tables: u32): void {
  fib.tableCount = tables;
  fib.asks = <u32>Asks.MARK | <u32>Asks.SOURCE | <u32>Asks.TOS | <u32>Asks.MAYBE_GOTO;
  fib.rules = <u32>reserve(RULES * <u32>offsetof<Rule>());
  fib.prefixes = <u32>reserve(PREFIXES * <u32>offsetof<Prefix>());
  fib.slots = <u32>reserve(PREFIXES * tables * <u32>offsetof<Slot>());
  fib.routes = <u32>reserve(ROUTES * <u32>offsetof<Route>());
}

export function newFib(tables: u32): Fib {
  const fib = changetype<Fib>(reserve(offsetof<Fib>()));
  openFib(fib, tables);
  return fib;
}

export function prefixAt(fib: Fib, number: u32): Prefix {
  return changetype<Prefix>(fib.prefixes + (number - 1) * <u32>offsetof<Prefix>());
}

/** The next prefix; host bits are cleared. Returns its number. */
export function addPrefix(fib: Fib, length: u32, word0: u32 = 0, word1: u32 = 0, word2: u32 = 0, word3: u32 = 0): u32 {
  const number = ++fib.prefixCount;
  assert(number <= PREFIXES && (number == 1 || prefixAt(fib, number - 1).length >= length), "prefixes come longest first");
  const prefix = prefixAt(fib, number);
  prefix.length = length;
  prefix.mask0 = maskWord(length, 0);
  prefix.mask1 = maskWord(length, 32);
  prefix.mask2 = maskWord(length, 64);
  prefix.mask3 = maskWord(length, 96);
  prefix.word0 = word0 & prefix.mask0;
  prefix.word1 = word1 & prefix.mask1;
  prefix.word2 = word2 & prefix.mask2;
  prefix.word3 = word3 & prefix.mask3;
  return number;
}

/** Those bits of the mask that stand in the word which starts at bit `start`. */
function maskWord(length: u32, start: u32): u32 {
  if (length <= start) return 0;
  const bits = min<u32>(32, length - start);
  return u32.MAX_VALUE << (32 - bits);
}

function slotAt(fib: Fib, prefix: u32, table: u32): Slot {
  return changetype<Slot>(fib.slots + ((prefix - 1) * fib.tableCount + table) * <u32>offsetof<Slot>());
}

/** The next route of a prefix in a table, without hops; routes of one prefix and table come one after the other. */
export function addRoute(fib: Fib, prefix: u32, table: u32, kind: u32): Route {
  const number = ++fib.routeCount;
  assert(number <= ROUTES, "too many routes");
  const slot = slotAt(fib, prefix, table);
  if (slot.count == 0) {
    slot.prefix = prefix;
    slot.first = number;
  }
  assert(slot.first + slot.count == number, "the routes of a slot stand together");
  slot.count++;
  const route = changetype<Route>(fib.routes + (number - 1) * <u32>offsetof<Route>());
  route.kind = kind;
  route.length = prefixAt(fib, prefix).length;
  return route;
}

/** One more next hop; all of a route's in one go. */
export function addHop(route: Route, wan: u32, dead: u32 = 0, group: u32 = 0): Hop {
  const hop = changetype<Hop>(reserve(offsetof<Hop>()));
  if (route.hopCount == 0) route.hops = <u32>changetype<usize>(hop);
  assert(changetype<usize>(hop) == route.hops + route.hopCount * <u32>offsetof<Hop>(), "the hops of a route stand together");
  route.hopCount++;
  hop.device = wan != 0 ? 1 : 2;
  hop.wan = wan;
  hop.dead = dead;
  hop.group = group;
  return hop;
}

/** The next rule: no matches, nothing suppressed. */
export function addRule(fib: Fib, action: u32, target: u32): Rule {
  assert(fib.ruleCount < RULES, "too many rules");
  const rule = changetype<Rule>(fib.rules + fib.ruleCount * <u32>offsetof<Rule>());
  fib.ruleCount++;
  rule.action = action;
  rule.target = target;
  rule.suppressLength = NONE;
  rule.suppressGroup = NONE;
  return rule;
}

export function addTableRule(fib: Fib, table: u32): Rule {
  return addRule(fib, Action.TABLE, table);
}

/** The rule's one match: equality under a mask. */
export function matching(rule: Rule, field: u32, low: u32, mask: u32 = u32.MAX_VALUE): Rule {
  rule.matches = <u32>changetype<usize>(newMatch(field, mask, low, 0));
  rule.count = 1;
  return rule;
}

/** Parents, inherited slots, and the intervals: a bound where any prefix starts and one beyond its end, the leaf as the oracle says. */
export function finish(fib: Fib): void {
  for (let number = fib.prefixCount; number > 0; number--) {
    const prefix = prefixAt(fib, number);
    prefix.parent = coveringAfter(fib, number);
    if (prefix.parent == 0) continue;
    for (let table: u32 = 0; table < fib.tableCount; table++) {
      const slot = slotAt(fib, number, table);
      if (slot.count == 0) memory.copy(changetype<usize>(slot), changetype<usize>(slotAt(fib, prefix.parent, table)), offsetof<Slot>());
    }
  }
  fib.bounds = <u32>reserve((2 * fib.prefixCount + 1) << 4);
  fib.leaves = <u32>reserve((2 * fib.prefixCount + 1) << 2);
  addBound(fib, 0, 0);
  for (let number: u32 = 1; number <= fib.prefixCount; number++) {
    const prefix = prefixAt(fib, number);
    addBound(fib, highOf(prefix), lowOf(prefix));
    const low = lastLowOf(prefix) + 1;
    const high = lastHighOf(prefix) + u64(low == 0);
    if ((high | low) != 0) addBound(fib, high, low);
  }
  for (let i: u32 = 0; i < fib.boundCount; i++) {
    const high = load<u64>(fib.bounds + (i << 4));
    const low = load<u64>(fib.bounds + (i << 4), 8);
    store<u32>(fib.leaves + (i << 2), changetype<Linear>(fib).lookup(<u32>(high >> 32), <u32>high, <u32>(low >> 32), <u32>low));
  }
}

/** The longest other prefix that covers this one: among those that stand behind it the first. */
function coveringAfter(fib: Fib, number: u32): u32 {
  const inner = prefixAt(fib, number);
  for (let other = number + 1; other <= fib.prefixCount; other++) {
    const outer = prefixAt(fib, other);
    const covers = (inner.word0 & outer.mask0) == outer.word0 && (inner.word1 & outer.mask1) == outer.word1 &&
      (inner.word2 & outer.mask2) == outer.word2 && (inner.word3 & outer.mask3) == outer.word3;
    if (covers) return other;
  }
  return 0;
}

/** Keeps the bounds ascending and distinct. */
function addBound(fib: Fib, high: u64, low: u64): void {
  let i = fib.boundCount;
  while (i > 0) {
    const at = fib.bounds + ((i - 1) << 4);
    const otherHigh = load<u64>(at);
    const otherLow = load<u64>(at, 8);
    if (otherHigh == high && otherLow == low) return;
    if (otherHigh < high || (otherHigh == high && otherLow < low)) break;
    i--;
  }
  const at = fib.bounds + (i << 4);
  memory.copy(at + 16, at, (fib.boundCount - i) << 4);
  store<u64>(at, high);
  store<u64>(at, low, 8);
  fib.boundCount++;
}

/** First and last address of a prefix, as two halves. */
export function highOf(prefix: Prefix): u64 { return (<u64>prefix.word0 << 32) | <u64>prefix.word1; }
export function lowOf(prefix: Prefix): u64 { return (<u64>prefix.word2 << 32) | <u64>prefix.word3; }
export function lastHighOf(prefix: Prefix): u64 { return highOf(prefix) | ~((<u64>prefix.mask0 << 32) | <u64>prefix.mask1); }
export function lastLowOf(prefix: Prefix): u64 { return lowOf(prefix) | ~((<u64>prefix.mask2 << 32) | <u64>prefix.mask3); }
