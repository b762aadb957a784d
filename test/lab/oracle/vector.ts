/** A recorded trial: what a kernel answered in a state, for whoever has no kernel at hand. */
import { release } from "node:os";
import { isObject, type JsonObject, own, ownText } from "../../../src/state/values.js";
import type { Answer } from "./answer.js";
import type { Query } from "./query.js";
import type { State } from "./scene.js";
import type { Configuration } from "./space.js";
import type { Trial } from "./trial.js";

export interface Vector {
  /** A fact, or the style it was drawn in. */
  readonly says: string;
  readonly kernel: string;
  readonly configuration: Configuration;
  /** Files of a node: JSON as it is, text as text. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly lookups: readonly { readonly query: Query; readonly answer: Answer }[];
}

export function vectorOf(says: string, { configuration, state, queries, answers }: Trial): Vector {
  const lookups = queries.map((query, i) => ({ query, answer: answers[i] ?? { error: "no answer" } }));
  return { says, kernel: release(), configuration, state: excerpt(state), lookups };
}

/** What no reader of this project looks at is left away. */
function excerpt(state: State): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(state).map(([file, text]): [string, unknown] => {
    if (file.endsWith(".txt")) return [file, settings(text)];
    const json: unknown = JSON.parse(text);
    return [file, file === "link.json" || file === "addr.json" ? lean(json) : json];
  }));
}

/** Without switches whose being absent means the same: redirects are on, forwarding is unknown, all others are off. */
function settings(text: string): string {
  const counts = (line: string): boolean => (line.includes("send_redirects") ? line.endsWith(" = 0") : /ipv4.*[.]forwarding|all[.]forwarding/.test(line) || !line.endsWith(" = 0"));
  return text.split("\n").filter((line) => line !== "" && counts(line)).join("\n");
}

const KEYS = new Set(["ifindex", "ifname", "flags", "link", "master", "group", "addr_info"]);
const ADDRESS_KEYS = new Set(["family", "local", "address", "prefixlen", "scope"]);

function lean(json: unknown): unknown {
  if (!Array.isArray(json)) return json;
  const rows = json.filter(isObject).map((row) => kept(row, (key) => KEYS.has(key)));
  return rows.map((row) => (Array.isArray(row["addr_info"]) ? { ...row, addr_info: row["addr_info"].filter(isObject).map(leanAddress) } : row));
}

function leanAddress(row: JsonObject): JsonObject {
  return kept(row, (key) => ADDRESS_KEYS.has(key) || row[key] === true);
}

function kept(row: JsonObject, keeps: (key: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([key]) => keeps(key)));
}

/** The state's files as text again. */
export function stateOfVector(vector: Vector): State {
  return Object.fromEntries(Object.entries(vector.state).map(([file, value]) => [file, typeof value === "string" ? value : JSON.stringify(value)]));
}

/** Reads a vector's text; throws on anything else. */
export function parseVector(text: string): Vector {
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) throw new Error("is no vector");
  const [state, lookups, configuration] = [own(json, "state"), own(json, "lookups"), own(json, "configuration")];
  if (!isObject(state) || !Array.isArray(lookups) || !Array.isArray(configuration)) throw new Error("is no vector");
  return {
    says: ownText(json, "says") ?? "", kernel: ownText(json, "kernel") ?? "", configuration: configuration.map(String), state,
    lookups: lookups.filter(isObject).map((row) => ({ query: queryOf(row), answer: answerOf(row) })),
  };
}

function part(row: JsonObject, key: string): JsonObject {
  const value = own(row, key);
  if (!isObject(value)) throw new Error(`${key} is missing`);
  return value;
}

function queryOf(row: JsonObject): Query {
  const query = part(row, "query");
  const numbers = ["mark", "uid", "ipproto", "sport", "dport", "tos"].flatMap((key) => (own(query, key) === undefined ? [] : [[key, Number(own(query, key))] as const]));
  const texts = ["src", "oif", "iif"].flatMap((key) => (own(query, key) === undefined ? [] : [[key, String(own(query, key))] as const]));
  return { family: own(query, "family") === 4 ? 4 : 6, dst: String(own(query, "dst")), ...Object.fromEntries(numbers), ...Object.fromEntries(texts) };
}

function answerOf(row: JsonObject): Answer {
  const answer = part(row, "answer");
  const error = ownText(answer, "error");
  if (error !== null) return { error };
  const texts = ["via", "prefsrc", "prefix"].flatMap((key) => (own(answer, key) === undefined ? [] : [[key, String(own(answer, key))] as const]));
  const metric = own(answer, "metric");
  return {
    type: String(own(answer, "type")), table: Number(own(answer, "table")), dev: String(own(answer, "dev")), ...Object.fromEntries(texts),
    ...(typeof metric === "number" ? { metric } : {}),
  };
}
