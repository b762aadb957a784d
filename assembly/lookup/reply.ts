// How an answer is written down: errors, open ends, and the next hops among which the kernel chooses.

import { Answer, Limit, Member, Outcome, Router } from "../layout";

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
  const member = memberAt(router, answer.member + answer.memberCount);
  member.hop = hop;
  member.route = route;
  member.device = device;
  member.source = source;
  for (let i: u32 = 0; i < answer.memberCount; i++) {
    if (isSame(memberAt(router, answer.member + i), member)) return;
  }
  answer.memberCount++;
}

function isSame(a: Member, b: Member): bool {
  return memory.compare(changetype<usize>(a), changetype<usize>(b), offsetof<Member>()) == 0;
}

/** Whether two answers say the same, members and all, wherever their members stand. */
export function sameAnswer(router: Router, a: Answer, b: Answer): bool {
  const member = b.member;
  b.member = a.member;
  const same = memory.compare(changetype<usize>(a), changetype<usize>(b), offsetof<Answer>()) == 0;
  b.member = member;
  for (let i: u32 = 0; i < a.memberCount && same; i++) {
    if (!isSame(memberAt(router, a.member + i), memberAt(router, b.member + i))) return false;
  }
  return same;
}
