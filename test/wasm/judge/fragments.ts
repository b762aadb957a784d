// Held fragments over batches and captures.
import { giveUpHeld, startCaptures } from "../../../assembly/judge";
import { Class, Settled } from "../../../assembly/layout";
import { FASTD, UNDETERMINED, add, judge, judged, leaving, newBatch, policy, udpFrame } from "../support/batches";
import { OWN_MAC } from "../support/frames";
import { classCount, totalsOf } from "../support/images";

export function a_later_fragment_takes_the_first_ones_class_within_a_batch(): void {
  const run = newBatch(policy());
  add(run, udpFrame(OWN_MAC, 40000, 10000, 0x2000));
  add(run, udpFrame(OWN_MAC, 0, 0, 0x0001));
  judge(run);
  assert(judged(run, 1).verdict == FASTD && classCount(run, FASTD) == 2);
}

export function a_later_fragment_is_held_over_batches_until_its_first_leaves(): void {
  const run = newBatch(policy());
  add(run, udpFrame(OWN_MAC, 0, 0, 0x0001));
  judge(run);
  assert(judged(run, 0).verdict == Class.HELD && totalsOf(run).settledCount == 0 && totalsOf(run).egress == 1);
  assert(totalsOf(run).findingCount == 0, "what is held is not told yet");
  add(run, udpFrame(OWN_MAC, 40000, 10000, 0x2000), 160);
  judge(run);
  const settled = changetype<Settled>(run.settled);
  assert(totalsOf(run).settledCount == 1 && settled.frame == 1 && settled.verdict == FASTD && classCount(run, FASTD) == 2);
}

export function a_held_fragment_is_given_up_after_60_seconds(): void {
  const run = newBatch(policy());
  add(run, udpFrame(OWN_MAC, 0, 0, 0x0001), 100);
  judge(run);
  add(run, leaving(40000, 10000), 160);
  judge(run);
  assert(totalsOf(run).settledCount == 0);
  add(run, leaving(40000, 10000), 161);
  judge(run);
  assert(totalsOf(run).settledCount == 1 && classCount(run, UNDETERMINED) == 1);
}

export function held_fragments_are_given_up_at_the_end_and_at_the_next_capture(): void {
  const run = newBatch(policy());
  add(run, udpFrame(OWN_MAC, 0, 0, 0x0001));
  judge(run);
  giveUpHeld(run);
  assert(totalsOf(run).settledCount == 1 && run.heldCount == 0);
  add(run, udpFrame(OWN_MAC, 0, 0, 0x0001));
  judge(run);
  startCaptures(run);
  assert(totalsOf(run).settledCount == 1 && run.heldCount == 0 && load<u64>(run.numbers) == 0);
  assert(classCount(run, UNDETERMINED) == 2);
}
