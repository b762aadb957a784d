// Every campaign in full, one after the other: what the tests do only a share of.   npm run soak [-- NAME...]
// Ends with `N passed, N failed`; hours are well spent here before a release. Seeds are those of today's date unless WANPROOF_SEED names one.
import { spawnSync } from "node:child_process";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const SEED = process.env["WANPROOF_SEED"] ?? new Date().toISOString().slice(0, 10).replaceAll("-", "");

/** Name -> the npm script and its words. */
const CAMPAIGNS = {
  dissect: ["oracle:dissect", "--frames", "200000", "--seed", SEED],
  fuzz: ["fuzz", "--captures", "1000000", "--minutes", "30", "--seed", SEED],
  lookups: ["oracle", "--subject", "core", "--configs", "1000", "--lookups", "1000", "--seed", SEED],
  reference: ["oracle", "--subject", "reference", "--configs", "300", "--lookups", "1000", "--seed", SEED],
  paths: ["paths", "--rulesets", "200", "--packets", "110", "--seed", SEED],
  translate: ["translate", "--standing", "6", "--drawn", "54", "--packets", "10000", "--seed", SEED],
  mutants: ["mutants", "--all"],
  lab: ["lab"],
  memory: ["bench:memory"],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(CAMPAIGNS, name));
if (unknown.length > 0) {
  process.stderr.write(`there is no campaign ${unknown.join(", ")}: there are ${Object.keys(CAMPAIGNS).join(", ")}\n`);
  process.exit(2);
}

let passed = 0, failed = 0;
for (const [name, [script, ...words]] of Object.entries(CAMPAIGNS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const start = Date.now();
  process.stdout.write(`== ${name}: npm run ${script} -- ${words.join(" ")}\n`);
  const { status } = spawnSync("npm", ["run", "-s", script, "--", ...words], { cwd: ROOT, stdio: "inherit" });
  const good = status === 0;
  if (good) passed++;
  else failed++;
  process.stdout.write(`== ${name}: ${good ? "passed" : `FAILED (exit status ${status})`} in ${Math.round((Date.now() - start) / 1000)} s\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
