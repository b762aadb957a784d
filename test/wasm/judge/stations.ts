// What rules and tables explain, and the survey for DNS.
import { surveyBatch } from "../../../assembly/judge";
import { Explained, Fib, Field, RouteKind } from "../../../assembly/layout";
import { add, arriving, judge, leaving, newBatch, packetOf, policy, udpFrame } from "../support/batches";
import { begin } from "../support/bytes";
import { addHop, addPrefix, addRoute, addTableRule, finish, matching, openFib } from "../support/fibs";
import { NODE4, OWN_MAC, REMOTE4, STRANGER4, ethernet, ipv4, tcp } from "../support/frames";
import { totalsOf } from "../support/images";

/** How many of unmarked, marked, either and neither the walk of `to` counts, as four digits. */
function explained(to: u32): u64 {
  const image = policy();
  image.mark = 1;
  const fib = changetype<Fib>(image.fib4);
  openFib(fib, 1);
  addPrefix(fib, 0);
  addHop(addRoute(fib, 1, 0, RouteKind.FORWARD), 1);
  finish(fib);
  matching(addTableRule(fib, 0), Field.dst0, REMOTE4);
  matching(addTableRule(fib, 0), Field.mark, to == STRANGER4 ? 1 : 9);
  const run = newBatch(image);
  add(run, udpFrame(OWN_MAC, 40000, 53, 0, NODE4, to));
  judge(run);
  const totals = totalsOf(run);
  return totals.unmarked * 1000 + totals.marked * 100 + totals.either * 10 + totals.neither;
}

export function what_leaves_is_counted_by_what_explains_it(): void {
  assert(explained(REMOTE4) == 10, "either");
  assert(explained(STRANGER4) == 100, "marked");
  assert(explained(0x08080808) == 1, "neither");
}

export function what_needs_no_table_is_not_explained(): void {
  assert(explained(0xe00000fb) == 0, "multicast");
  assert(explained(0xffffffff) == 0, "broadcast");
}

export function what_arrives_or_leaves_elsewhere_is_not_explained(): void {
  const run = newBatch(policy());
  add(run, arriving(5000, 123));
  add(run, leaving(40000, 53), 100, 2);
  judge(run);
  const totals = totalsOf(run);
  assert(totals.unmarked + totals.marked + totals.either + totals.neither == 0);
  assert((packetOf(run, 1).explained & <u32>Explained.UNMARKED) == 0);
}

export function a_survey_chooses_the_frames_that_carry_dns(): void {
  const run = newBatch(policy());
  add(run, leaving(40000, 53));
  add(run, leaving(40000, 123));
  add(run, arriving(53, 40000));
  const at = begin();
  ethernet(0x0800);
  ipv4(6, 20);
  tcp(40000, 53, 2);
  add(run, at);
  assert(surveyBatch(run, 4) == 3);
  assert(load<u32>(run.chosen) == 0 && load<u32>(run.chosen, 4) == 2 && load<u32>(run.chosen, 8) == 3);
  assert(totalsOf(run).frames == 0, "and judges none");
}

export function a_survey_chooses_no_later_fragment(): void {
  const run = newBatch(policy());
  add(run, udpFrame(OWN_MAC, 40000, 53, 0x0001));
  assert(surveyBatch(run, 1) == 0);
}

/** A rule for one TOS to the WAN; how many of two packets of one flow it explains, the first with that TOS. */
function explainedByTos(second: u32): u64 {
  const image = policy();
  const fib = changetype<Fib>(image.fib4);
  openFib(fib, 1);
  addPrefix(fib, 0);
  addHop(addRoute(fib, 1, 0, RouteKind.FORWARD), 1);
  finish(fib);
  matching(addTableRule(fib, 0), Field.tos, 0xb8);
  const run = newBatch(image);
  add(run, leaving(40000, 53));
  const at = leaving(40000, 53);
  store<u8>(at + 15, <u8>second);
  add(run, at);
  judge(run);
  const totals = totalsOf(run);
  assert(totals.either + totals.unmarked + totals.neither == 2, "each packet is counted");
  return totals.either + totals.unmarked;
}

export function each_packet_of_a_flow_is_counted_by_what_explains_it(): void {
  assert(explainedByTos(0xb8) == 2);
}

export function a_packet_with_another_tos_is_explained_by_a_walk_of_its_own(): void {
  assert(explainedByTos(0) == 1);
}
