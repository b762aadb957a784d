/** Rulesets of iptables beside their translations to nft, walked by src/explain. Needs root on Linux, iproute2, iptables, nftables and gcc.
 *    node --import tsx test/lab/translate/translate.ts [--seed 1] [--drawn 60] [--standing 100] [--packets 10000] [--shrink 3] [--print]
 *    --print prints every packet that differs, not only one of each kind and ruleset */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startSandbox } from "../sandbox.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { seed: text, drawn: text, standing: text, packets: text, shrink: text, print: { type: "boolean" } } });
const options = {
  seed: Number(values.seed ?? Date.now() % 1_000_000), drawn: Number(values.drawn ?? 60), standing: Number(values.standing ?? 100), packets: Number(values.packets ?? 10_000), shrunkMax: Number(values.shrink ?? 3),
  print: values.print === true,
};
if (Object.values(options).some(Number.isNaN)) throw new Error("--seed, --drawn, --standing, --packets and --shrink are numbers");
console.log(`seed ${options.seed}`);
const child = startSandbox(fileURLToPath(new URL("inside.ts", import.meta.url)), { args: [JSON.stringify(options)] });
child.on("exit", (code) => { process.exitCode = code ?? 1; });
