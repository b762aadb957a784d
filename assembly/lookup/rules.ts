// The rule walk of a lookup: fib_rules_lookup and fib_rule_match (net/core/fib_rules.c), both families, with everything a rule can say.

import { routeOf } from "../fib";
import { Action, Device, Hop, NONE, Place, Rule } from "../layout";
import { rowHolds } from "../match";
import { lookup4 } from "./table4";
import { lookup6, mayChoose } from "./table6";
import { fibOf, Found, maybe, packetOf, routerOf, Walk } from "./walk";

/** Gotos only go forward in the kernel; the bound guards against an image that does not. */
const STEPS_MAX: u32 = 1 << 20;

/** RT_TABLE_MAIN: what the merged table calls itself. */
const MAIN: u32 = 254;

/** Where the packet's rules and tables send it. Found.NONE: nowhere. */
export function walkRules(walk: Walk): u32 {
  if (fibOf(walk).unread != 0) {
    maybe(walk, Place.UNREAD, 0);
    return Found.UNKNOWN;
  }
  return packetOf(walk).family == 4 && routerOf(walk).merged != NONE ? walkMerged(walk) : walkAll(walk);
}

function walkAll(walk: Walk): u32 {
  const fib = fibOf(walk);
  const isIpv6 = packetOf(walk).family == 6;
  let index: u32 = 0;
  for (let step: u32 = 0; index < fib.ruleCount && step < STEPS_MAX; step++) {
    const rule = changetype<Rule>(fib.rules + index * <u32>offsetof<Rule>());
    index++;
    if (rule.action == Action.NOP || !matches(walk, rule, index)) continue;
    if (rule.action == Action.GOTO) {
      if (rule.target != NONE) index = rule.target;
      continue;
    }
    if (rule.action == Action.UNKNOWN) {
      if (maybe(walk, Place.RULE, index)) return Found.UNKNOWN;
      continue;
    }
    if (rule.action == Action.STOP) {
      walk.error = rule.error;
      return Found.ERROR;
    }
    const found = isIpv6 ? lookup6(walk, rule.target) : lookup4(walk, rule.target);
    if (found == Found.NONE || found == Found.THROW) continue;
    if (found != Found.ROUTE || !suppressed(walk, rule, isIpv6)) return found;
  }
  return Found.NONE;
}

/** fib_rule_match() compares before it inverts. A `from` needs a source in IPv6 (fib6_rule_match); in IPv4 an unset one is 0.0.0.0. */
function matches(walk: Walk, rule: Rule, number: u32): bool {
  const packet = packetOf(walk);
  let holds = rowHolds(rule.matches, rule.count, packet);
  if (rule.bySource > walk.bySource) holds = false;
  if (holds && rule.unknown != 0) holds = maybe(walk, Place.RULE, number);
  return holds != (rule.invert != 0);
}

/** fib4_rule_suppress, fib6_rule_suppress. Error routes have ended the search before. */
function suppressed(walk: Walk, rule: Rule, isIpv6: bool): bool {
  const route = routeOf(fibOf(walk), walk.route);
  if (rule.suppressLength != NONE && route.length <= rule.suppressLength) return true;
  if (rule.suppressGroup == NONE) return false;
  // IPv4 looks at the first next hop, IPv6 at the one it has chosen.
  if (!isIpv6) return groupOf(walk, route.hops) == rule.suppressGroup;
  const first = groupOf(walk, walk.hop) == rule.suppressGroup;
  const end = route.hops + route.hopCount * <u32>offsetof<Hop>();
  for (let at = route.hops; at < end; at += offsetof<Hop>()) {
    if (mayChoose(walk, route, changetype<Hop>(at)) && (groupOf(walk, at) == rule.suppressGroup) != first) return maybe(walk, Place.ROUTE, walk.route);
  }
  return first;
}

function groupOf(walk: Walk, hop: u32): u32 {
  const device = changetype<Hop>(hop).device;
  return changetype<Device>(routerOf(walk).devices + device * <u32>offsetof<Device>()).group;
}

/** fib_lookup() of a kernel whose IPv4 rules nobody has touched (include/net/ip_fib.h): local and main as one, then default. An error route ends either. */
function walkMerged(walk: Walk): u32 {
  const router = routerOf(walk);
  let found = lookup4(walk, router.merged);
  if (found == Found.ROUTE) {
    walk.table = MAIN;
    return found;
  }
  if (found == Found.NONE || found == Found.THROW) found = lookup4(walk, router.fallback);
  return found == Found.THROW ? Found.NONE : found;
}
