/** Rules of every kind. */
import type { Family } from "../../../src/model/address.js";
import { DEVICES, type Draft } from "./draft.js";
import { PREFIXES, TABLES } from "./routes.js";

/** Priorities from a small set, so that some are equal and gotos find their target. */
const PRIORITIES = [0, 1, 2, 10, 10, 20, 50, 100, 100, 200, 1000, 10000, 20000, 32765, 32766, 32767, 40000, 90004] as const;

const SELECTORS: readonly ((draft: Draft, family: Family) => string)[] = [
  (draft, family) => `from ${address(draft, family)}`,
  (draft, family) => `to ${address(draft, family)}`,
  (draft) => `fwmark ${draft.pick(["1", "0x1/0x1", "0/0x1", "0x2/0x3", "0/0", "0x10/0xf0", "0xffffffff", "0x80000000/0x80000000", "0"])}`,
  (draft) => `iif ${draft.pick(["lo", "lo", ...DEVICES, "gone0"])}`,
  (draft) => `oif ${draft.pick([...DEVICES, "lo", "gone0"])}`,
  (draft) => `uidrange ${draft.pick(["0-0", "1000-1000", "0-999", "1000-4294967294", "123-124"])}`,
  (draft, family) => `ipproto ${draft.pick(["udp", "tcp", family === 4 ? "icmp" : "ipv6-icmp", "50"])}`,
  (draft) => `${draft.once(2) ? "ipproto udp " : ""}dport ${draft.pick(["53", "53-100", "10000", "1-65534"])}`,
  (draft) => `${draft.once(2) ? "ipproto tcp " : ""}sport ${draft.pick(["53", "1024-65534", "40000"])}`,
  (draft) => `tos ${draft.pick(["0x10", "0x08", "0x04", "0x1c", "0xb8", "0x20", "0x14"])}`,
];

function address(draft: Draft, family: Family): string {
  const own = family === 4 ? ["192.0.2.42", "192.0.2.0/24", "10.23.0.5", "10.0.0.0/8", "127.0.0.1"] : ["2001:db8:77:10::21", "2001:db8:77:10::21/64", "2001:db8:f00d:1::5", "::1", "2001:db8::/32"];
  return draft.pick(draft.once(2) ? own : PREFIXES[family]);
}

/** One rule with up to three selectors. */
export function addRule(draft: Draft, family: Family, tables: readonly number[] = TABLES): void {
  const count = draft.pick([0, 1, 1, 1, 2, 2, 3]);
  const selectors = [...new Set(Array.from({ length: count }, () => draft.below(SELECTORS.length)))].map((i) => SELECTORS[i]?.(draft, family) ?? "");
  const not = draft.maybe(8, () => "not");
  const priority = draft.once(6) ? "" : ` pref ${draft.pick(PRIORITIES)}`;
  draft.add(`${family === 6 ? "-6 " : ""}rule add${not} ${selectors.join(" ")}${priority} ${action(draft, tables)}`.replaceAll(/ +/g, " "));
}

function action(draft: Draft, tables: readonly number[]): string {
  const kind = draft.below(16);
  if (kind === 0) return "unreachable";
  if (kind === 1) return "prohibit";
  if (kind === 2) return "blackhole";
  if (kind === 3) return `goto ${draft.pick(PRIORITIES)}`;
  if (kind === 4) return "nop";
  const suppress = draft.maybe(4, () => draft.pick(["suppress_prefixlength 0", "suppress_prefixlength 24", "suppress_prefixlength 48", "suppress_ifgroup 7", "suppress_ifgroup 0", "suppress_prefixlength 16 suppress_ifgroup 9"]));
  return `table ${draft.pick(tables)}${suppress}`;
}

export function addRules(draft: Draft, family: Family, count: number, tables?: readonly number[]): void {
  for (let i = 0; i < count; i++) addRule(draft, family, tables);
}
