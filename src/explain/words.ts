/** Words that several stations use. */
import { formatAddress } from "../model/address.js";
import type { NextHop } from "../model/node.js";

const NAMES: ReadonlyMap<number, string> = new Map([[253, "default"], [254, "main"], [255, "local"]]);

/** Tables by the names every system has. */
export function tableName(table: number): string {
  return NAMES.get(table) ?? String(table);
}

/** `via fe80::1 dev br-wan`. */
export function hopText(hop: NextHop): string {
  return [...(hop.via === null ? [] : [`via ${formatAddress(hop.via)}`]), `dev ${hop.dev ?? "?"}`].join(" ");
}
