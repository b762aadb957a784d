// The door: everything the host may call, and the layout it writes and reads by. src/core/core.ts is its only caller.

import { mark, reserve, rewind } from "./arena";
import { createRun, giveUpHeld, judgeBatch, startCaptures, startRun, surveyBatch } from "./judge";
import { Run } from "./layout";
import { Intervals } from "./lpm/intervals";
import { Linear } from "./lpm/linear";
import { lookupBatch } from "./lpm/lpm";

export {
  Action, Asks, Class, Disposition, FibAt, Field, FindingAt, FindingKind, FrameAt, FrameFlag, HopAt, ImageAt, Limit, ListenerAt, MatchAt, PacketAt,
  PrefixAt, Reason, RouteAt, RouteKind, RowAt, RuleAt, RunAt, SettledAt, SlotAt, SourceAt, TotalsAt, Visible, JudgementAt,
} from "./layout";
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
