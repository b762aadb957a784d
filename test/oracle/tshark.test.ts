// A share of the dissection oracle: `npm run oracle:dissect` compares more.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { seed } from "../support/seed.js";
import { compareAll, realCaptures } from "./comparison.js";
import { generate } from "./generator.js";
import { tsharkVersion } from "./tshark.js";

const FRAMES = 6_000;
const version = tsharkVersion();
const required = process.env["WANPROOF_LAB"] === "required";
const can = version !== null || required;
if (!can) console.log("tshark and capinfos are not installed: the core's dissection is not compared with theirs");
const lab = can ? test : test.skip.bind(test);

test("the same seed generates the same captures, of as many frames as were asked for", () => {
  const hex = (number: number): string[] => [...generate(number, 90)].map(({ name, bytes }) => `${name} ${Buffer.from(bytes).toString("hex")}`);
  assert.equal(hex(7), hex(7));
  assert.not.equal(hex(7), hex(8));
  assert.is(hex(7).length, 9);
});

lab("tshark reads the same in every frame of every capture, real and generated, and capinfos counts the same", async () => {
  assert.ok(version !== null, "WANPROOF_LAB=required, but tshark or capinfos is not installed");
  const { captures, frames, disagreements } = await compareAll({ seed: seed(), frames: FRAMES, real: realCaptures() });
  const told = disagreements.slice(0, 5).map(({ capture, frame, facts, hex }) => [`${capture}, frame ${frame}`, ...facts, hex].join("\n"));
  assert.is(told.join("\n"), "");
  assert.ok(captures > 30 && frames > FRAMES);
});

test.run();
