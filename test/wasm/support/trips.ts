/** Packets on their way through routers of routers.ts, with firewalls built by hand: at each hook conntrack and translations first, then chains in the order in which they are added. */
import { reserve } from "../../../assembly/arena";
import { Chain, FilterRule, PassAt } from "../../../assembly/netfilter/chains";
import { NONE, Packet, Router } from "../../../assembly/layout";
import { Api, Fate, Moment, Paths, Sent, Side, Socket } from "../../../assembly/trip/packets";
import { Step, StepKind } from "../../../assembly/netfilter/statements";
import { openPaths, setOut, takeBatch } from "../../../assembly/trip/trip";
import { Walk } from "../../../assembly/lookup/walk";
import { Base, ChainType, Hook, Nat, NatKind, Origin, Span, Stage, StageKind, Trip, Wall } from "../../../assembly/netfilter/wall";
import { LO, LOCAL_SLOT, NET_V6 } from "./routers";

const STAGES: u32 = 6;
const UDP: u32 = 17;

/** A node whose router is ready, without chains. */
export function newPaths(router: Router): Paths {
  const paths = changetype<Paths>(reserve(offsetof<Paths>()));
  paths.router = <u32>changetype<usize>(router);
  paths.side4 = newSide();
  paths.side6 = newSide();
  paths.loose = 1;
  paths.forced6 = <u32>reserve(router.deviceCount);
  openPaths(paths);
  return paths;
}

function newSide(): u32 {
  const side = changetype<Side>(reserve(offsetof<Side>()));
  side.wall = newWall();
  side.complete = 1;
  side.nats = <u32>reserve(<u32>Hook.COUNT * <u32>offsetof<Span>());
  side.local = LOCAL_SLOT;
  side.forwards = 1;
  side.sources = <u32>reserve(16 * 64);
  return <u32>changetype<usize>(side);
}

function newWall(): u32 {
  const wall = changetype<Wall>(reserve(offsetof<Wall>()));
  wall.hooks = <u32>reserve(<u32>Hook.COUNT * <u32>offsetof<Span>());
  wall.pass = <u32>reserve(PassAt.SIZE);
  for (let hook: u32 = 0; hook < <u32>Hook.COUNT; hook++) {
    spanAt(wall, hook).first = <u32>reserve(STAGES * <u32>offsetof<Stage>());
    if (hook == Hook.PREROUTING || hook == Hook.OUTPUT) addStage(wall, hook, StageKind.CONNTRACK);
    if (hook != Hook.FORWARD) addStage(wall, hook, StageKind.NAT);
  }
  return <u32>changetype<usize>(wall);
}

function spanAt(wall: Wall, hook: u32): Span {
  return changetype<Span>(wall.hooks + hook * <u32>offsetof<Span>());
}

function addStage(wall: Wall, hook: u32, kind: u32): Stage {
  const span = spanAt(wall, hook);
  assert(span.count < STAGES, "too many stages");
  const stage = changetype<Stage>(span.first + span.count++ * <u32>offsetof<Stage>());
  stage.kind = kind;
  return stage;
}

export function side4(paths: Paths): Side {
  return changetype<Side>(paths.side4);
}

export function side6(paths: Paths): Side {
  return changetype<Side>(paths.side6);
}

function wallOf(paths: Paths, family: u32): Wall {
  return changetype<Wall>((family == 4 ? side4(paths) : side6(paths)).wall);
}

/** A chain of one rule that does one thing with every packet; StepKind.ACCEPT does nothing. */
export function addChain(paths: Paths, family: u32, hook: u32, type: u32, kind: u32, value: u32 = 0): Base {
  const stage = addStage(wallOf(paths, family), hook, StageKind.CHAIN);
  const base = newBase(type, kind, value);
  stage.bases = <u32>changetype<usize>(base);
  stage.count = 1;
  return base;
}

