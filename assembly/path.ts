// The rule walk: fib_rules_lookup and fib_rule_match (net/core/fib_rules.c), both families.

import { aliveHop, mayLeaveOnWan, routeOf, tableLookup } from "./fib";
import { Action, Asks, Explained, Fib, Hop, Image, NONE, Packet, Route, RouteKind, Rule } from "./layout";
import { Intervals } from "./lpm/intervals";
import { rowHolds } from "./match";

/** Gotos only go forward in the kernel; the bound guards against an image that does not. */
const STEPS_MAX: u32 = 1 << 20;

/** Whether the node's rules and tables can send this packet out on the WAN, from an unmarked or from a marked socket, and which lines do. */
export function explain(image: Image, packet: Packet): void {
  const fib = changetype<Fib>(packet.family == 4 ? image.fib4 : image.fib6);
  const prefix = changetype<Intervals>(changetype<usize>(fib)).lookup(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
  const mark = packet.mark;
  const iif = packet.iif;
  packet.iif = image.loopback;
  packet.mark = 0;
  const unmarked = reachesWan(fib, prefix, packet);
  let marked = unmarked;
  if (image.mark != 0 && (fib.asks & Asks.MARK)) {
    const rule = packet.rule;
    const route = packet.route;
    packet.mark = image.mark;
    marked = reachesWan(fib, prefix, packet);
    // The unmarked walk is what a leak is explained by; the marked one counts where only it reaches the WAN.
    if (unmarked) {
      packet.rule = rule;
      packet.route = route;
    }
  }
  packet.explained = (unmarked ? Explained.UNMARKED : 0) | (marked ? Explained.MARKED : 0);
  packet.mark = mark;
  packet.iif = iif;
}

/** Asks as an unbound socket does, without a source, then with the source the packet has: the two together cover what a socket's lookup finds (docs/modelled.md, "socket"). */
function reachesWan(fib: Fib, prefix: u32, packet: Packet): bool {
  if (!(fib.asks & Asks.SOURCE)) return walk(fib, prefix, packet);
  const at = changetype<usize>(packet) + offsetof<Packet>("src0");
  const high = load<u64>(at);
  const low = load<u64>(at, 8);
  store<u64>(at, 0);
  store<u64>(at, 0, 8);
  const reached = walk(fib, prefix, packet);
  store<u64>(at, high);
  store<u64>(at, low, 8);
  return reached || walk(fib, prefix, packet);
}

/** One walk over the rules; true when it ends on a WAN device. Fills `rule` and `route` of the packet. */
function walk(fib: Fib, prefix: u32, packet: Packet): bool {
  let index: u32 = 0;
  for (let step: u32 = 0; index < fib.ruleCount && step < STEPS_MAX; step++) {
    const rule = changetype<Rule>(fib.rules + index * <u32>offsetof<Rule>());
    index++;
    if (!mayMatch(rule, packet)) continue;
    if (rule.action == Action.NOP || rule.action == Action.UNKNOWN) continue;
    if (rule.action == Action.GOTO) {
      // One that may not match is passed; `pending` comes back to its target.
      if (rule.target != NONE && !rule.unknown) index = rule.target;
      continue;
    }
    if (rule.action == Action.STOP) {
      if (!rule.unknown) index = pending(fib, packet, index);
      continue;
    }
    const number = tableLookup(fib, rule.target, prefix, packet);
    if (number == 0) continue;
    const route = routeOf(fib, number);
    if (route.kind == RouteKind.THROW) continue;
    if (route.kind == RouteKind.FORWARD && suppressed(rule, route)) continue;
    if (route.kind == RouteKind.FORWARD && mayLeaveOnWan(route)) {
      packet.rule = index;
      packet.route = number;
      return true;
    }
    // A rule whose selectors are only half understood may not have matched: go on as well.
    if (!rule.unknown) index = pending(fib, packet, index);
  }
  return false;
}

/** Where the walk may still be going on although it ended before `index`: at the nearest target beyond of a goto that may have matched; else past the last rule. */
function pending(fib: Fib, packet: Packet, index: u32): u32 {
  let nearest = fib.ruleCount;
  if (!(fib.asks & Asks.MAYBE_GOTO)) return nearest;
  for (let i: u32 = 0; i < index; i++) {
    const rule = changetype<Rule>(fib.rules + i * <u32>offsetof<Rule>());
    const maybe = rule.action == Action.GOTO && rule.unknown != 0 && rule.target != NONE && rule.target >= index;
    if (maybe && rule.target < nearest && mayMatch(rule, packet)) nearest = rule.target;
  }
  return nearest;
}

/** fib_rule_match() compares before it inverts, so an inverted rule with an unknown selector may match whatever the known ones say. */
function mayMatch(rule: Rule, packet: Packet): bool {
  if (rule.invert && rule.unknown) return true;
  return rowHolds(rule.matches, rule.count, packet) != (rule.invert != 0);
}

/** suppress_prefixlength and suppress_ifgroup (fib4_rule_suppress, fib6_rule_suppress): ordinary routes only. */
function suppressed(rule: Rule, route: Route): bool {
  if (rule.suppressLength != NONE && route.length <= rule.suppressLength) return true;
  if (rule.suppressGroup == NONE) return false;
  const hop = aliveHop(route);
  return hop != 0 && changetype<Hop>(hop).group == rule.suppressGroup;
}

/** Unicast beyond the link: everything that needs a table. */
export function isRouted(packet: Packet): bool {
  const top = packet.dst0;
  if (packet.family == 4) return top >>> 28 != 0xe && top != u32.MAX_VALUE && top != 0;
  return packet.family == 6 && top >>> 24 != 0xff && top >>> 22 != 0x3fa;
}
