// How an answer is written down: errors, open ends, and the next hops among which the kernel chooses.

import { Answer, Limit, Member, Outcome, Router } from "./layout";

/** A fresh answer whose members will stand at `member`. */
export function clearAnswer(answer: Answer, member: u32): void {
  memory.fill(changetype<usize>(answer), 0, offsetof<Answer>());
  answer.member = member;
}

export function fail(answer: Answer, error: u32): void {
  answer.outcome = Outcome.ERROR;
  answer.memberCount = 0;
  answer.error = error;
}

/** What decides was not understood. */
export function leaveOpen(answer: Answer): void {
  answer.outcome = Outcome.UNDETERMINED;
  answer.memberCount = 0;
}

export function memberAt(router: Router, index: u32): Member {
  return changetype<Member>(router.members + index * <u32>offsetof<Member>());
}

/** Adds a next hop unless it is there already. Beyond the bound an answer has fewer. */
export function addMember(router: Router, answer: Answer, hop: u32, route: u32, device: u32, source: u32): void {
  if (answer.memberCount >= <u32>Limit.HOPS) return;
  for (let i: u32 = 0; i < answer.memberCount; i++) {
    const other = memberAt(router, answer.member + i);
    if (other.hop == hop && other.device == device && other.source == source && other.route == route) return;
  }
  const member = memberAt(router, answer.member + answer.memberCount);
  answer.memberCount++;
  member.hop = hop;
  member.route = route;
  member.device = device;
  member.source = source;
}

/** Whether two answers say the same, members and all. */
export function sameAnswer(router: Router, a: Answer, b: Answer): bool {
  if (a.outcome != b.outcome || a.error != b.error || a.type != b.type || a.table != b.table || a.device != b.device || a.hop != b.hop) return false;
  if (a.route != b.route || a.source != b.source || a.memberCount != b.memberCount) return false;
  for (let i: u32 = 0; i < a.memberCount; i++) {
    const one = memberAt(router, a.member + i);
    const two = memberAt(router, b.member + i);
    if (one.hop != two.hop || one.route != two.route || one.device != two.device || one.source != two.source) return false;
  }
  return true;
}
