/** Runs inside the sandbox: proves each difference that comparisons make allowance for. One line of JSON for each: `{"name","rule","isSame","wrong":[...]}`. */
import { fileURLToPath } from "node:url";
import { LossReader } from "../path/losses.js";
import { compile, furnish } from "../sandbox.js";
import { MEANINGS } from "./meanings.js";
import { MISTRANSLATIONS } from "./mistranslated.js";
import { prove } from "./prove.js";

furnish();
const tools = { program: compile(fileURLToPath(new URL("../path/tools/probe.c", import.meta.url))), losses: new LossReader() };
for (const { name, proofs } of [...MEANINGS, ...MISTRANSLATIONS]) for (const proof of proofs) console.log(JSON.stringify({ name, rule: proof.rule, ...prove(tools, proof) }));
