// Base chains alone, without the lookups and the conntrack between them: the loop in which compiled chains are compared with plain ones, and timed.

import { mark, reserve, rewind } from "../arena";
import { walkChain } from "./chains";
import { Packet } from "../layout";
import { Walk } from "../lookup/walk";
import { Base, End, Hooked, Trip } from "./wall";

/** A packet for chains. Its Packet and Hooked stand behind it; both are left as the chains made them. */
@unmanaged @final export class Probe {
  end: u32; // End, filled; as all of this line: of open choices the first one's number, and how many were met
  number: u32;
  asked: u32;
  path: u32; // which sides of open choices are taken (Walk.path)
  sourceKnown: u32; // from here on as in Trip
  entry: u32;
  entryMarkKnown: u32;
  statusKnown: u32;
  directionKnown: u32;
  untracked: u32;
  reserved0: u32;
  reserved1: u32;
}
export enum ProbeAt {
  end = offsetof<Probe>("end"),
  number = offsetof<Probe>("number"),
  asked = offsetof<Probe>("asked"),
  path = offsetof<Probe>("path"),
  sourceKnown = offsetof<Probe>("sourceKnown"),
  entry = offsetof<Probe>("entry"),
  entryMarkKnown = offsetof<Probe>("entryMarkKnown"),
  statusKnown = offsetof<Probe>("statusKnown"),
  directionKnown = offsetof<Probe>("directionKnown"),
  untracked = offsetof<Probe>("untracked"),
  packet = offsetof<Probe>(),
  SIZE = offsetof<Probe>() + offsetof<Packet>() + offsetof<Hooked>(),
}
if (offsetof<Probe>() % 16 != 0) ERROR("a packet begins at a multiple of 16");

/** Takes `count` probes through the Bases whose addresses are listed, each as far as it is accepted. `router` is for translations. */
export function walkProbes(wall: usize, router: usize, probes: usize, count: u32, bases: usize, baseCount: u32): void {
  const start = mark();
  const walk = changetype<Walk>(reserve(offsetof<Walk>()));
  const trip = changetype<Trip>(reserve(offsetof<Trip>()));
  walk.router = <u32>router;
  trip.walk = <u32>changetype<usize>(walk);
  trip.wall = <u32>wall;
  for (let i: u32 = 0; i < count; i++) {
    const probe = changetype<Probe>(probes + <usize>i * <usize>ProbeAt.SIZE);
    walk.asked = 0;
    walk.number = 0;
    walk.path = probe.path;
    set(trip, probe);
    probe.end = walkBases(trip, bases, baseCount);
    probe.number = walk.number;
    probe.asked = walk.asked;
    probe.entryMarkKnown = trip.entryMarkKnown;
    probe.untracked = trip.untracked;
  }
  rewind(start);
}

function set(trip: Trip, probe: Probe): void {
  trip.packet = <u32>(changetype<usize>(probe) + offsetof<Probe>());
  trip.sourceKnown = probe.sourceKnown;
  trip.entry = probe.entry;
  trip.entryMarkKnown = probe.entryMarkKnown;
  trip.statusKnown = probe.statusKnown;
  trip.directionKnown = probe.directionKnown;
  trip.untracked = probe.untracked;
}

function walkBases(trip: Trip, bases: usize, baseCount: u32): u32 {
  for (let i: u32 = 0; i < baseCount; i++) {
    const end = walkChain(trip, changetype<Base>(<usize>load<u32>(bases + (<usize>i << 2))));
    if (end != End.ACCEPT) return end;
  }
  return End.ACCEPT;
}
