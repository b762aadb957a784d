/**
 * Looks for questions that tell surviving mutants from the core as it is: drawn nodes are asked of the running kernel, and what catches a survivor is recorded as a vector.
 * Needs root, as test/lab/oracle.   node --import tsx test/mutants/hunt.ts [--seed 1] [--configs 120] [--lookups 400]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startSandbox } from "../lab/sandbox.js";
import { Bench, compiled } from "./bench.js";
import { equivalentOf } from "./equivalent.js";
import { LOOKUP_FILES, sitesIn } from "./sites.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { seed: text, configs: text, lookups: text } });
const folder = mkdtempSync(join(tmpdir(), "wanproof-hunt-"));
try {
  const bench = new Bench();
  const survivors: { readonly name: string; readonly path: string }[] = [];
  for (const site of LOOKUP_FILES.flatMap((file) => sitesIn(file, readFileSync(new URL(`../../assembly/${file}`, import.meta.url), "utf8")))) {
    if (equivalentOf(site) !== null || (await bench.fate(site)) !== null) continue;
    const wasm = await compiled(site);
    const path = join(folder, `${survivors.length}.wasm`);
    if (wasm !== null) writeFileSync(path, wasm);
    survivors.push({ name: `assembly/${site.file}:${site.line}:${site.column} ${site.from} -> ${site.to}`, path });
  }
  bench.close();
  console.log(`${survivors.length} survivors`);
  const options = { survivors, seed: Number(values.seed ?? 1), configs: Number(values.configs ?? 120), lookups: Number(values.lookups ?? 400) };
  const list = join(folder, "hunt.json");
  writeFileSync(list, JSON.stringify(options));
  const child = startSandbox(fileURLToPath(new URL("hunting.ts", import.meta.url)), { args: [list] });
  process.exitCode = await new Promise<number>((resolve) => { child.on("exit", (code) => { resolve(code ?? 1); }); });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
