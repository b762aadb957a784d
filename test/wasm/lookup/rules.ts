// What a rule says and what comes of it; the walk that replay makes has its own tests in path.ts.
import { Action, Errno, Field, NONE, Outcome, Router, RouteType } from "../../../assembly/layout";
import { addPrefix, addRule, addTableRule, matching } from "../support/fibs";
import {
  answered, deviceAt, EXTRA_SLOT, fib4, fib6, hop, LOCAL_SLOT, MAIN_SLOT, MESH_DEVICE, NET_V6, newRouter, question, ready, typed, WAN_DEVICE, way,
} from "../support/routers";

/** Main leads to the WAN, the extra table to the mesh; both by /0. */
function twoTables(): Router {
  const router = newRouter();
  const any4 = addPrefix(fib4(router), 0);
  way(fib4(router), any4, MAIN_SLOT, WAN_DEVICE);
  way(fib4(router), any4, EXTRA_SLOT, MESH_DEVICE);
  const any6 = addPrefix(fib6(router), 0);
  way(fib6(router), any6, MAIN_SLOT, WAN_DEVICE);
  way(fib6(router), any6, EXTRA_SLOT, MESH_DEVICE);
  return router;
}

function device(router: Router, family: u32): u32 {
  ready(router);
  if (family == 4) question(router, 4, 0x08080808);
  else question(router, 6, NET_V6, 9);
  const answer = answered(router);
  return answer.outcome == Outcome.WAY ? answer.device : 1000 + answer.error;
}

export function without_any_rule_a_lookup_finds_nothing(): void {
  assert(device(twoTables(), 4) == 1000 + <u32>Errno.ENETUNREACH);
}

export function an_action_that_stops_ends_with_its_own_error(): void {
  const router = twoTables();
  addRule(fib4(router), Action.STOP, NONE).error = Errno.EACCES;
  addTableRule(fib4(router), MAIN_SLOT);
  assert(device(router, 4) == 1000 + <u32>Errno.EACCES);
}

export function an_ipv6_rule_with_a_source_is_passed_by_a_packet_without_one(): void {
  const router = twoTables();
  addTableRule(fib6(router), EXTRA_SLOT).bySource = 1;
  addTableRule(fib6(router), MAIN_SLOT);
  assert(device(router, 6) == WAN_DEVICE);
  const inverted = twoTables();
  const rule = addTableRule(fib6(inverted), EXTRA_SLOT);
  rule.bySource = 1;
  rule.invert = 1;
  assert(device(inverted, 6) == MESH_DEVICE, "and taken when it is inverted");
}

export function an_ipv4_rule_with_a_source_compares_an_unset_one_as_zero(): void {
  const router = twoTables();
  matching(addTableRule(fib4(router), EXTRA_SLOT), Field.src0, 0);
  assert(device(router, 4) == MESH_DEVICE);
}

export function suppression_by_length_passes_the_route_on_in_both_families(): void {
  for (let family: u32 = 4; family <= 6; family += 2) {
    const router = twoTables();
    const fib = family == 4 ? fib4(router) : fib6(router);
    addTableRule(fib, MAIN_SLOT).suppressLength = 0;
    addTableRule(fib, EXTRA_SLOT);
    assert(device(router, family) == MESH_DEVICE);
  }
}

export function a_route_that_the_last_rule_suppresses_is_not_taken(): void {
  const router = twoTables();
  addTableRule(fib6(router), MAIN_SLOT).suppressLength = 0;
  assert(device(router, 6) == 1000 + <u32>Errno.ENETUNREACH);
}

export function an_error_route_is_not_suppressed(): void {
  const router = newRouter();
  const any = addPrefix(fib4(router), 0);
  typed(fib4(router), any, MAIN_SLOT, RouteType.UNREACHABLE);
  addTableRule(fib4(router), MAIN_SLOT).suppressLength = 0;
  assert(device(router, 4) == 1000 + <u32>Errno.EHOSTUNREACH);
}

export function suppression_by_group_looks_at_the_first_next_hop_in_ipv4(): void {
  const router = newRouter();
  deviceAt(router, MESH_DEVICE).group = 7;
  const route = typed(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, RouteType.UNICAST);
  hop(fib4(router), route, MESH_DEVICE).dead = 1;
  hop(fib4(router), route, WAN_DEVICE);
  addTableRule(fib4(router), MAIN_SLOT).suppressGroup = 7;
  assert(device(router, 4) == 1000 + <u32>Errno.ENETUNREACH);
}

export function several_ipv6_next_hops_of_different_groups_leave_suppression_open(): void {
  const router = newRouter();
  deviceAt(router, MESH_DEVICE).group = 7;
  const route = typed(fib6(router), addPrefix(fib6(router), 0), MAIN_SLOT, RouteType.UNICAST);
  hop(fib6(router), route, WAN_DEVICE);
  hop(fib6(router), route, MESH_DEVICE);
  addTableRule(fib6(router), MAIN_SLOT).suppressGroup = 7;
  ready(router);
  question(router, 6, NET_V6, 9);
  assert(answered(router).outcome == Outcome.UNDETERMINED);
}

export function a_goto_leads_on_and_one_without_a_target_is_passed(): void {
  const router = twoTables();
  addRule(fib4(router), Action.GOTO, NONE);
  addRule(fib4(router), Action.GOTO, 3);
  addTableRule(fib4(router), EXTRA_SLOT);
  addTableRule(fib4(router), MAIN_SLOT);
  assert(device(router, 4) == WAN_DEVICE);
}

export function an_action_that_is_not_known_leaves_the_answer_open(): void {
  const router = twoTables();
  addRule(fib4(router), Action.UNKNOWN, NONE);
  addTableRule(fib4(router), MAIN_SLOT);
  ready(router);
  question(router, 4, 0x08080808);
  assert(answered(router).outcome == Outcome.UNDETERMINED);
}

export function merged_tables_are_asked_without_rules_and_call_themselves_main(): void {
  const router = newRouter();
  router.merged = LOCAL_SLOT;
  way(fib4(router), addPrefix(fib4(router), 0), LOCAL_SLOT, WAN_DEVICE);
  ready(router);
  question(router, 4, 0x08080808);
  const answer = answered(router);
  assert(answer.device == WAN_DEVICE && answer.table == 254);
}

export function table_default_is_asked_behind_the_merged_tables_unless_an_error_ended_them(): void {
  for (let closed = 0; closed < 2; closed++) {
    const router = newRouter();
    router.merged = LOCAL_SLOT;
    router.fallback = EXTRA_SLOT;
    const any = addPrefix(fib4(router), 0);
    typed(fib4(router), any, LOCAL_SLOT, closed ? RouteType.PROHIBIT : RouteType.THROW);
    way(fib4(router), any, EXTRA_SLOT, MESH_DEVICE);
    assert(device(router, 4) == (closed ? 1000 + <u32>Errno.EACCES : MESH_DEVICE));
  }
}
