/** A node's firewall from what it printed of iptables, ip6tables and nft together. */
import { FAMILIES, type Family } from "../model/address.js";
import type { Diagnostic } from "../model/diagnostic.js";
import type { Firewall, Table } from "../model/netfilter.js";
import type { Link } from "../model/node.js";
import { devicesOf } from "./condition.js";
import { parseIptables, type Saved } from "./iptables.js";
import { parseNft } from "./nft.js";
import type { Parsed } from "./remarks.js";
import { Room } from "./room.js";

/** The texts of a node's files; null: not collected. */
export interface FirewallTexts {
  /** iptables-save.txt and ip6tables-save.txt. */
  readonly saved: Readonly<Record<Family, string | null>>;
  readonly nft: string | null;
  /** Dumps that are there and may lack something: the command failed, or the file could not be opened. */
  readonly broken?: Readonly<Record<Family | "nft", boolean>>;
}

const WHOLE = { 4: false, 6: false, nft: false } as const;

/**
 * All tables. A table of nft.json that the iptables-save of its family holds as well is iptables' own: it is read there, where `xt` expressions have a text.
 * A family is complete when its iptables-save or nft.json was read whole, and neither is broken.
 */
export function parseFirewall({ saved, nft, broken = WHOLE }: FirewallTexts, links: readonly Link[]): Parsed<Firewall> {
  const devices = devicesOf(links);
  const room = new Room();
  const diagnostics: Diagnostic[] = [];
  const take = <T>(parsed: Parsed<T>): T => {
    for (const said of parsed.diagnostics) diagnostics.push(said);
    return parsed.value;
  };
  const read = (family: Family): Saved | null => {
    const text = saved[family];
    return text === null ? null : take(parseIptables(text, family, devices, room));
  };
  const saves: Readonly<Record<Family, Saved | null>> = { 4: read(4), 6: read(6) };
  const own = new Set(FAMILIES.flatMap((family) => (saves[family]?.tables ?? []).map(keyOf)));
  const ruleset = nft === null ? null : take(parseNft(nft, devices, (family, name) => own.has(`${family} ${name}`), room));
  const isComplete = (family: Family): boolean => {
    const save = saves[family];
    if (broken[family] || broken.nft) return false;
    if (save === null) return ruleset?.complete === true;
    return save.complete && (nft === null ? !save.needsNft : ruleset?.complete === true);
  };
  const tables = [...FAMILIES.flatMap((family) => saves[family]?.tables ?? []), ...(ruleset?.tables ?? [])];
  return { value: { tables, complete: { 4: isComplete(4), 6: isComplete(6) }, others: ruleset?.others ?? [] }, diagnostics };
}

function keyOf({ family, name }: Table): string {
  return `${family} ${name}`;
}
