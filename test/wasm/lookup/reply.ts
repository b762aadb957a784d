import { reserve } from "../../../assembly/arena";
import { Answer, Errno, Outcome, Router, RouteType } from "../../../assembly/layout";
import { addMember, clearAnswer, fail, leaveOpen, memberAt, sameAnswer } from "../../../assembly/lookup/reply";
import { MESH_DEVICE, ready, simpleRouter, WAN_DEVICE } from "../support/routers";

function fresh(member: u32): Answer {
  const answer = changetype<Answer>(reserve(offsetof<Answer>()));
  answer.type = RouteType.UNICAST;
  clearAnswer(answer, member);
  return answer;
}

function router(): Router {
  return ready(simpleRouter());
}

export function a_cleared_answer_says_nothing_but_where_its_members_stand(): void {
  const answer = fresh(5);
  assert(answer.type == 0 && answer.member == 5 && answer.memberCount == 0);
}

export function a_failed_answer_has_no_members(): void {
  const answer = fresh(0);
  addMember(router(), answer, 1, 1, WAN_DEVICE, 0);
  fail(answer, Errno.EINVAL);
  assert(answer.outcome == Outcome.ERROR && answer.error == Errno.EINVAL && answer.memberCount == 0);
  leaveOpen(answer);
  assert(answer.outcome == Outcome.UNDETERMINED);
}

export function the_same_next_hop_is_a_member_once(): void {
  const answer = fresh(3);
  const own = router();
  addMember(own, answer, 1, 1, WAN_DEVICE, 0);
  addMember(own, answer, 1, 1, WAN_DEVICE, 0);
  addMember(own, answer, 2, 1, WAN_DEVICE, 0);
  assert(answer.memberCount == 2 && memberAt(own, 4).hop == 2);
}

export function answers_that_differ_in_a_member_are_not_the_same(): void {
  const own = router();
  const one = fresh(0);
  addMember(own, one, 1, 1, WAN_DEVICE, 0);
  const two = fresh(8);
  assert(!sameAnswer(own, one, two));
  addMember(own, two, 1, 1, WAN_DEVICE, 0);
  assert(sameAnswer(own, one, two));
  memberAt(own, 8).device = MESH_DEVICE;
  assert(!sameAnswer(own, one, two));
}

export function answers_that_differ_in_anything_told_are_not_the_same(): void {
  const own = router();
  const one = fresh(0), two = fresh(0);
  assert(sameAnswer(own, one, two));
  two.table = 254;
  assert(!sameAnswer(own, one, two));
  two.table = 0;
  two.source = 1;
  assert(!sameAnswer(own, one, two));
}
