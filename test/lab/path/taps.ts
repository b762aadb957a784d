/** Ears in the node at both ends of every hook. They stand in a table of their own, change nothing, and are no part of the node's state. */
import { inside } from "../oracle/space.js";
import { NODE } from "./world.js";

export const TAP_TABLE = "wanproof_tap";
/** As in tools/recorders.h. */
const GROUP = 7;

/** Letter of a tap's prefix -> hook. */
export const HOOKS = { r: "prerouting", i: "input", f: "forward", o: "output", p: "postrouting" } as const;

/** Before everything, behind conntrack (-200), behind everything (source NAT is 100). */
const EDGES = [["0", -350], ["1", -190], ["9", 250]] as const;

/** Exactly one holds for a packet that conntrack had the chance to see. */
const STATES = [
  ["new", "ct state new"], ["invalid", "ct state invalid"], ["untracked", "ct state untracked"], ["related", "ct state related"],
  ["established", "ct state established ct direction original"], ["reply", "ct state established ct direction reply"],
] as const;

/** Adds the taps: prefix `o0`, `o1 new`, `o9 new` in OUTPUT, and so on. The ones that ask for a state turn conntrack on, as every Gluon node has it. */
export function addTaps(): void {
  const chains = Object.entries(HOOKS).flatMap(([letter, hook]) => EDGES.map(([edge, priority]) => {
    const log = (state: string): string => `log prefix "${letter}${edge}${state}" group ${GROUP} queue-threshold 1`;
    const rules = edge === "0" ? [log("")] : STATES.map(([name, match]) => `${match} ${log(` ${name}`)}`);
    return `chain ${hook}${edge} {\ntype filter hook ${hook} priority ${priority}; policy accept;\n${rules.join("\n")}\n}`;
  }));
  inside(NODE, "nft", ["-f", "-"], `table inet ${TAP_TABLE} {\n${chains.join("\n")}\n}\n`);
}
