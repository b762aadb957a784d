// What a walk depends on besides the destination: suppressors, mark, source, input device, family.
import { Asks, Direction, Explained, Fib, Field, RouteKind } from "../../../assembly/layout";
import { explain } from "../../../assembly/path";
import { addHop, addPrefix, addRoute, addTableRule, finish, matching, openFib } from "../support/fibs";
import { newImage, newPacket } from "../support/images";
import { DOC6, NODE4 } from "../support/frames";
import { EMPTY, MARK, MESH, STOPS, WAN, reaches, rules, walked, world } from "../support/world";

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
