/** The core's counters of a run. */
import { CLASSES, type Class } from "../model/verdict.js";
import type { Core } from "./core.js";

export type Total = Exclude<keyof Core["layout"]["TotalsAt"], "classes">;

export function readTotal(core: Core, name: Total): number {
  const at = core.area("totals") + core.layout.TotalsAt[name];
  const narrow = name === "findingCount" || name === "settledCount";
  return narrow ? core.view().getUint32(at, true) : Number(core.view().getBigUint64(at, true));
}

/** Frames that left on the WAN, by class. */
export function readClasses(core: Core): Record<Class, number> {
  const at = core.area("totals") + core.layout.TotalsAt.classes;
  const view = core.view();
  const counts: Record<Class, number> = { ...EMPTY };
  CLASSES.forEach((name, i) => {
    counts[name] = Number(view.getBigUint64(at + 8 * (i + 1), true));
  });
  return counts;
}

const EMPTY: Readonly<Record<Class, number>> = {
  fastd: 0, "wan-dns": 0, dhcp4: 0, dhcp6: 0, arp: 0, ndp: 0, mld: 0, igmp: 0, answer: 0, "mesh-on-wan": 0, bridged: 0, leak: 0, undetermined: 0,
};
