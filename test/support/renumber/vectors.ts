/** The real runs in test/vectors/captures: a node's state, what its WAN carried, and why each frame was sent. */
import { readdirSync, readFileSync } from "node:fs";
import { type Class, CLASSES } from "../../../src/model/verdict.js";
import type { State } from "./plan.js";

/** What a frame really is; `class` is null for frames that arrived. */
export interface Truth {
  readonly dir: "in" | "out";
  readonly class: Class | null;
}

export interface Vector {
  readonly name: string;
  readonly state: State;
  readonly capture: Uint8Array;
  /** One entry a frame. */
  readonly truth: readonly Truth[];
}

const CAPTURES = new URL("../../vectors/captures/", import.meta.url);

/** Every run, read anew, by name. */
export function readVectors(): Vector[] {
  return readdirSync(CAPTURES).sort().map((name) => {
    const folder = new URL(`${name}/`, CAPTURES);
    const files = readdirSync(new URL("state/", folder));
    return {
      name,
      state: Object.fromEntries(files.map((file) => [file, readFileSync(new URL(`state/${file}`, folder), "utf8")])),
      capture: new Uint8Array(readFileSync(new URL("wan.pcap", folder))),
      truth: readLabels(readFileSync(new URL("labels.tsv", folder), "utf8")),
    };
  });
}

/** Columns frame, epoch, dir, cause; the first line names them. */
export function readLabels(text: string): Truth[] {
  return text.trim().split("\n").slice(1).map((line) => {
    const [, , dir, cause = ""] = line.split("\t");
    return dir === "out" ? { dir, class: classOf(cause) } : { dir: "in", class: null };
  });
}

/** A cause that is no class is a flow or a tool that had no business on the WAN. */
function classOf(cause: string): Class {
  if (cause.startsWith("reply:")) return "answer";
  return CLASSES.find((each) => each === cause) ?? "leak";
}
