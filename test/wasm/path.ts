import { Action, Asks, Direction, Explained, Fib, Field, Image, NONE, Packet, RouteKind } from "../../assembly/layout";
import { explain } from "../../assembly/path";
import { addHop, addPrefix, addRoute, addRule, addTableRule, finish, matching, openFib } from "./support/fibs";
import { newImage, newPacket } from "./support/images";
import { DOC6, NODE4 } from "./support/frames";

/** What the tables of these tests hold: each has a default route and nothing else. */
const WAN: u32 = 0, MESH: u32 = 1, STOPS: u32 = 2, THROWS: u32 = 3, EMPTY: u32 = 4;
const MARK: u32 = 1;

/** The five tables, in IPv4, and no rules; the VPN's mark is 1, lo is device 3. */
function world(): Image {
  const image = newImage();
  image.mark = MARK;
  image.loopback = 3;
  openFib(rules(image), 5);
  const fib = rules(image);
  addPrefix(fib, 0);
  addHop(addRoute(fib, 1, WAN, RouteKind.FORWARD), 1, 0, 7);
  addHop(addRoute(fib, 1, MESH, RouteKind.FORWARD), 0);
  addRoute(fib, 1, STOPS, RouteKind.ERROR);
  addRoute(fib, 1, THROWS, RouteKind.THROW);
  finish(fib);
  return image;
}

function rules(image: Image): Fib {
  return changetype<Fib>(image.fib4);
}

function walked(image: Image): Packet {
  const packet = newPacket(4, 17, Direction.OUT, 40000, 53);
  explain(image, packet);
  return packet;
}

/** Whether a packet that nobody marked reaches the WAN. */
function reaches(image: Image): bool {
  return (walked(image).explained & Explained.UNMARKED) != 0;
}

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

export function suppress_prefixlength_0_suppresses_the_default_route(): void {
  const image = world();
  addTableRule(rules(image), MESH).suppressLength = 0;
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 2);
}

export function suppress_prefixlength_lets_longer_prefixes_decide(): void {
  const image = newImage();
  const fib = rules(image);
  openFib(fib, 2);
  addPrefix(fib, 24, 0xcb007100);
  addPrefix(fib, 0);
  addHop(addRoute(fib, 1, MESH, RouteKind.FORWARD), 0);
  addHop(addRoute(fib, 2, WAN, RouteKind.FORWARD), 1);
  finish(fib);
  const rule = addTableRule(fib, MESH);
  addTableRule(fib, WAN);
  rule.suppressLength = 23;
  assert(!reaches(image), "23 keeps the /24");
  rule.suppressLength = 24;
  assert(reaches(image), "24 suppresses it");
}

export function suppress_prefixlength_does_not_suppress_an_error_route(): void {
  const image = world();
  addTableRule(rules(image), STOPS).suppressLength = 0;
  addTableRule(rules(image), WAN);
  assert(!reaches(image));
}

export function suppress_ifgroup_suppresses_routes_through_that_group(): void {
  const image = world();
  addTableRule(rules(image), WAN).suppressGroup = 7;
  assert(!reaches(image));
  const other = world();
  addTableRule(rules(other), WAN).suppressGroup = 8;
  assert(reaches(other), "another group");
}

/** A rule fwmark LOW/MASK to the WAN; what a packet of the VPN's mark is explained by. */
function byMark(mark: u32, low: u32, mask: u32): u32 {
  const image = world();
  image.mark = mark;
  matching(addTableRule(rules(image), WAN), Field.mark, low, mask);
  return walked(image).explained;
}

export function a_fwmark_rule_explains_marked_packets_only(): void {
  assert(byMark(1, 1, 1) == Explained.MARKED);
}

export function a_fwmark_mask_looks_at_its_bits_only(): void {
  assert(byMark(0x101, 1, 1) == Explained.MARKED, "other bits of the mark");
  assert(byMark(0x100, 1, 1) == 0, "without bit 0");
  assert(byMark(0x101, 1, u32.MAX_VALUE) == 0, "a full mask");
}

export function a_rule_for_fwmark_0_explains_unmarked_packets_only(): void {
  assert(byMark(1, 0, 1) == Explained.UNMARKED);
}

export function a_rule_without_fwmark_explains_both(): void {
  const image = world();
  addTableRule(rules(image), WAN);
  assert(walked(image).explained == (<u32>Explained.UNMARKED | <u32>Explained.MARKED));
}

export function the_unmarked_walk_is_told_where_both_reach_the_wan(): void {
  const image = world();
  matching(addTableRule(rules(image), WAN), Field.mark, MARK);
  addTableRule(rules(image), WAN);
  assert(walked(image).explained == 3 && walked(image).rule == 2);
}

export function the_marked_walk_is_told_where_only_it_reaches_the_wan(): void {
  const image = world();
  addTableRule(rules(image), EMPTY);
  matching(addTableRule(rules(image), WAN), Field.mark, MARK);
  const packet = walked(image);
  assert(packet.rule == 2 && packet.route == 1);
}

export function a_family_that_never_asks_for_the_mark_explains_both_or_none(): void {
  const image = world();
  rules(image).asks = 0;
  addTableRule(rules(image), WAN);
  assert(walked(image).explained == 3);
  const mesh = world();
  rules(mesh).asks = 0;
  addTableRule(rules(mesh), MESH);
  assert(walked(mesh).explained == 0);
}

export function a_source_rule_is_tried_with_the_packets_source(): void {
  const image = world();
  matching(addTableRule(rules(image), WAN), Field.src0, NODE4);
  assert(reaches(image));
}

export function a_source_rule_is_tried_without_a_source_too(): void {
  const image = world();
  matching(addTableRule(rules(image), MESH), Field.src0, NODE4);
  addTableRule(rules(image), WAN);
  assert(walked(image).rule == 2, "the socket was not bound when the route was chosen");
  rules(image).asks = Asks.MARK;
  assert(walked(image).explained == 0, "unless nothing in the family asks for a source");
}

export function a_walk_gives_the_packet_back_as_it_was(): void {
  const image = world();
  matching(addTableRule(rules(image), MESH), Field.src0, NODE4);
  const packet = newPacket(4, 17, Direction.OUT, 40000, 53);
  packet.mark = 0x55;
  packet.iif = 9;
  packet.src1 = 1;
  packet.src2 = 2;
  packet.src3 = 3;
  explain(image, packet);
  assert(packet.src0 == NODE4 && packet.src1 == 1 && packet.src2 == 2 && packet.src3 == 3, "source");
  assert(packet.mark == 0x55 && packet.iif == 9, "mark and input device");
}

export function local_packets_come_from_lo(): void {
  const image = world();
  matching(addTableRule(rules(image), WAN), Field.iif, 3);
  assert(reaches(image));
  const other = world();
  matching(addTableRule(rules(other), WAN), Field.iif, 2);
  assert(!reaches(other));
}

export function each_family_has_rules_of_its_own(): void {
  const image = world();
  addTableRule(rules(image), WAN);
  openFib(changetype<Fib>(image.fib6), 1);
  finish(changetype<Fib>(image.fib6));
  const packet = newPacket(6, 17, Direction.OUT, 40000, 53);
  explain(image, packet);
  assert(packet.explained == 0 && packet.dst0 == DOC6);
}
