/** Recorded setups, packets and fates: the specification of a packet's walk, for whoever has no kernel at hand. */
import { release } from "node:os";
import { isObject, own, ownText, type JsonObject } from "../../../src/state/values.js";
import { sceneOf, type State } from "../oracle/scene.js";
import { vectorOf as lookupVectorOf } from "../oracle/vector.js";
import { BACKENDS, type Backend } from "./ruleset.js";
import type { Trial } from "./trial.js";
import type { Sighting } from "./words.js";

export interface Recorded {
  readonly backend: Backend;
  readonly rules: readonly string[];
  /** Files of the firewall. */
  readonly state: Readonly<Record<string, unknown>>;
  /** In the file, absent: those of the first ruleset. */
  readonly sightings: readonly Sighting[];
}

export interface Vector {
  readonly says: string;
  readonly kernel: string;
  readonly lines: readonly string[];
  readonly listeners: readonly string[];
  /** Files of a node but for the firewall's: JSON as it is, text as text. */
  readonly state: Readonly<Record<string, unknown>>;
  /** The same node and packets with one ruleset of each backend. */
  readonly rulesets: readonly Recorded[];
}

const FIREWALL = /tables-save\.txt$|^nft\.json$/;

/** Trials that differ in their rulesets only. Where iptables' own words stand, nft's of the same rules are kept for a single trial only. */
export function vectorOf(says: string, trials: readonly Trial[]): Vector {
  const [first] = trials;
  if (first === undefined) throw new Error("a vector has at least one trial");
  const rulesets = trials.map(({ setup: { backend, rules }, state, sightings }): Recorded => {
    const said = Object.entries(state).filter(([file]) => FIREWALL.test(file) && (file !== "nft.json" || backend === "nft" || trials.length === 1));
    const files = said.map(([file, text]): [string, unknown] => [file, file === "nft.json" ? withoutHandles(JSON.parse(text)) : text]);
    return { backend, rules, state: Object.fromEntries(files), sightings: sightings.map(withoutFunction) };
  });
  return { says, kernel: release(), lines: first.setup.lines, listeners: first.setup.listeners, state: commonState(first.state), rulesets };
}

/** Which function of the kernel threw it away is for people, and differs between backends. */
function withoutFunction({ packet, observed }: Sighting): Sighting {
  if (observed.lost === undefined) return { packet, observed };
  const { place, inside, reason } = observed.lost;
  return { packet, observed: { ...observed, lost: { place, inside, ...(reason === undefined ? {} : { reason }) } } };
}

function commonState(state: State): Readonly<Record<string, unknown>> {
  const lookups = Object.fromEntries(Object.entries(state).filter(([file]) => file.endsWith(".json") && !FIREWALL.test(file)));
  const { state: lean } = lookupVectorOf("", { configuration: [], state: lookups, scene: sceneOf({ ...state }), queries: [], answers: [] });
  const routes = Object.fromEntries(["route4.json", "route6.json"].map((file) => [file, leanRoutes(lean[file], file === "route6.json")]));
  return { ...lean, ...routes, "sysctl.txt": settings(state["sysctl.txt"] ?? "") };
}

/** Without what says nothing, or nothing to a walk: IPv6 has no scopes of routes. */
function leanRoutes(rows: unknown, six: boolean): unknown {
  const telling = ([key, value]: [string, unknown]): boolean => !(key === "flags" && Array.isArray(value) && value.length === 0) && value !== "medium" && key !== "protocol" && !(six && key === "scope");
  return Array.isArray(rows) ? rows.filter(isObject).map((row) => Object.fromEntries(Object.entries(row).filter(telling))) : rows;
}

/** Without switches of single devices whose being absent means the same: redirects are on, IPv4's forwarding is unknown, all others are off. */
function settings(text: string): string {
  return text.split("\n").filter((line) => {
    const [, family, dev, key, value] = /^net\.(ipv[46])\.conf\.(.*)\.(\w+) = (.*)$/.exec(line) ?? [];
    if (dev === undefined) return true;
    if (dev === "default") return false;
    if (key === "send_redirects") return value === "0";
    return value !== "0" || (key === "forwarding" && (family === "ipv4" || dev === "all"));
  }).join("\n");
}

/** Handles differ from load to load, counters from run to run. */
function withoutHandles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHandles);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "handle" && key !== "metainfo").map(([key, item]): [string, unknown] => [key, withoutHandles(item)]);
  return Object.fromEntries(kept);
}

/** The files of a node as text again. */
export function stateOfVector(vector: Vector, recorded: Recorded): State {
  return Object.fromEntries(Object.entries({ ...vector.state, ...recorded.state }).map(([file, value]) => [file, typeof value === "string" ? value : JSON.stringify(value)]));
}

/** Reads a vector's text; throws on anything else. */
export function parseVector(text: string): Vector {
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) throw new Error("is no vector");
  return {
    says: ownText(json, "says") ?? "", kernel: ownText(json, "kernel") ?? "", lines: list(json, "lines").map(String), listeners: list(json, "listeners").map(String), state: object(json, "state"),
    rulesets: list(json, "rulesets").filter(isObject).map((row, _, [first = row]) => {
      const backend = BACKENDS.find((one) => one === ownText(row, "backend"));
      if (backend === undefined) throw new Error("a backend is missing");
      return { backend, rules: list(row, "rules").map(String), state: object(row, "state"), sightings: list(own(row, "sightings") === undefined ? first : row, "sightings").filter(isSighting) };
    }),
  };
}

function list(row: JsonObject, key: string): readonly unknown[] {
  const value = own(row, key);
  if (!Array.isArray(value)) throw new Error(`${key} is missing`);
  return value;
}

function object(row: JsonObject, key: string): JsonObject {
  const value = own(row, key);
  if (!isObject(value)) throw new Error(`${key} is missing`);
  return value;
}

/** Vectors are written by this file's own types; only their shape is looked at. */
function isSighting(value: unknown): value is Sighting {
  return isObject(value) && isObject(own(value, "packet")) && isObject(own(value, "observed"));
}

/** One line for the head, one for each sighting, so that differences can be read. */
export function textOfVector({ rulesets, ...head }: Vector): string {
  const seen = rulesets.map(({ sightings }) => `"sightings":[\n${sightings.map((one) => JSON.stringify(one)).join(",\n")}\n]`);
  const parts = rulesets.map(({ backend, rules, state }, i) => {
    const rest = JSON.stringify({ backend, rules, state });
    return i > 0 && seen[i] === seen[0] ? rest : `${rest.slice(0, -1)},${seen[i] ?? ""}}`;
  });
  return `${JSON.stringify(head).slice(0, -1)},"rulesets":[\n${parts.join(",\n")}\n]}\n`;
}
