/** The running kernel beside a subject's lookups: configurations of many styles in a sandbox, the same questions to both. Needs root on Linux, iproute2 and gcc.
 *    node --import tsx test/lab/oracle/oracle.ts [--seed 1] [--configs 200] [--lookups 1000] [--style gluon] [--subject reference] [--shrink 5]
 *    node --import tsx test/lab/oracle/oracle.ts --record      writes test/vectors/fib anew */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startSandbox } from "../sandbox.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { seed: text, configs: text, lookups: text, style: text, subject: text, shrink: text, record: { type: "boolean" } } });
const options = {
  seed: Number(values.seed ?? Date.now() % 1_000_000), configurations: Number(values.configs ?? 200), lookups: Number(values.lookups ?? 1000), shrunkMax: Number(values.shrink ?? 5),
  subject: values.subject ?? "reference", ...(values.style === undefined ? {} : { style: values.style }),
};
if ([options.seed, options.configurations, options.lookups, options.shrunkMax].some(Number.isNaN)) throw new Error("--seed, --configs, --lookups and --shrink are numbers");
if (values.record !== true) console.log(`seed ${options.seed}`);
const script = values.record === true ? "recording.ts" : "inside.ts";
const child = startSandbox(fileURLToPath(new URL(script, import.meta.url)), { args: [JSON.stringify(options)] });
child.on("exit", (code) => { process.exitCode = code ?? 1; });
