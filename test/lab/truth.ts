/** The truth of a run, without wanproof: two accounts that must agree, and what they mean in the policy's words. */
import type { Class } from "../../src/model/verdict.js";
import { OTHER } from "./counters.js";
import type { Frame } from "./frames.js";
import type { Found } from "./scenario.js";
import type { Sent } from "./senders.js";

/** What every node sends on its WAN, and what that is to the policy. An error is the kernel's answer to an answer that came too late for its socket. */
export const EVERYDAY: Readonly<Record<string, Class>> = {
  arp: "arp", ndp: "ndp", mld: "mld", igmp: "igmp", dhcp4: "dhcp4", dhcp6: "dhcp6", fastd: "fastd", "wan-dns": "wan-dns", "reply:error": "answer",
};

/** In a capture of what leaves only, the kernel's error for a DNS answer that came second answers something that is not there. By chance, in any scenario. */
export const LATE = "? containment undetermined:trigger:icmp/3";

/** Counts of what left, by cause. */
export function countCauses(frames: readonly Frame[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { out, cause } of frames) if (out) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return counts;
}

/** Counters name a sender on the node by its uid. */
export function byName(counters: ReadonlyMap<string, number>, sent: readonly Sent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [cause, packets] of counters) {
    const sender = cause.startsWith("uid:") ? sent.find(({ uid }) => uid === Number(cause.slice(4))) : undefined;
    const name = sender === undefined ? cause : `flow:${sender.sending.name}`;
    counts.set(name, (counts.get(name) ?? 0) + packets);
  }
  return counts;
}

/** Where the two accounts differ; empty when they agree. What neither can name is a disagreement, too. */
export function disagreements(counters: ReadonlyMap<string, number>, frames: ReadonlyMap<string, number>): string[] {
  const causes = [...new Set([...counters.keys(), ...frames.keys()])].sort();
  const differing = causes.filter((cause) => counters.get(cause) !== frames.get(cause));
  const unnamed = causes.filter((cause) => cause === OTHER);
  return [...differing, ...unnamed].map((cause) => `${cause}: the counters saw ${counters.get(cause) ?? 0}, the capture shows ${frames.get(cause) ?? 0}`);
}

/** The class that each cause must get; null for a cause the scenario does not foresee. */
export function classOf(cause: string, found: Found): Class | null {
  return found.causes[cause] ?? EVERYDAY[cause] ?? null;
}

/** The scenario's own promises about what is sent: every cause it names appears, and none that it does not. */
export function unforeseen(frames: ReadonlyMap<string, number>, found: Found): string[] {
  const strange = [...frames.keys()].filter((cause) => classOf(cause, found) === null).map((cause) => `${cause} left on the WAN, which the scenario does not foresee`);
  const absent = Object.keys(found.causes).filter((cause) => !frames.has(cause)).map((cause) => `${cause} never left on the WAN`);
  return [...strange, ...absent];
}
