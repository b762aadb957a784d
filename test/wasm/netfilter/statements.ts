import { change, Step, StepKind } from "../../../assembly/netfilter/statements";
import { CtState, hookedOf } from "../../../assembly/netfilter/wall";
import { newTrip, newWall, packetIn, step } from "../support/walls";

function setting(kind: u32, keep: u32, remembered: u32, value: u32): Step {
  const made = step(kind);
  made.keep = keep;
  made.remembered = remembered;
  made.value = value;
  return made;
}

export function a_mark_keeps_bits_and_flips_those_of_the_entry_and_of_the_value(): void {
  const trip = newTrip(newWall());
  packetIn(trip).mark = 0x1234;
  hookedOf(trip).ctMark = 0xff;
  assert(change(trip, setting(StepKind.MARK, 0xff00, 0x0f, 0x81)));
  assert(packetIn(trip).mark == (0x1200 ^ 0x0f ^ 0x81) && hookedOf(trip).ctMark == 0xff);
}

export function the_entry_s_mark_begins_with_the_packet_s(): void {
  const trip = newTrip(newWall());
  packetIn(trip).mark = 7;
  hookedOf(trip).ctMark = 0xf0;
  trip.entryMarkKnown = 0;
  assert(change(trip, setting(StepKind.CT_MARK, ~0, 0, 0)));
  assert(hookedOf(trip).ctMark == 7 && trip.entryMarkKnown == 1 && packetIn(trip).mark == 7);
}

export function without_an_entry_nothing_is_saved_or_restored(): void {
  const trip = newTrip(newWall());
  trip.entry = 0;
  packetIn(trip).mark = 7;
  assert(change(trip, setting(StepKind.CT_MARK, ~0, 0, 0)) && change(trip, setting(StepKind.MARK, 0, ~0, 0)));
  assert(packetIn(trip).mark == 7 && hookedOf(trip).ctMark == 0);
}

export function an_entry_s_mark_that_is_not_known_is_told_so(): void {
  const trip = newTrip(newWall());
  trip.entryMarkKnown = 0;
  assert(!change(trip, setting(StepKind.MARK, 0, 1, 0)));
  assert(change(trip, setting(StepKind.MARK, 0, 0, 3)) && packetIn(trip).mark == 3);
}

export function tos_and_hop_limit_stay_bytes(): void {
  const trip = newTrip(newWall());
  packetIn(trip).tos = 0xab;
  packetIn(trip).hopLimit = 64;
  assert(change(trip, setting(StepKind.TOS, ~0xf0, 0, 0x110)) && packetIn(trip).tos == 0x1b);
  assert(change(trip, setting(StepKind.HOP_LIMIT, ~0xff, 0, 1)) && packetIn(trip).hopLimit == 1);
}

export function what_has_an_entry_keeps_it(): void {
  const trip = newTrip(newWall());
  assert(change(trip, step(StepKind.NOTRACK)) && trip.untracked == 0 && hookedOf(trip).ctState == CtState.NEW);
  trip.entry = 0;
  assert(change(trip, step(StepKind.NOTRACK)) && trip.untracked == 1 && hookedOf(trip).ctState == CtState.UNTRACKED);
}
