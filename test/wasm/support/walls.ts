/** Firewalls of a few chains built by hand, and a packet at one of their hooks: everything told, with an entry, UDP to port 53. */
import { reserve } from "../../../assembly/arena";
import { Chain, FilterRule, PassAt, walkChain } from "../../../assembly/netfilter/chains";
import { Alternative, Pass, openPass, Test } from "../../../assembly/netfilter/conditions";
import { Match, Packet } from "../../../assembly/layout";
import { Step } from "../../../assembly/netfilter/statements";
import { Walk } from "../../../assembly/lookup/walk";
import { Base, CtState, Hooked, hookedOf, Trip, Wall } from "../../../assembly/netfilter/wall";

const CHAINS_MAX: u32 = 80;
const RULES_MAX: u32 = 16;
export const TCP: u32 = 6, UDP: u32 = 17;

/** A firewall of empty chains. */
export function newWall(): Wall {
  const wall = changetype<Wall>(reserve(offsetof<Wall>()));
  wall.pass = <u32>reserve(<usize>PassAt.SIZE);
  wall.chains = <u32>reserve(CHAINS_MAX * offsetof<Chain>());
  for (let number: u32 = 0; number < CHAINS_MAX; number++) chainAt(wall, number).rules = <u32>reserve(RULES_MAX * offsetof<FilterRule>());
  return wall;
}

export function chainAt(wall: Wall, number: u32): Chain {
  return changetype<Chain>(wall.chains + number * <u32>offsetof<Chain>());
}

/** A packet at a hook of this firewall. */
export function newTrip(wall: Wall): Trip {
  const trip = changetype<Trip>(reserve(offsetof<Trip>()));
  trip.wall = <u32>changetype<usize>(wall);
  trip.walk = <u32>reserve(offsetof<Walk>());
  trip.packet = <u32>reserve(offsetof<Packet>() + offsetof<Hooked>());
  trip.sourceKnown = 1;
  trip.entry = 1;
  trip.entryMarkKnown = 1;
  trip.statusKnown = ~0;
  trip.directionKnown = 1;
  hookedOf(trip).ctState = CtState.NEW;
  packetIn(trip).proto = UDP;
  packetIn(trip).dport = 53;
  return trip;
}

export function packetIn(trip: Trip): Packet {
  return changetype<Packet>(trip.packet);
}

export function walkIn(trip: Trip): Walk {
  return changetype<Walk>(trip.walk);
}

/** A walk that has begun and stands at rule 1. */
export function newPass(trip: Trip): Pass {
  const pass = openPass(trip);
  pass.rule = 1;
  return pass;
}

/** One step. */
export function step(kind: u32, target: u32 = 0): Step {
  const made = changetype<Step>(reserve(offsetof<Step>()));
  made.kind = kind;
  made.target = target;
  return made;
}

/** One more rule of a chain, which does this to every packet. */
export function addStep(wall: Wall, number: u32, kind: u32, target: u32 = 0): FilterRule {
  const chain = chainAt(wall, number);
  assert(chain.count < RULES_MAX, "too many rules");
  const rule = changetype<FilterRule>(chain.rules + chain.count * <u32>offsetof<FilterRule>());
  chain.count++;
  rule.steps = <u32>changetype<usize>(step(kind, target));
  rule.stepCount = 1;
  rule.number = 100 * number + chain.count;
  return rule;
}

/** The field equals the value. */
export function match(field: u32, value: u32): Match {
  const made = changetype<Match>(reserve(offsetof<Match>()));
  made.field = field;
  made.mask = ~0;
  made.low = value;
  return made;
}

/** Only packets whose field has the value. */
export function only(rule: FilterRule, field: u32, value: u32): FilterRule {
  rule.matches = <u32>changetype<usize>(match(field, value));
  rule.matchCount = 1;
  return rule;
}

/** A test of rows of one match each, on one field. 0 ends the values. */
export function test(field: u32, first: u32, second: u32 = 0): Test {
  const made = changetype<Test>(reserve(offsetof<Test>()));
  made.rows = <u32>reserve(2 * offsetof<Alternative>());
  made.count = second == 0 ? 1 : 2;
  rowAt(made, 0).matches = <u32>changetype<usize>(match(field, first));
  rowAt(made, 0).count = 1;
  rowAt(made, 1).matches = <u32>changetype<usize>(match(field, second));
  rowAt(made, 1).count = 1;
  return made;
}

export function rowAt(test: Test, i: u32): Alternative {
  return changetype<Alternative>(test.rows + i * <u32>offsetof<Alternative>());
}

/** Walks chain 0, whose policy is to accept unless told otherwise. */
export function walked(trip: Trip, drops: bool = false): u32 {
  const base = changetype<Base>(reserve(offsetof<Base>()));
  base.chain = changetype<Wall>(trip.wall).chains;
  base.drops = u32(drops);
  return walkChain(trip, base);
}
