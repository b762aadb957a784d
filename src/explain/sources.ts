/** Sources nobody gave, of packets that others or the kernel made: one address for each way the node's rules and routes tell sources apart. */
import { type Address, covers, type Family, formatPrefix, networkWords, type Prefix, WIDTH, type Words } from "../model/address.js";
import type { Fib } from "./fib.js";

export interface SourceClass {
  readonly text: string;
  readonly address: Address;
}

/** At least one class; the last one stands for every source that nothing mentions. `others`: what else tells sources apart. */
export function sourceClasses(fib: Fib, others: readonly Prefix[] = []): SourceClass[] {
  const named = [...others, ...fib.rules.flatMap((rule) => (rule.from === null ? [] : [rule.from])), ...[...fib.tables.values()].flat().flatMap((route) => (route.source === null ? [] : [route.source]))];
  const seen = new Set<string>();
  const classes: SourceClass[] = [];
  const add = (address: Address, text: string): void => {
    const signature = named.map((prefix) => Number(covers(prefix, address))).join("");
    if (seen.has(signature)) return;
    seen.add(signature);
    classes.push({ address, text });
  };
  for (const prefix of named) add(insideOf(prefix), `in ${formatPrefix({ ...prefix, address: { family: fib.family, words: networkWords(prefix) } })}`);
  add(ELSEWHERE[fib.family], "elsewhere");
  return classes;
}

/** The last address of a prefix: the least likely to lie in a longer one. */
function insideOf(prefix: Prefix): Address {
  const { family } = prefix.address;
  const host = WIDTH[family] - prefix.length;
  const words = networkWords(prefix);
  const fill = (i: number): number => {
    const bits = Math.min(32, Math.max(0, host - 32 * ((family === 4 ? 0 : 3) - i)));
    return ((words[i] ?? 0) | (bits === 0 ? 0 : 0xffffffff >>> (32 - bits))) >>> 0;
  };
  const filled: Words = family === 4 ? [fill(0), 0, 0, 0] : [fill(0), fill(1), fill(2), fill(3)];
  return { family, words: filled };
}

/** Documentation prefixes (RFC 5737, RFC 3849), far from what an example uses. */
const ELSEWHERE: Readonly<Record<Family, Address>> = {
  4: { family: 4, words: [0xcb0071fd, 0, 0, 0] },
  6: { family: 6, words: [0x20010db8, 0xfffffffe, 0xfffffffe, 0xfffffffe] },
};
