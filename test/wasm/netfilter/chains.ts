import { walkChain } from "../../../assembly/netfilter/chains";
import { reserve } from "../../../assembly/arena";
import { Field, NONE, Place } from "../../../assembly/layout";
import { Step, StepKind } from "../../../assembly/netfilter/statements";
import { Base, End, HookField } from "../../../assembly/netfilter/wall";
import { addStep, newTrip, newWall, only, packetIn, TCP, test, UDP, walked, walkIn } from "../support/walls";

export function an_empty_chain_ends_by_its_policy(): void {
  assert(walked(newTrip(newWall())) == End.ACCEPT);
  assert(walked(newTrip(newWall()), true) == End.DROP);
  const nowhere = changetype<Base>(reserve(offsetof<Base>()));
  nowhere.drops = 1;
  assert(walkChain(newTrip(newWall()), nowhere) == End.DROP, "and so does one that was not written");
}

export function the_first_rule_that_holds_decides(): void {
  const wall = newWall();
  only(addStep(wall, 0, StepKind.DROP), Field.proto, TCP);
  only(addStep(wall, 0, StepKind.REJECT), Field.proto, UDP);
  addStep(wall, 0, StepKind.DROP);
  assert(walked(newTrip(wall)) == End.REJECT_ERROR);
}

export function a_jump_comes_back_behind_its_rule(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.JUMP, 1);
  addStep(wall, 0, StepKind.REJECT);
  only(addStep(wall, 1, StepKind.DROP), Field.proto, TCP);
  assert(walked(newTrip(wall)) == End.REJECT_ERROR);
}

export function a_goto_comes_back_to_who_called_its_chain(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.JUMP, 1);
  addStep(wall, 0, StepKind.REJECT);
  addStep(wall, 1, StepKind.GOTO, 2);
  addStep(wall, 1, StepKind.DROP);
  assert(walked(newTrip(wall)) == End.REJECT_ERROR);
  const base = newWall();
  addStep(base, 0, StepKind.GOTO, 1);
  addStep(base, 0, StepKind.DROP);
  assert(walked(newTrip(base)) == End.ACCEPT, "from a base chain to its policy");
}

export function return_goes_back_at_once_and_from_a_base_chain_to_its_policy(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.JUMP, 1);
  addStep(wall, 0, StepKind.RETURN);
  addStep(wall, 0, StepKind.REJECT);
  addStep(wall, 1, StepKind.RETURN);
  addStep(wall, 1, StepKind.REJECT);
  assert(walked(newTrip(wall), true) == End.DROP);
}

export function chains_lead_64_deep_and_one_more_leaves_the_walk_open(): void {
  const wall = newWall();
  for (let number: u32 = 0; number < 63; number++) addStep(wall, number, StepKind.JUMP, number + 1);
  addStep(wall, 63, StepKind.REJECT);
  assert(walked(newTrip(wall)) == End.REJECT_ERROR);
  const deeper = newWall();
  for (let number: u32 = 0; number < 64; number++) addStep(deeper, number, StepKind.JUMP, number + 1);
  assert(walked(newTrip(deeper)) == End.UNKNOWN);
}

export function a_reset_is_for_tcp_alone(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.RESET);
  const trip = newTrip(wall);
  assert(walked(trip) == End.ACCEPT);
  packetIn(trip).proto = TCP;
  assert(walked(trip) == End.REJECT_RESET);
}

export function a_program_lets_a_packet_pass_or_drops_it(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.QUEUE);
  const trip = newTrip(wall);
  assert(walked(trip) == End.ACCEPT && walkIn(trip).asked == 1);
  walkIn(trip).asked = 0;
  walkIn(trip).path = 1;
  assert(walked(trip) == End.DROP);
}

export function what_is_not_modelled_does_nothing_or_the_walk_is_lost_by_its_rule(): void {
  const unknown = newWall();
  addStep(unknown, 0, StepKind.UNKNOWN);
  const trip = newTrip(unknown);
  assert(walked(trip) == End.ACCEPT);
  assert(walkIn(trip).place == Place.FILTER && walkIn(trip).number == 1);
  walkIn(trip).asked = 0;
  walkIn(trip).path = 1;
  assert(walked(trip) == End.UNKNOWN);
}

export function a_chain_that_was_not_collected_leaves_the_walk_open(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.JUMP, NONE);
  assert(walked(newTrip(wall)) == End.UNKNOWN);
}

export function what_is_known_not_to_hold_is_not_asked_about(): void {
  const wall = newWall();
  const rule = addStep(wall, 0, StepKind.DROP);
  only(rule, Field.src0, 7);
  const other = test(Field.proto, TCP);
  rule.tests = <u32>changetype<usize>(other);
  rule.testCount = 1;
  const trip = newTrip(wall);
  trip.sourceKnown = 0;
  assert(walked(trip) == End.ACCEPT && walkIn(trip).asked == 0);
  packetIn(trip).proto = TCP;
  assert(walked(trip) == End.ACCEPT && walkIn(trip).asked == 1);
  walkIn(trip).asked = 0;
  walkIn(trip).path = 1;
  assert(walked(trip) == End.DROP);
}

export function later_rules_see_the_mark_that_earlier_ones_set(): void {
  const wall = newWall();
  changetype<Step>(addStep(wall, 0, StepKind.MARK).steps).value = 9;
  only(addStep(wall, 0, StepKind.REJECT), Field.mark, 9);
  assert(walked(newTrip(wall)) == End.REJECT_ERROR);
}

export function an_entry_mark_that_is_set_is_known_from_then_on(): void {
  const wall = newWall();
  changetype<Step>(addStep(wall, 0, StepKind.CT_MARK).steps).value = 5;
  only(addStep(wall, 0, StepKind.REJECT), HookField.ctMark, 5);
  const trip = newTrip(wall);
  trip.entryMarkKnown = 0;
  assert(walked(trip) == End.REJECT_ERROR && walkIn(trip).asked == 0);
}

export function an_entry_mark_that_is_not_known_is_not_restored(): void {
  const wall = newWall();
  changetype<Step>(addStep(wall, 0, StepKind.MARK).steps).remembered = ~0;
  const trip = newTrip(wall);
  trip.entryMarkKnown = 0;
  assert(walked(trip) == End.UNKNOWN && walkIn(trip).number == 1);
}

export function a_translation_without_an_entry_leaves_the_rule(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.TRANSLATE, <u32>reserve(64));
  addStep(wall, 0, StepKind.REJECT);
  const trip = newTrip(wall);
  trip.entry = 0;
  assert(walked(trip) == End.REJECT_ERROR);
}