/** A nat chain of one rule, which translates every packet. */
export function addNat(paths: Paths, family: u32, hook: u32, nat: Nat): void {
  const span = spanAt(wallOf(paths, family), hook);
  for (let i: u32 = 0; i < span.count; i++) {
    const stage = changetype<Stage>(span.first + i * <u32>offsetof<Stage>());
    if (stage.kind != StageKind.NAT) continue;
    stage.bases = <u32>changetype<usize>(newBase(ChainType.NAT, StepKind.TRANSLATE, 0, <u32>changetype<usize>(nat)));
    stage.count = 1;
  }
  const nats = changetype<Span>((family == 4 ? side4(paths) : side6(paths)).nats + hook * <u32>offsetof<Span>());
  nats.first = <u32>changetype<usize>(nat);
  nats.count = 1;
}

function newBase(type: u32, kind: u32, value: u32, target: u32 = 0): Base {
  const step = changetype<Step>(reserve(offsetof<Step>()));
  step.kind = kind;
  step.value = value;
  step.target = target;
  const rule = changetype<FilterRule>(reserve(offsetof<FilterRule>()));
  rule.steps = <u32>changetype<usize>(step);
  rule.stepCount = 1;
  rule.number = 1;
  const chain = changetype<Chain>(reserve(offsetof<Chain>()));
  chain.rules = <u32>changetype<usize>(rule);
  chain.count = 1;
  const base = changetype<Base>(reserve(offsetof<Base>()));
  base.chain = <u32>changetype<usize>(chain);
  base.type = type;
  base.number = 1;
  return base;
}

/** A translation to one IPv4 address; 0: none. */
export function newNat(kind: u32, to: u32 = 0): Nat {
  const nat = changetype<Nat>(reserve(offsetof<Nat>()));
  nat.kind = kind;
  nat.hasAddress = u32(to != 0 && kind != NatKind.MASQUERADE && kind != NatKind.REDIRECT);
  nat.first0 = to;
  nat.last0 = to;
  return nat;
}

/** The first packet of the batch: UDP from port 40000 to 53, sent without connect() by a process of user 0. */
export function sending(paths: Paths, family: u32, dst0: u32, dst3: u32 = 0): Sent {
  const sent = changetype<Sent>(paths.sent);
  memory.fill(changetype<usize>(sent), 0, offsetof<Sent>());
  sent.family = family;
  sent.origin = Origin.LOCAL;
  sent.dst0 = dst0;
  sent.dst3 = dst3;
  sent.proto = UDP;
  sent.sport = 40000;
  sent.dport = 53;
  sent.hopLimit = 64;
  sent.api = Api.SENDTO;
  sent.moment = Moment.CREATE;
  sent.socket = Socket.RAW;
  return sent;
}

/** The same packet from outside. */
export function forwarding(paths: Paths, family: u32, iif: u32, src0: u32, src3: u32, dst0: u32, dst3: u32 = 0): Sent {
  const sent = sending(paths, family, dst0, dst3);
  sent.origin = Origin.FORWARD;
  sent.iif = iif;
  sent.src0 = src0;
  sent.src3 = src3;
  sent.hasSource = 1;
  return sent;
}

export function fateOf(paths: Paths): Fate {
  takeBatch(paths, 1);
  return changetype<Fate>(paths.fates);
}

/** The first packet at its beginning, for stations that are asked alone. */
export function tripOf(paths: Paths): Trip {
  const router = changetype<Router>(paths.router);
  const walk = changetype<Walk>(router.walk);
  memory.fill(changetype<usize>(walk), 0, offsetof<Walk>());
  const trip = changetype<Trip>(paths.trip);
  memory.fill(changetype<usize>(trip), 0, offsetof<Trip>());
  setOut(trip, paths, walk, changetype<Sent>(paths.sent));
  const packet = changetype<Packet>(trip.packet);
  packet.iif = 0;
  assert(router.loopback == LO && NET_V6 != NONE, "routers of routers.ts");
  return trip;
}
