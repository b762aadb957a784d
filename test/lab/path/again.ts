/** Runs inside the sandbox: observes recorded vectors again. One line of JSON for each: `{"name","backend","wrong":[...]}`. Words: vectors' names, else all. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, furnish } from "../sandbox.js";
import { LossReader } from "./losses.js";
import { summaries } from "./summary.js";
import { conduct } from "./trial.js";
import { parseVector } from "./vector.js";
import type { PathPacket } from "./words.js";

const FOLDER = new URL("../../vectors/path/", import.meta.url);
const [share = "1/1"] = process.argv.slice(2);
const [part = 1, parts = 1] = share.split("/").map(Number);

furnish();
const tools = { program: compile(fileURLToPath(new URL("tools/probe.c", import.meta.url))), losses: new LossReader() };
const names = readdirSync(FOLDER).sort().filter((_, i) => i % parts === part - 1);
for (const [i, name] of names.entries()) {
  const { lines, listeners, rulesets } = parseVector(readFileSync(new URL(name, FOLDER), "utf8"));
  // One backend each time: all of them take three times as long and were the same when they were recorded.
  const recorded = rulesets[i % rulesets.length];
  if (recorded === undefined) continue;
  const { backend, rules, sightings } = recorded;
  const sent = sightings.filter(({ packet }) => packet.answerTo === undefined).map(({ packet }): PathPacket => packet);
  const wanted = summaries(sightings);
  const wrong = summaries(conduct(tools, { backend, rules, lines, listeners }, sent).sightings).flatMap((line, at) => (line === wanted[at] ? [] : [`packet ${at}: "${wanted[at] ?? "nothing"}" was recorded, "${line}" is seen`]));
  console.log(JSON.stringify({ name: name.replace(".json", ""), backend, wrong }));
}
