/** Questions that a node's own prefixes suggest: the first and last address of each, one beyond, and some in between. */
import { type Address, type Family, formatAddress, isMulticast, maskWords, networkWords, parseAddress, type Prefix, WIDTH, type Words } from "../../../src/model/address.js";
import type { Node } from "../../../src/model/node.js";
import { random } from "../../support/random.js";
import type { Query } from "./query.js";

interface Pools {
  readonly addresses: readonly string[];
  readonly own: readonly string[];
}

export interface Asked {
  readonly queries: readonly Query[];
  /** What was drawn and not asked, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** `count` questions, both families, local output and packets from outside. */
export function questionsFor(node: Node, count: number, seed: number): Asked {
  const draw = random(seed);
  const pools = { 4: poolsOf(node, 4, draw), 6: poolsOf(node, 6, draw) };
  const devices = [...node.links.map((link) => link.name).filter((name) => !/p$|^port/.test(name)), "br0"];
  const queries: Query[] = [];
  const leftOut = new Map<string, number>();
  while (queries.length < count) {
    const query = one(draw, pools, devices);
    const reason = excluded(query);
    if (reason === null) queries.push(query);
    else leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  }
  return { queries, leftOut };
}

/** RTM_GETROUTE hands multicast with an input device to the multicast routing code (linux-semantics B.19). */
function excluded({ dst, iif }: Query): string | null {
  const address = parseAddress(dst);
  return iif !== undefined && address !== null && isMulticast(address) ? "multicast destination with iif" : null;
}

type Draw = (limit: number) => number;

function one(draw: Draw, pools: Readonly<Record<Family, Pools>>, devices: readonly string[]): Query {
  const family = draw(2) === 0 ? 4 : 6;
  const { addresses, own } = pools[family];
  const pick = <T>(list: readonly T[], otherwise: T): T => list[draw(list.length)] ?? otherwise;
  const dst = pick(addresses, ANY[family]);
  const forwarded = draw(4) === 0;
  const some = draw(10);
  const src = some < (forwarded ? 1 : 5) ? undefined : some < (forwarded ? 3 : 9) ? pick(own, dst) : pick(addresses, dst);
  const bound = !forwarded && draw(4) === 0;
  return {
    family, dst,
    ...(src === undefined || src === ANY[family] ? {} : { src }),
    ...(draw(2) === 0 ? {} : { mark: pick(MARKS, 0) }),
    ...(draw(3) > 0 ? {} : { uid: pick(UIDS, 0) }),
    ...(bound ? { oif: pick(devices, "lo") } : {}),
    ...(forwarded ? { iif: pick(devices, "lo") } : {}),
    ...(draw(3) > 0 ? {} : { ipproto: draw(50) === 0 ? pick(UNCOMMON, 50) : pick([6, 17, family === 4 ? 1 : 58], 17) }),
    ...(draw(3) > 0 ? {} : { sport: pick(PORTS, 1) }),
    ...(draw(3) > 0 ? {} : { dport: pick(PORTS, 1) }),
    ...(draw(4) > 0 ? {} : { tos: pick(TOS, 0) }),
  };
}

const ANY: Readonly<Record<Family, string>> = { 4: "0.0.0.0", 6: "::" };
const MARKS = [0, 1, 1, 1, 2, 3, 0x10, 0x11, 0xf0, 0x80000000, 0xffffffff] as const;
const UIDS = [0, 1, 123, 124, 999, 1000, 1001, 65534, 4294967294] as const;
/** The kernel refuses to look up most of these. */
const UNCOMMON = [0, 1, 58, 50, 132] as const;
const PORTS = [0, 1, 52, 53, 54, 100, 101, 1023, 1024, 10000, 40000, 65534, 65535] as const;
const TOS = [0x01, 0x02, 0x13, 0xff, 0x04, 0x08, 0x10, 0x14, 0x1c, 0x20, 0x30, 0xb8, 0xfc] as const;

const FIXED: Readonly<Record<Family, readonly string[]>> = {
  4: ["0.0.0.0", "0.0.0.1", "127.0.0.1", "127.0.0.2", "8.8.8.8", "255.255.255.255", "224.0.0.1", "224.0.1.1", "239.1.2.3", "169.254.1.1", "240.0.0.1"],
  6: ["::", "::1", "::2", "2a00:1:2::3", "2001:4860:4860::8888", "fe80::1", "fe80::9:9", "ff02::1", "ff05::1", "ff01::1", "ff0e::1", "fec0::1", "::ffff:1.2.3.4", "2002::1"],
};

function poolsOf(node: Node, family: Family, draw: Draw): Pools {
  const rules = node.rules[family].flatMap(({ from, to }) => [from, to].filter((prefix) => prefix !== null));
  const routes = node.routes[family].flatMap(({ destination, source }) => (source === null ? [destination] : [destination, source]));
  const mine = node.addresses.filter((one) => one.address.family === family);
  const prefixes = [...rules, ...routes, ...mine];
  const unique = [...new Map(prefixes.map((prefix) => [`${networkWords(prefix).join()}/${prefix.length}`, prefix])).values()];
  return { addresses: [...FIXED[family], ...unique.flatMap((prefix) => edges(prefix, draw)).map(formatAddress)], own: mine.map((one) => formatAddress(one.address)) };
}

/** First, last, one before, one behind, and one in between. */
function edges(prefix: Prefix, draw: Draw): Address[] {
  const { family } = prefix.address;
  const mask = maskWords(prefix.length);
  const first = networkWords(prefix);
  const host = (i: number): number => (family === 4 && i > 0 ? 0 : ~(mask[i] ?? 0) >>> 0);
  const fill = (bits: (i: number) => number): Words => [0, 1, 2, 3].map((i) => ((first[i] ?? 0) | (host(i) & bits(i))) >>> 0).reduce<Words>((words, word, i) => [i === 0 ? word : words[0], i === 1 ? word : words[1], i === 2 ? word : words[2], i === 3 ? word : words[3]], first);
  const last = fill(() => 0xffffffff);
  const middle = fill(() => draw(2 ** 32));
  return [first, last, step(first, family, -1), step(last, family, 1), middle].map((words) => ({ family, words }));
}

/** The address before or behind, around the ends. */
function step(words: Words, family: Family, by: 1 | -1): Words {
  const width = BigInt(WIDTH[family]);
  const used: readonly number[] = family === 4 ? [words[0]] : words;
  const value = BigInt.asUintN(Number(width), used.reduce<bigint>((sum, word) => (sum << 32n) | BigInt(word), 0n) + BigInt(by));
  const word = (i: number): number => (family === 4 && i > 0 ? 0 : Number((value >> (width - 32n * BigInt(i + 1))) & 0xffffffffn));
  return [word(0), word(1), word(2), word(3)];
}
