import { reserve } from "../../../assembly/arena";
import { Choice, chosen, Entry, Held, known, knownRow, settled, Test } from "../../../assembly/netfilter/conditions";
import { Field } from "../../../assembly/layout";
import { StepKind } from "../../../assembly/netfilter/statements";
import { HookField, hookedOf } from "../../../assembly/netfilter/wall";
import { match, newPass, newTrip, newWall, rowAt, step, TCP, test, UDP, walkIn } from "../support/walls";

export function a_test_holds_when_one_of_its_rows_does(): void {
  const pass = newPass(newTrip(newWall()));
  assert(known(pass, test(Field.proto, TCP, UDP)) == Held.YES);
  assert(known(pass, test(Field.proto, TCP)) == Held.NO);
}

export function a_negated_test_holds_when_no_row_does(): void {
  const pass = newPass(newTrip(newWall()));
  const negated = test(Field.proto, TCP, 1);
  negated.negated = 1;
  assert(known(pass, negated) == Held.YES);
  const other = test(Field.proto, UDP);
  other.negated = 1;
  assert(known(pass, other) == Held.NO);
}

export function a_test_without_rows_never_holds_and_negated_always(): void {
  const pass = newPass(newTrip(newWall()));
  const empty = test(Field.proto, UDP);
  empty.count = 0;
  assert(known(pass, empty) == Held.NO);
  empty.negated = 1;
  assert(known(pass, empty) == Held.YES);
}

export function a_row_with_text_nobody_understood_is_open_only_when_its_matches_hold(): void {
  const pass = newPass(newTrip(newWall()));
  const fits = test(Field.proto, UDP);
  rowAt(fits, 0).unknown = 1;
  assert(known(pass, fits) == Held.OPEN);
  const fails = test(Field.proto, TCP);
  rowAt(fails, 0).unknown = 1;
  assert(known(pass, fails) == Held.NO);
}

export function a_row_that_is_known_decides_before_an_open_one(): void {
  const trip = newTrip(newWall());
  const both = test(Field.proto, UDP, UDP);
  rowAt(both, 0).unknown = 1;
  assert(known(newPass(trip), both) == Held.YES && walkIn(trip).asked == 0);
}

export function an_open_test_takes_both_sides_and_negated_the_other_one(): void {
  const trip = newTrip(newWall());
  const open = test(Field.proto, UDP);
  rowAt(open, 0).unknown = 1;
  assert(!settled(newPass(trip), open));
  walkIn(trip).asked = 0;
  walkIn(trip).path = 1;
  assert(settled(newPass(trip), open));
  walkIn(trip).asked = 0;
  open.negated = 1;
  assert(!settled(newPass(trip), open));
}

export function a_source_that_is_not_told_leaves_matches_on_it_open(): void {
  const trip = newTrip(newWall());
  trip.sourceKnown = 0;
  const pass = newPass(trip);
  assert(knownRow(pass, <u32>changetype<usize>(match(Field.src0, 7)), 1) == Held.OPEN);
  assert(knownRow(pass, <u32>changetype<usize>(match(HookField.srcType, 7)), 1) == Held.OPEN);
  assert(knownRow(pass, <u32>changetype<usize>(match(Field.dst0, 7)), 1) == Held.NO);
}

export function what_conntrack_does_not_tell_is_open_bit_by_bit(): void {
  const trip = newTrip(newWall());
  trip.statusKnown = 8;
  trip.directionKnown = 0;
  trip.entryMarkKnown = 0;
  hookedOf(trip).ctStatus = 8;
  const status = match(HookField.ctStatus, 8);
  assert(knownRow(newPass(trip), <u32>changetype<usize>(status), 1) == Held.OPEN);
  status.mask = 8;
  assert(knownRow(newPass(trip), <u32>changetype<usize>(status), 1) == Held.YES);
  assert(knownRow(newPass(trip), <u32>changetype<usize>(match(HookField.ctDirection, 0)), 1) == Held.OPEN);
  assert(knownRow(newPass(trip), <u32>changetype<usize>(match(HookField.ctMark, 0)), 1) == Held.OPEN);
  trip.entry = 0;
  assert(knownRow(newPass(trip), <u32>changetype<usize>(match(HookField.ctMark, 0)), 1) == Held.YES, "without an entry its mark is 0");
}

export function a_map_leads_to_its_first_entry_that_holds(): void {
  const choice = changetype<Choice>(reserve(offsetof<Choice>()));
  choice.entries = <u32>reserve(2 * offsetof<Entry>());
  choice.count = 2;
  const drop = step(StepKind.DROP);
  const accept = step(StepKind.ACCEPT);
  entry(choice, 0, test(Field.proto, TCP), <u32>changetype<usize>(drop));
  entry(choice, 1, test(Field.proto, UDP), <u32>changetype<usize>(accept));
  const trip = newTrip(newWall());
  assert(chosen(newPass(trip), choice) == <u32>changetype<usize>(accept));
  choice.count = 1;
  assert(chosen(newPass(trip), choice) == 0);
}

function entry(choice: Choice, i: u32, rows: Test, then: u32): void {
  const made = changetype<Entry>(choice.entries + i * <u32>offsetof<Entry>());
  made.rows = rows.rows;
  made.count = rows.count;
  made.then = then;
}
