/** Fates as short lines that a person can check: `egress wan0 own.mesh0>far m1`. */
import type { Sighting } from "./words.js";
import { OWN, PEERS } from "./world.js";

const NAMES: ReadonlyMap<string, string> = new Map([4, 6].flatMap((family) => {
  const [own, peers] = family === 4 ? [OWN[4], PEERS[4]] : [OWN[6], PEERS[6]];
  return [...Object.entries(own).map(([name, text]) => [text, `own.${name}`] as const), ...Object.entries(peers).map(([name, text]) => [text, name] as const)];
}));

/** One line for each packet that was sent; what the kernel made of it stands behind ` + `. */
export function summaries(sightings: readonly Sighting[]): string[] {
  const lines: string[] = [];
  for (const sighting of sightings) {
    if (sighting.packet.answerTo === undefined) lines.push(fate(sighting));
    else lines.push(`${lines.pop() ?? ""} + ${answer(sighting)}`);
  }
  return lines;
}

function fate({ observed: { disposition, egress, delivered, lost, error } }: Sighting): string {
  const seen = egress ?? delivered;
  if (seen !== undefined) {
    const mark = seen.mark === 0 ? "" : ` m${seen.mark.toString(16)}`;
    const via = egress === null || egress.via === egress.dst || egress.via === GATES.get(egress.dev) || egress.via === GATES6.get(egress.dev) ? "" : ` via ${nameOf(egress.via)}`;
    return `${disposition} ${seen.dev} ${nameOf(seen.src)}>${nameOf(seen.dst)}${seen.dport === undefined ? "" : `:${seen.dport}`}${mark}${via}${error === undefined ? "" : ` ${error}`}`;
  }
  return `${disposition} ${lost?.inside === true ? "in" : "after"} ${lost?.place ?? "?"}${error === undefined ? "" : ` ${error}`}`;
}

const GATES: ReadonlyMap<string, string> = new Map([["wan0", PEERS[4].wanGate], ["mesh0", PEERS[4].meshGate]]);
const GATES6: ReadonlyMap<string, string> = new Map([["wan0", PEERS[6].wanGate], ["mesh0", PEERS[6].meshGate]]);

function nameOf(address: string): string {
  return NAMES.get(address) ?? address;
}

function answer(sighting: Sighting): string {
  const { proto, tcpFlags, icmpType, icmpCode } = sighting.packet;
  return `${proto === 6 ? `tcp ${tcpFlags ?? ""}` : proto === 17 ? "udp" : `icmp ${icmpType ?? "?"}/${icmpCode ?? "?"}`} ${fate(sighting)}`;
}
