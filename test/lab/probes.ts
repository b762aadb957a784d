/** Hypothetical packets, each asked of the node's own kernel in the state that is stored: probes.jsonl. */
import { fileURLToPath } from "node:url";
import { type Answer, differences } from "./oracle/answer.js";
import { askKernel } from "./oracle/kernel.js";
import type { Query } from "./oracle/query.js";
import { REFERENCE } from "./oracle/reference.js";
import { compile } from "./sandbox.js";
import type { Uplink } from "./uplink.js";
import { ADDRESS } from "./world.js";
import { readNode } from "../../src/state/node.js";

/** One line of probes.jsonl. `verdict`: where the packet would go. */
export interface Probe {
  readonly to: string;
  readonly q: Query;
  readonly answer: Answer;
  readonly verdict: "wan" | "mesh" | "local" | "nowhere";
}

const MARKS = [0, 1, 2, 3];
const UIDS = [0, 123];
const DEVICES = [undefined, "br-wan", "br-client"];

/** Every place, by every mark and user, unbound, bound to a device, and from the WAN's and the mesh's address. */
export function askProbes(uplink: Uplink): Probe[] {
  const program = compile(fileURLToPath(new URL("oracle/getroute.c", import.meta.url)));
  const places = [...Object.entries(ADDRESS), ["node-wan", { v4: uplink.v4, v6: uplink.v6[0] ?? "" }], ["mcast", { v4: "224.0.0.251", v6: "ff02::fb" }]] as const;
  const asked = places.flatMap(([to, { v4, v6 }]) => [...questions(4, v4, uplink), ...questions(6, v6, uplink)].map((q) => ({ to, q })));
  const answers = askKernel(program, "node", asked.map(({ q }) => q));
  return asked.flatMap(({ to, q }, i) => {
    const answer = answers[i];
    return answer === undefined ? [] : [{ to, q, answer, verdict: verdictOf(answer) }];
  });
}

function questions(family: 4 | 6, dst: string, uplink: Uplink): Query[] {
  const sources = family === 4 ? [undefined, uplink.v4, ADDRESS.next.v4] : [undefined, uplink.v6[0], ADDRESS.next.v6];
  return MARKS.flatMap((mark) => UIDS.flatMap((uid) => DEVICES.flatMap((oif) => sources.map((src) => (
    { family, dst, mark, uid, ...(oif === undefined ? {} : { oif }), ...(src === undefined ? {} : { src }) })))));
}

function verdictOf(answer: Answer): Probe["verdict"] {
  if ("error" in answer) return "nowhere";
  if (answer.dev === "lo") return "local";
  return answer.dev === "br-wan" ? "wan" : "mesh";
}

/** Where wanproof's walk differs from the kernel's answers. */
export async function wrongProbes(folder: string, probes: readonly Probe[]): Promise<string[]> {
  const node = await readNode(folder);
  const told = REFERENCE.answer({ node, localTable: "merged" }, probes.map(({ q }) => q));
  return probes.flatMap(({ q, answer }, i) => {
    const mine = told[i];
    const parts = mine === undefined ? ["nothing"] : differences(answer, mine);
    return parts.length === 0 ? [] : [`probe ${JSON.stringify(q)}: the kernel says ${JSON.stringify(answer)}, wanproof ${JSON.stringify(mine)}`];
  });
}
