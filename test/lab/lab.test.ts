// Four scenarios of the lab, and what is left of one that is killed; `npm run lab` plays them all.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lackingFeature, obstacle } from "./features.js";
import { outcomeOf } from "./outcome.js";
import { SCENARIOS } from "./scenarios.js";

const SHARE = ["ipv4-leak", "rule-missing", "late-mark", "mesh-default-lost"];
const LAB = fileURLToPath(new URL("lab.ts", import.meta.url));

const why = obstacle() ?? lackingFeature(["iptables-legacy"]);
const required = process.env["WANPROOF_LAB"] === "required";
if (why !== null && !required) console.log(`the lab cannot run here (${why}): its scenarios are not played`);
const lab = why === null || required ? test : test.skip.bind(test);

lab("four scenarios: every frame's class, every finding and the result are the true ones", async () => {
  assert.is(why, null, "WANPROOF_LAB=required");
  const chosen = SCENARIOS.filter(({ name }) => SHARE.includes(name));
  assert.is(chosen.length, SHARE.length);
  const outcomes = await Promise.all(chosen.map((scenario) => outcomeOf(scenario)));
  for (const { scenario, labErrors, problems, frames } of outcomes) {
    assert.equal({ scenario, labErrors, problems }, { scenario, labErrors: [], problems: [] });
    assert.ok(frames > 20, `${scenario} has only ${frames} frames`);
  }
});

lab("a scenario that promises what is not true fails, and says which frame and why", async () => {
  const clean = SCENARIOS.find(({ name }) => name === "ipv4-leak");
  assert.ok(clean !== undefined);
  const { problems, labErrors } = await outcomeOf(clean, { promise: { result: "clean", causes: { "flow:ntp-v4": "fastd" }, findings: [] } });
  assert.equal(labErrors, []);
  const told = problems.join("\n");
  assert.match(told, /wan\.pcap frame \d+ \([\d.]+\): its cause is flow:ntp-v4, so it is out fastd; wanproof says out leak/);
  assert.match(told, /flow:update-v4 left on the WAN, which the scenario does not foresee/);
  assert.match(told, /the finding "containment leak:udp\/123 W1" is not true/);
  assert.match(told, /the result is leak, the truth is clean/);
});

/** Processes that live in a sandbox which `child`'s descendants started: their process namespace is not ours. */
function inSandboxOf(marker: string): number[] {
  const first = processes().filter((pid) => textOf(pid, "cmdline").includes(marker) && namespaceOf(pid) !== namespaceOf("self"));
  const namespaces = new Set(first.map(namespaceOf));
  return processes().filter((pid) => namespaces.has(namespaceOf(pid)));
}

function processes(): number[] {
  return readdirSync("/proc").map(Number).filter((pid) => pid > 0);
}

function textOf(pid: number, file: string): string {
  try { return readFileSync(`/proc/${pid}/${file}`, "utf8"); } catch { return ""; }
}

function namespaceOf(pid: number | "self"): string {
  try { return readlinkSync(`/proc/${pid}/ns/pid`); } catch { return ""; }
}

async function when(what: string, ask: () => boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (ask()) return;
    await sleep(50);
  }
  assert.unreachable(`${what}: not within ${seconds} s`);
}

function startLab(out: string): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, LAB, "clean", "--out", out], { stdio: "ignore" });
}

for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
  lab(`a lab ended by ${signal} in the middle leaves no process and no namespace behind`, async () => {
    const out = mkdtempSync(join(tmpdir(), "wanproof-lab-"));
    const before = readdirSync("/run").sort();
    const child = startLab(out);
    try {
      let living: number[] = [];
      await when("the lab's daemons", () => {
        living = inSandboxOf(out);
        return living.length > 5 && living.some((pid) => textOf(pid, "cmdline").startsWith("dnsmasq"));
      }, 60);
      child.kill(signal);
      await when("the sandbox's end", () => living.every((pid) => namespaceOf(pid) === "" || namespaceOf(pid) === namespaceOf("self")), 5);
      assert.equal(inSandboxOf(out), []);
      assert.equal(readdirSync("/run").sort(), before, "nothing of the sandbox's /run is visible outside");
    } finally {
      child.kill("SIGKILL");
      rmSync(out, { recursive: true, force: true });
    }
  });
}

test.run();
