// The order of rules, gotos, inverted and half-understood rules; the rest stands in path/.
import { Action, Field, NONE } from "../../assembly/layout";
import { addRule, addTableRule, matching } from "./support/fibs";
import { EMPTY, MESH, STOPS, THROWS, WAN, reaches, rules, walked, world } from "./support/world";

export function without_rules_nothing_reaches_the_wan(): void {
  const packet = walked(world());
  assert(packet.explained == 0 && packet.rule == 0 && packet.route == 0);
}

export function the_first_rule_whose_table_has_a_route_decides(): void {
  const wanFirst = world();
  addTableRule(rules(wanFirst), WAN);
  addTableRule(rules(wanFirst), MESH);
  const packet = walked(wanFirst);
  assert(packet.explained == 3 && packet.rule == 1 && packet.route == 1);
  const meshFirst = world();
  addTableRule(rules(meshFirst), MESH);
  addTableRule(rules(meshFirst), WAN);
  assert(walked(meshFirst).explained == 0);
}

export function an_empty_table_leaves_the_packet_to_the_next_rule(): void {
  const image = world();
  addTableRule(rules(image), EMPTY);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 2);
}

export function a_rule_that_does_not_match_is_passed(): void {
  const image = world();
  matching(addTableRule(rules(image), MESH), Field.proto, 6);
  matching(addTableRule(rules(image), WAN), Field.proto, 17);
  assert(walked(image).rule == 2);
}

export function an_error_route_ends_the_walk(): void {
  const image = world();
  addTableRule(rules(image), STOPS);
  addTableRule(rules(image), WAN);
  assert(!reaches(image));
}

export function a_throw_route_goes_on_with_the_next_rule(): void {
  const image = world();
  addTableRule(rules(image), THROWS);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 2);
}

export function a_stop_action_ends_the_walk(): void {
  const image = world();
  addRule(rules(image), Action.STOP, NONE);
  addTableRule(rules(image), WAN);
  assert(!reaches(image));
}

export function a_stop_that_may_not_match_goes_on(): void {
  const image = world();
  addRule(rules(image), Action.STOP, NONE).unknown = 1;
  addTableRule(rules(image), WAN);
  assert(reaches(image));
}

export function a_nop_and_an_unknown_action_go_on(): void {
  const image = world();
  addRule(rules(image), Action.NOP, NONE);
  addRule(rules(image), Action.UNKNOWN, NONE);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 3);
}

export function a_goto_goes_forward_to_its_target(): void {
  const image = world();
  addRule(rules(image), Action.GOTO, 2);
  addTableRule(rules(image), MESH);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 3);
}

export function a_goto_to_a_rule_that_does_not_match_goes_on_behind_it(): void {
  const image = world();
  addRule(rules(image), Action.GOTO, 2);
  addTableRule(rules(image), MESH);
  matching(addTableRule(rules(image), MESH), Field.proto, 6);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 4);
}

export function an_unresolved_goto_goes_on_with_the_next_rule(): void {
  const image = world();
  addRule(rules(image), Action.GOTO, NONE);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 2);
}

export function a_goto_that_goes_backward_ends_all_the_same(): void {
  const image = world();
  addRule(rules(image), Action.NOP, NONE);
  addRule(rules(image), Action.GOTO, 0);
  assert(!reaches(image));
}

export function a_goto_that_may_not_match_is_followed_and_passed(): void {
  const passed = world();
  addRule(rules(passed), Action.GOTO, 2).unknown = 1;
  addTableRule(rules(passed), WAN);
  addRule(rules(passed), Action.STOP, NONE);
  assert(reaches(passed), "where it does not match, the next rule decides");
  const followed = world();
  addRule(rules(followed), Action.GOTO, 2).unknown = 1;
  addRule(rules(followed), Action.STOP, NONE);
  addTableRule(rules(followed), WAN);
  assert(reaches(followed), "where it matches, its target does");
}

export function a_rule_with_an_unknown_selector_may_match(): void {
  const image = world();
  addTableRule(rules(image), WAN).unknown = 1;
  addTableRule(rules(image), MESH);
  assert(reaches(image));
}

export function a_rule_with_an_unknown_selector_may_not_match(): void {
  const image = world();
  addTableRule(rules(image), MESH).unknown = 1;
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 2);
}

export function a_known_selector_that_fails_settles_a_rule_with_an_unknown_one(): void {
  const image = world();
  matching(addTableRule(rules(image), WAN), Field.proto, 6).unknown = 1;
  assert(!reaches(image));
}

export function an_inverted_rule_takes_what_its_selectors_do_not(): void {
  const image = world();
  matching(addTableRule(rules(image), MESH), Field.proto, 17).invert = 1;
  matching(addTableRule(rules(image), WAN), Field.proto, 6).invert = 1;
  assert(walked(image).rule == 2);
}

export function an_inverted_rule_without_selectors_takes_nothing(): void {
  const image = world();
  addTableRule(rules(image), WAN).invert = 1;
  assert(!reaches(image));
}

export function an_inverted_rule_with_an_unknown_selector_may_match_whatever_the_known_ones_say(): void {
  const image = world();
  const rule = matching(addTableRule(rules(image), WAN), Field.proto, 17);
  rule.invert = 1;
  rule.unknown = 1;
  assert(reaches(image));
}
