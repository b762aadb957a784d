// The door: everything the host may call, and the layout it writes and reads by. src/core/core.ts is its only caller.

import { mark, reserve, rewind } from "./arena";
import { answerBatch, openRouter } from "./lookup/lookup";
import { createRun, frameAt, giveUpHeld, judgeBatch, packetAt, startCaptures, startRun, surveyBatch } from "./judge";
import { Judgement, Router, Run } from "./layout";
import { Intervals } from "./lpm/intervals";
import { Linear } from "./lpm/linear";
import { settleQuestion } from "./names";
import { lookupBatch } from "./lpm/lpm";
import { Paths } from "./trip/packets";
import { walkProbes as walkAll } from "./netfilter/probes";
import { openPaths, takeBatch } from "./trip/trip";

export {
  Action, AnswerAt, Asks, Chosen, Class, DeviceAt, DeviceTrait, Disposition, Errno, FibAt, Field, FindingAt, FindingKind, FrameAt, FrameFlag, HopAt, ImageAt,
  JudgementAt, Limit, ListenerAt, MatchAt, MemberAt, ObservedAt, Outcome, OwnAt, OwnTrait, PacketAt, Place, PrefixAt, QuestionAt, Reason, RouteAt, RouteKind, RouterAt,
  RouteTrait, RouteType, RowAt, RuleAt, RunAt, SettledAt, SlotAt, SourceAt, TotalsAt, Translated, Visible,
} from "./layout";
export {
  BaseAt, ChainType, CtState, End, Hook, HookField, NatAt, NatKind, Origin, Owner, SpanAt, StageAt, StageKind, WallAt,
} from "./netfilter/wall";
export { Api, Ending, EndsAt, FateAt, Known, Missing, Moment, PathsAt, SentAt, Setting, SideAt, Socket, Tracked } from "./trip/packets";
export { ChainAt, FilterRuleAt, PassAt } from "./netfilter/chains";
export { AlternativeAt, ChoiceAt, EntryAt, TestAt } from "./netfilter/conditions";
export { ProbeAt } from "./netfilter/probes";
export { IndexAt, KeyAt } from "./netfilter/search";
export { StepAt, StepKind } from "./netfilter/statements";
export { mark, reserve, rewind };

/** Reserves a run; returns its address. */
export function create(): usize {
  return changetype<usize>(createRun());
}

export function start(run: usize, image: usize): void {
  startRun(changetype<Run>(run), image);
}

export function begin(run: usize): void {
  startCaptures(changetype<Run>(run));
}

/** Judges by this image from the next batch on, and remembers what came before. */
export function replaceImage(run: usize, image: usize): void {
  changetype<Run>(run).image = <u32>image;
}

export function survey(run: usize, count: u32): u32 {
  return surveyBatch(changetype<Run>(run), count);
}

export function judge(run: usize, count: u32): void {
  judgeBatch(changetype<Run>(run), count);
}

/** What was read in frame `index` of the judged batch, one of those that ask for a name: whether that name is no VPN server's. */
export function settle(run: usize, index: u32, foreign: bool): void {
  const at = changetype<Run>(run);
  const judgement = changetype<Judgement>(at.judgements + index * <u32>offsetof<Judgement>());
  settleQuestion(at, packetAt(at, index), frameAt(at, index), judgement, foreign);
}

export function giveUp(run: usize): void {
  giveUpHeld(changetype<Run>(run));
}

/** Answers `count` destinations by the oracle or by the fast structure: 16 bytes in, u32 out. */
export function lookupLinear(fib: usize, addresses: usize, answers: usize, count: u32): void {
  lookupBatch<Linear>(fib, addresses, answers, count);
}

export function lookupIntervals(fib: usize, addresses: usize, answers: usize, count: u32): void {
  lookupBatch<Intervals>(fib, addresses, answers, count);
}

/** Gets a router ready that the host has written. */
export function open(router: usize): void {
  openRouter(changetype<Router>(router));
}

/** Answers the first `count` questions of its area; returns how many it did. */
export function answer(router: usize, count: u32): u32 {
  return answerBatch(changetype<Router>(router), count);
}

/** Gets a node ready that packets are to be taken through; its router has been opened. */
export function openWays(paths: usize): void {
  openPaths(changetype<Paths>(paths));
}

/** Takes the first `count` packets of its area through the node. */
export function takePackets(paths: usize, count: u32): void {
  takeBatch(changetype<Paths>(paths), count);
}

/** Takes probes through base chains alone (probes.ts). */
export function walkProbes(wall: usize, router: usize, probes: usize, count: u32, bases: usize, baseCount: u32): void {
  walkAll(wall, router, probes, count, bases, baseCount);
}
