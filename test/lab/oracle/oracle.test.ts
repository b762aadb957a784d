// A share of the lookup oracle: `oracle.ts` asks more.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { seed } from "../../support/seed.js";
import { startSandbox } from "../sandbox.js";
import { lineOf } from "./query.js";
import { QUIRKS } from "./quirks/quirks.js";
import { draw, STYLE_NAMES } from "./styles.js";

const required = process.env["WANPROOF_LAB"] === "required";
const missing = ["unshare", "setpriv", "nsenter", "ip", "sysctl", "gcc"].filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
const reason = process.platform !== "linux" || process.getuid?.() !== 0 ? "it needs root on Linux" : missing.length > 0 ? `${missing.join(", ")} not installed` : null;
if (reason !== null && !required) console.log(`lookups are not compared with the running kernel: ${reason}`);
const lab = reason === null || required ? test : test.skip.bind(test);

/** Runs a script in a sandbox; its exit status and what it said. */
async function inSandbox(script: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = startSandbox(fileURLToPath(new URL(script, import.meta.url)), { args, output: "pipe" });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => { said += chunk.toString(); });
  child.stderr?.on("data", (chunk: Buffer) => { said += chunk.toString(); });
  const code = await new Promise<number | null>((resolve) => { child.on("close", resolve); });
  return { code, said };
}

test("the same seed draws the same configurations, of every style", () => {
  for (const style of STYLE_NAMES) assert.equal(draw(style, 7), draw(style, 7));
  assert.not.equal(draw("gluon", 7), draw("gluon", 8));
});

test("a question is one line, with a dash for what it does not say", () => {
  assert.is(lineOf({ family: 4, dst: "192.0.2.1", mark: 1 }), "4 192.0.2.1 - 1 - - - - - - -");
});

test("every quirk and every style has its vector", () => {
  const files = readdirSync(new URL("../../vectors/fib/", import.meta.url)).filter((file) => !file.startsWith("telling-")).sort();
  assert.equal(files, [...QUIRKS.map(({ name }) => `${name}.json`), ...STYLE_NAMES.map((style) => `style-${style}.json`)].sort());
});

/** Configurations of each style, and questions about each. CI has three minutes for them. */
const SHARES = process.env["CI"] === undefined ? { core: [1, 300], reference: [1, 300] } as const : { core: [16, 1000], reference: [8, 800] } as const;

lab("this kernel, the core and the readable walk answer alike in every style", async () => {
  assert.is(reason, null);
  const drawn = seed();
  const share = (subject: "core" | "reference"): Promise<{ readonly code: number | null; readonly said: string }> => {
    const [each, lookups] = SHARES[subject];
    return inSandbox("inside.ts", JSON.stringify({ seed: drawn, configurations: each * STYLE_NAMES.length, lookups, shrunkMax: 1, subject }));
  };
  for (const { code, said } of await Promise.all([share("core"), share("reference")])) {
    assert.is(code, 0, said);
    assert.match(said, / 0 disagreements, /);
  }
});

lab("this kernel answers as the recorded one did", async () => {
  const { code, said } = await inSandbox("replay.ts");
  assert.is(code, 0, said);
});

test.run();
