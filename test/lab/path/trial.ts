/** One setup in a world of its own: its state, packets, and what became of each. */
import { run } from "../sandbox.js";
import type { State } from "../oracle/scene.js";
import { build, destroy, inside, isSame, stateOf, type Configuration } from "../oracle/space.js";
import { readState } from "./files.js";
import type { LossReader } from "./losses.js";
import { sightingsOf } from "./observe.js";
import { play } from "./play.js";
import { load, type Ruleset } from "./ruleset.js";
import { addTaps } from "./taps.js";
import type { PathPacket, Sighting } from "./words.js";
import { DEVICES, FAR, FAR_ENDS, FAR_GROUND, GROUND, NEIGHBOURS, NODE } from "./world.js";

/** What a trial is made of: single lines, of which any may be left out. */
export interface Setup extends Ruleset {
  /** Lines for oracle/space.ts, behind GROUND: addresses, rules, routes, sysctls. */
  readonly lines: Configuration;
  /** Sockets that wait on the node, as words of probe.c: `proto=tcp src=:: port=80 uid=1000 gid=800`. */
  readonly listeners: readonly string[];
}

export interface Trial {
  readonly setup: Setup;
  readonly state: State;
  /** A packet's own fate, then the fates of what the kernel made because of it. */
  readonly sightings: readonly Sighting[];
  /** Packets that were sent and are not among them. */
  readonly leftOut: number;
}

/** A ruleset that the tools refuse. */
export class Refused extends Error {}

export interface Tools {
  /** tools/probe.c, compiled. */
  readonly program: string;
  readonly losses: LossReader;
}

/** A link finds its carrier within a second. */
const TRIES = 40;

export function conduct({ program, losses }: Tools, setup: Setup, packets: readonly PathPacket[]): Trial {
  build(FAR, FAR_GROUND);
  build(NODE, [...GROUND, ...setup.lines, ...NEIGHBOURS]);
  try {
    inside(FAR, "ip", ["-batch", "-"], `${FAR_ENDS.join("\n")}\n`);
    settle();
    addTaps();
    try {
      load(setup);
    } catch (error) {
      throw new Refused(error instanceof Error ? error.message : "");
    }
    const localTable = inside(NODE, "ip", ["-4", "route", "get", "127.0.0.1"]).includes("table local") ? "split" : "merged";
    const state = readState(setup.backend, localTable);
    const sightings: Sighting[] = [];
    const errors = new RouteErrors();
    play(program, losses, setup.listeners, packets).forEach((echo, i) => {
      const packet = packets[i];
      if (packet === undefined) return;
      const seen = sightingsOf(packet, echo, sightings.length, setup.listeners);
      if (!errors.isTooMany(seen[0])) sightings.push(...seen);
    });
    if (!isSame(state, { ...stateOf(NODE), "sysctl.txt": state["sysctl.txt"] ?? "" })) throw new Error("the state changed while packets were sent");
    return { setup, state, sightings, leftOut: errors.tooMany };
  } finally {
    destroy(NODE);
    destroy(FAR);
  }
}

/**
 * ip_error() tells one source five times that there is no IPv4 route for its packets, then once a second, by a setting of the whole machine (net.ipv4.route.error_cost)
 * that no namespace has. Whether a later packet was answered is chance.
 */
class RouteErrors {
  readonly #told = new Map<string, number>();
  tooMany = 0;

  isTooMany(sighting: Sighting | undefined): boolean {
    if (sighting?.observed.lost?.by !== "ip_error") return false;
    const { src = "" } = sighting.packet;
    const told = (this.#told.get(src) ?? 0) + 1;
    this.#told.set(src, told);
    if (told <= ROUTE_ERRORS) return false;
    this.tooMany++;
    return true;
  }
}

const ROUTE_ERRORS = 5;

/** A device has its carrier a moment after its far end: until then routes are marked, and IPv6 is without its multicast route in the table local. */
function settle(): void {
  for (let tries = 0; tries < TRIES; tries++) {
    const told = inside(NODE, "sh", ["-c", "ip -4 route show table all; ip -6 route show table all; ip -6 addr show tentative"]);
    if (told.split("ff00::/8").length > DEVICES.length && !/linkdown|inet6/.test(told)) return;
    run("sleep", ["0.02"]);
  }
  throw new Error("the devices do not come up");
}
