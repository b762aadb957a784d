import { routeOf } from "../../../assembly/fib";
import { Answer, DeviceTrait, Field, Limit, Outcome, Place, Question, RouteTrait, RouteType } from "../../../assembly/layout";
import { answerBatch } from "../../../assembly/lookup/lookup";
import { addPrefix, addTableRule, matching } from "../support/fibs";
import {
  answered, deviceAt, EXTRA_SLOT, fib4, hop, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, plainRules, question, ready, simpleRouter, typed, WAN_DEVICE, way,
} from "../support/routers";

export function questions_of_a_batch_are_answered_in_order(): void {
  const router = ready(simpleRouter());
  for (let i: u32 = 0; i < 3; i++) {
    const asked = changetype<Question>(router.questions + i * <u32>offsetof<Question>());
    asked.family = 4;
    asked.dst0 = i == 1 ? NET_MESH + 9 : 0x08080808;
  }
  assert(answerBatch(router, 3) == 3);
  for (let i: u32 = 0; i < 3; i++) {
    const answer = changetype<Answer>(router.answers + i * <u32>offsetof<Answer>());
    assert(answer.device == (i == 1 ? MESH_DEVICE : WAN_DEVICE));
  }
}

export function no_question_of_a_batch_is_left_with_an_older_answer(): void {
  const router = ready(simpleRouter());
  question(router, 4, NET_MESH + 9);
  assert(answered(router).device == MESH_DEVICE);
  question(router, 4, NET_MESH + 9).src0 = 0x01010101;
  const answer = answered(router);
  assert(answer.outcome == Outcome.ERROR && answer.device == 0 && answer.route == 0);
}

export function an_ipv4_question_without_a_protocol_is_about_udp(): void {
  const router = newRouter();
  const fib = fib4(router);
  matching(addTableRule(fib, EXTRA_SLOT), Field.proto, 17);
  plainRules(fib);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, WAN_DEVICE);
  way(fib, any, EXTRA_SLOT, MESH_DEVICE);
  ready(router);
  question(router, 4, 0x08080808);
  assert(answered(router).device == MESH_DEVICE);
  question(router, 4, 0x08080808).proto = 6;
  assert(answered(router).device == WAN_DEVICE);
}

export function text_that_was_not_understood_and_decides_leaves_the_answer_open(): void {
  const router = newRouter();
  const fib = fib4(router);
  addTableRule(fib, EXTRA_SLOT).unknown = 1;
  plainRules(fib);
  const any = addPrefix(fib, 0);
  way(fib, any, MAIN_SLOT, WAN_DEVICE);
  way(fib, any, EXTRA_SLOT, MESH_DEVICE);
  ready(router);
  question(router, 4, 0x08080808);
  const answer = answered(router);
  assert(answer.outcome == Outcome.UNDETERMINED && answer.place == Place.RULE && answer.number == 1 && answer.memberCount == 0);
}

export function text_that_was_not_understood_and_changes_nothing_does_not_matter(): void {
  const router = simpleRouter();
  const rule = addTableRule(fib4(router), EXTRA_SLOT);
  rule.unknown = 1;
  ready(router);
  question(router, 4, NET_MESH + 9);
  assert(answered(router).outcome == Outcome.WAY);
  question(router, 4, 0x08080808);
  assert(answered(router).outcome == Outcome.WAY, "the rule behind main is not asked");
}

export function a_route_that_was_not_understood_is_told_by_its_number(): void {
  const router = newRouter();
  const fib = fib4(router);
  plainRules(fib);
  const net = addPrefix(fib, 24, NET_WAN);
  const any = addPrefix(fib, 0);
  way(fib, net, MAIN_SLOT, MESH_DEVICE).traits = RouteTrait.MAYBE;
  way(fib, any, MAIN_SLOT, WAN_DEVICE);
  ready(router);
  question(router, 4, NET_WAN + 7);
  const answer = answered(router);
  assert(answer.outcome == Outcome.UNDETERMINED && answer.place == Place.ROUTE && answer.number == 1);
}

export function a_device_of_a_vrf_leaves_the_answer_open(): void {
  const router = simpleRouter();
  deviceAt(router, MESH_DEVICE).traits |= DeviceTrait.VRF;
  ready(router);
  question(router, 4, 0x08080808).oif = MESH_DEVICE;
  const answer = answered(router);
  assert(answer.outcome == Outcome.UNDETERMINED && answer.place == Place.VRF);
}

export function a_batch_whose_members_find_no_room_is_cut_short(): void {
  const router = newRouter();
  const fib = fib4(router);
  plainRules(fib);
  const route = typed(fib, addPrefix(fib, 0), MAIN_SLOT, RouteType.UNICAST);
  for (let i: u32 = 0; i < 40; i++) hop(fib, route, WAN_DEVICE, NET_WAN + i + 1);
  ready(router);
  const count = <u32>Limit.QUESTIONS;
  for (let i: u32 = 0; i < count; i++) {
    const asked = changetype<Question>(router.questions + i * <u32>offsetof<Question>());
    asked.family = 4;
    asked.dst0 = 0x08080808;
  }
  const done = answerBatch(router, count);
  assert(done > 0 && done < count);
  assert(routeOf(fib, 1).hopCount == 40 && changetype<Answer>(router.answers + (done - 1) * <u32>offsetof<Answer>()).memberCount == 40);
}
