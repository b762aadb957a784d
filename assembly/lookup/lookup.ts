// Questions in, answers out: what a plain RTM_GETROUTE says (inet_rtm_getroute, inet6_rtm_getroute). Each answer holds whatever the text means that nobody
// understood, or says which line leaves it open.

import { reserve } from "../arena";
import { Answer, DeviceTrait, Limit, Member, Outcome, Packet, Place, Question, Router } from "../layout";
import { settleGateways } from "./gateway4";
import { input4 } from "./input4";
import { output4 } from "./output4";
import { lookupIpv6 } from "./output6";
import { clearAnswer, sameAnswer } from "./reply";
import { deviceIs } from "./saddr4";
import { labelOwn } from "./saddr6";
import { isLost, maybe, turn, Walk } from "./walk";

const TCP: u32 = 6;
const UDP: u32 = 17;

/** Reserves the areas of a batch and gets the node ready. */
export function openRouter(router: Router): void {
  const questions = <usize>Limit.QUESTIONS;
  router.questions = <u32>reserve(questions * offsetof<Question>());
  router.answers = <u32>reserve(questions * offsetof<Answer>());
  // Room behind the last one for an answer to be compared with.
  router.members = <u32>reserve((<usize>Limit.MEMBERS + <usize>Limit.HOPS * 2) * offsetof<Member>());
  router.packet = <u32>reserve(offsetof<Packet>());
  router.walk = <u32>reserve(offsetof<Walk>());
  router.second = <u32>reserve(offsetof<Answer>());
  labelOwn(router);
  settleGateways(router);
}

/** Answers the first `count` questions. Returns how many it did: fewer when there was no room for members. */
export function answerBatch(router: Router, count: u32): u32 {
  assert(count <= <u32>Limit.QUESTIONS, "lookup: more questions than a batch holds");
  let member: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (member > <u32>Limit.MEMBERS - <u32>Limit.HOPS) return i;
    const answer = changetype<Answer>(router.answers + i * <u32>offsetof<Answer>());
    answerOne(router, changetype<Question>(router.questions + i * <u32>offsetof<Question>()), answer, member);
    member += answer.memberCount;
  }
  return count;
}

/** Takes every combination of open choices; where two disagree, the answer is open. */
function answerOne(router: Router, question: Question, answer: Answer, member: u32): void {
  const walk = changetype<Walk>(router.walk);
  memory.fill(changetype<usize>(walk), 0, offsetof<Walk>());
  clearAnswer(answer, member);
  ask(router, walk, question, answer);
  const second = changetype<Answer>(router.second);
  let agreed: bool = answer.outcome != Outcome.UNDETERMINED;
  while (agreed && !isLost(walk) && turn(walk)) {
    clearAnswer(second, member + answer.memberCount);
    ask(router, walk, question, second);
    agreed = sameAnswer(router, answer, second);
  }
  if (agreed && !isLost(walk)) return;
  clearAnswer(answer, member);
  answer.outcome = Outcome.UNDETERMINED;
  answer.place = walk.place;
  answer.number = walk.number;
}

function ask(router: Router, walk: Walk, question: Question, answer: Answer): void {
  const packet = changetype<Packet>(router.packet);
  setPacket(packet, question, router.loopback);
  walk.router = <u32>changetype<usize>(router);
  walk.packet = <u32>changetype<usize>(packet);
  walk.fib = question.family == 4 ? router.fib4 : router.fib6;
  walk.asked = 0;
  walk.strict = 0;
  if (deviceIs(router, packet.iif, DeviceTrait.VRF) || deviceIs(router, packet.oif, DeviceTrait.VRF)) {
    maybe(walk, Place.VRF, 0);
    answer.outcome = Outcome.UNDETERMINED;
    return;
  }
  if (question.family == 6) lookupIpv6(walk, answer, question.iif != 0);
  else if (question.iif != 0) input4(walk, answer);
  else output4(walk, answer);
}

function setPacket(packet: Packet, question: Question, loopback: u32): void {
  packet.family = question.family;
  packet.dst0 = question.dst0;
  packet.dst1 = question.dst1;
  packet.dst2 = question.dst2;
  packet.dst3 = question.dst3;
  packet.src0 = question.src0;
  packet.src1 = question.src1;
  packet.src2 = question.src2;
  packet.src3 = question.src3;
  packet.mark = question.mark;
  // inet_rtm_getroute() takes a question without a protocol for one about UDP.
  packet.proto = question.family == 4 && question.proto == 0 ? UDP : question.proto;
  // An IPv4 packet from outside has no owner, and its ports are read from the packet that the kernel makes up.
  const dissected = question.family == 4 && question.iif != 0;
  const hasPorts = !dissected || packet.proto == UDP || packet.proto == TCP;
  packet.uid = dissected ? 0 : question.uid;
  packet.sport = hasPorts ? question.sport : 0;
  packet.dport = hasPorts ? question.dport : 0;
  packet.tos = question.tos;
  packet.iif = question.iif != 0 ? question.iif : loopback;
  packet.oif = question.oif;
}
