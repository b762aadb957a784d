/** The runs of a real node in test/vectors/captures, with what truly happened. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLASSES, type Class } from "../../src/model/verdict.js";

export interface Vector {
  readonly name: string;
  readonly state: string;
  readonly capture: string;
  /** Per frame of the capture: null for inbound ones. */
  readonly labels: readonly (Class | null)[];
  /** Frames that left, by class. */
  readonly classes: ReadonlyMap<Class, number>;
  /** Frames with a foreign source, by cause. */
  readonly foreign: ReadonlyMap<string, number>;
}

const FOLDER = fileURLToPath(new URL("../vectors/captures/", import.meta.url));

/** All vectors, in the order of their names. */
export function vectors(): Vector[] {
  return readdirSync(FOLDER).sort().map(readVector);
}

function readVector(name: string): Vector {
  const folder = join(FOLDER, name);
  const expected: unknown = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
  const classes = new Map<Class, number>();
  for (const [cause, told] of entries(field(expected, "wan_egress"))) {
    const kind = field(told, "class") === "leak" ? "leak" : classOf(cause);
    classes.set(kind, (classes.get(kind) ?? 0) + Number(field(told, "packets")));
  }
  return {
    name,
    state: join(folder, "state"),
    capture: join(folder, "wan.pcap"),
    labels: readLabels(join(folder, "labels.tsv")),
    classes,
    foreign: new Map(entries(field(expected, "foreign_source_on_wan")).map(([cause, frames]) => [cause, Number(frames)])),
  };
}

function readLabels(path: string): (Class | null)[] {
  const rows = readFileSync(path, "utf8").trim().split("\n").slice(1);
  return rows.map((row) => {
    const [, , direction, cause] = row.split("\t");
    return direction === "out" ? classOf(cause ?? "") : null;
  });
}

/** The lab's word for a cause -> the class it must get: its replies are answers, its test flows are leaks. */
function classOf(cause: string): Class {
  if (cause.startsWith("reply:")) return "answer";
  return CLASSES.find((name) => name === cause) ?? "leak";
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
