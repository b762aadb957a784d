/** New names: DNS labels of the same length, and devices. */
import type { Random } from "./random.js";

/** A label, whatever its case, to a label of the same length. */
export type LabelMap = (label: string) => string;

const TRIES_MAX = 1000;

/** Labels are drawn when they are first asked for; no two get the same one, and none stays. */
export function drawLabels(random: Random): LabelMap {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (label) => {
    const key = label.toLowerCase();
    const drawn = known.get(key) ?? fresh(random, key.length, (name) => name !== key && !taken.has(name));
    known.set(key, drawn);
    taken.add(drawn);
    return withCaseOf(label, drawn);
  };
}

/** A new name for each device; none is a word of the texts that name devices. */
export function drawDevices(random: Random, devices: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  const taken = new Set([...devices, "lo", "all", "default", "local", "main", "global", "link", "host"]);
  for (const device of devices) {
    const name = fresh(random, 4 + random.below(12), (candidate) => !taken.has(candidate));
    taken.add(name);
    map.set(device, name);
  }
  return map;
}

function fresh(random: Random, length: number, fits: (name: string) => boolean): string {
  for (let i = 0; i < TRIES_MAX; i++) {
    const name = random.name(length);
    if (fits(name)) return name;
  }
  throw new Error(`no name of ${length} letters is left`);
}

function withCaseOf(pattern: string, name: string): string {
  return Array.from(name, (letter, i) => (/[A-Z]/.test(pattern.charAt(i)) ? letter.toUpperCase() : letter)).join("");
}
