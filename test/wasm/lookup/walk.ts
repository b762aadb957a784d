import { reserve } from "../../../assembly/arena";
import { Place } from "../../../assembly/layout";
import { isLost, maybe, turn, Walk } from "../../../assembly/lookup/walk";

function newWalk(): Walk {
  return changetype<Walk>(reserve(offsetof<Walk>()));
}

export function a_walk_without_choices_is_made_once(): void {
  const walk = newWalk();
  assert(!turn(walk) && !isLost(walk));
}

export function every_combination_of_two_choices_is_taken_once(): void {
  const walk = newWalk();
  let seen: u32 = 0;
  let count: u32 = 0;
  do {
    walk.asked = 0;
    const first = maybe(walk, Place.RULE, 1);
    const second = maybe(walk, Place.ROUTE, 2);
    seen |= 1 << (u32(first) * 2 + u32(second));
    count++;
  } while (turn(walk));
  assert(seen == 0b1111 && count == 4);
}

export function a_choice_that_only_one_side_meets_is_taken_on_that_side(): void {
  const walk = newWalk();
  let count: u32 = 0;
  do {
    walk.asked = 0;
    if (maybe(walk, Place.RULE, 1)) maybe(walk, Place.RULE, 2);
    count++;
  } while (turn(walk));
  assert(count == 3);
}

export function the_first_choice_is_remembered_by_its_place(): void {
  const walk = newWalk();
  maybe(walk, Place.ROUTE, 7);
  maybe(walk, Place.RULE, 1);
  assert(walk.place == Place.ROUTE && walk.number == 7);
}

export function more_choices_than_can_be_followed_are_noticed(): void {
  const walk = newWalk();
  for (let i: u32 = 0; i < 6; i++) maybe(walk, Place.RULE, i);
  assert(!isLost(walk));
  assert(!maybe(walk, Place.RULE, 9) && isLost(walk));
}
