/** Devices by number: how matches on `iif` and `oif` name them. */
import type { Link } from "./node.js";

/** A device's 1-based place among the node's links; 0 when link.json does not know it. */
export function deviceIndex(links: readonly Link[], name: string): number {
  return links.findIndex((link) => link.name === name) + 1;
}
