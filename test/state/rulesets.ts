/** Small rulesets of nft for the tests of its reader. */
import type { Rule, Step } from "../../src/model/netfilter.js";
import { parseNft } from "../../src/state/nft.js";
import { DEVICES } from "./firewalls.js";

/** One rule of `table inet t`, chain `c`; chain `d` is there to jump to. */
export function ruleOf(statements: readonly unknown[], declared: readonly unknown[] = []): { readonly rule: Rule; readonly steps: readonly Step[]; readonly said: string[] } {
  const place = { family: "inet", table: "t" };
  const nftables = [
    { table: { family: "inet", name: "t", handle: 1 } }, { chain: { ...place, name: "c", handle: 2 } }, { chain: { ...place, name: "d", handle: 3 } }, ...declared,
    { rule: { ...place, chain: "c", handle: 7, expr: statements } },
  ];
  const { value, diagnostics } = parseNft(JSON.stringify({ nftables }), DEVICES);
  const rule = value?.tables[0]?.chains.get("c")?.rules[0];
  if (rule === undefined) throw new Error("no rule");
  return { rule, steps: rule.steps, said: diagnostics.map(({ code, place: at }) => `${code} ${at}`) };
}

export const meta = (key: string): unknown => ({ meta: { key } });
export const ct = (key: string): unknown => ({ ct: { key } });
export const payload = (protocol: string, field: string): unknown => ({ payload: { protocol, field } });
export const match = (left: unknown, right: unknown, op = "=="): unknown => ({ match: { op, left, right } });
