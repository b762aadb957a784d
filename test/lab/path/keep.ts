/** A trial as a folder: the node's files, packets.jsonl and observed.jsonl, whose lines belong together. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Trial } from "./trial.js";

export function keep(folder: string, { setup, state, sightings }: Trial): void {
  mkdirSync(folder, { recursive: true });
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const files = { ...state, "packets.jsonl": lines(sightings.map(({ packet }) => packet)), "observed.jsonl": lines(sightings.map(({ observed }) => observed)), "setup.json": `${JSON.stringify(setup, null, 1)}\n` };
  for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${file}`, text);
}
