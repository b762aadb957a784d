/** The core's lookups and the readable walk were written apart: on nodes that nobody would build they must answer alike. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { lookup } from "../../src/core/lookup.js";
import { type Family, formatAddress, type Prefix, WIDTH } from "../../src/model/address.js";
import type { FibRule, InterfaceAddress, NextHop, Node, Route, RuleAction } from "../../src/model/node.js";
import { equals, inPrefix, type Match, within } from "../../src/model/packet.js";
import type { Answer, Hop } from "../lab/oracle/answer.js";
import type { Query } from "../lab/oracle/query.js";
import { REFERENCE } from "../lab/oracle/reference.js";
import { address, aNode, link, onDevice, prefix, route, rule } from "../support/nodes.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

const NODES = 60;
const QUESTIONS = 60;

const DEVICES = ["lo", "a0", "b0", "c0", "d0"] as const;
const LINKS = DEVICES.map((name, i) => link({ name, index: i + 1, up: name !== "d0", group: i % 2 === 0 ? "default" : "7" }));
const TABLES = [254, 254, 255, 1, 253] as const;

/** Prefixes that lie in each other, share their first address, or cover everything. */
const PREFIXES: Readonly<Record<Family, readonly string[]>> = {
  4: ["0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.1.7/32", "192.0.2.0/24", "192.0.2.9/32", "224.0.0.0/4", "224.0.0.0/3", "255.255.255.255/32", "128.0.0.0/1"],
  6: ["::/0", "::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::/48", "2001:db8:1::7/128", "fd00::/8", "fe80::/64", "ff00::/8", "8000::/1", "::/1", "::1/128"],
};
const OWN: Readonly<Record<Family, readonly string[]>> = {
  4: ["10.0.1.1/24", "10.0.0.1/8", "192.0.2.1/24", "192.0.2.2/24", "169.254.3.3/16"],
  6: ["2001:db8::1/64", "2001:db8:1::1/64", "fd00::1/64", "fe80::1/64", "fec0::1/64", "2002::1/48", "2001:db8::2/64"],
};
const GATEWAYS: Readonly<Record<Family, readonly string[]>> = { 4: ["10.0.1.254", "192.0.2.254"], 6: ["fe80::fe", "2001:db8::fe"] };
const FAR: Readonly<Record<Family, readonly string[]>> = {
  4: ["8.8.8.8", "0.0.0.0", "0.0.0.1", "127.0.0.1", "239.1.2.3", "224.0.0.9", "255.255.255.255", "240.0.0.1"], 6: ["2a00::1", "::", "::1", "fe80::99", "ff02::1", "ff0e::9", "::ffff:1.2.3.4"],
};

class Draw {
  readonly #below: (limit: number) => number;
  constructor(of: number) { this.#below = random(of); }
  once(times: number): boolean { return this.#below(times) === 0; }
  up(to: number): number { return this.#below(to + 1); }
  pick<T>(list: readonly T[]): T {
    const picked = list[this.#below(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
}

function drawnNode(draw: Draw): Node {
  const split = draw.once(2);
  const sysctl = new Map<string, string>();
  for (const key of ["rp_filter", "accept_local", "src_valid_mark", "route_localnet", "send_redirects", "bc_forwarding"]) {
    for (const dev of ["all", ...DEVICES]) if (draw.once(4)) sysctl.set(`net.ipv4.conf.${dev}.${key}`, String(draw.up(key === "rp_filter" ? 2 : 1)));
  }
  for (const dev of DEVICES) {
    sysctl.set(`net.ipv4.conf.${dev}.forwarding`, String(draw.up(1)));
    if (draw.once(4)) sysctl.set(`net.ipv6.conf.${dev}.use_oif_addrs_only`, "1");
  }
  sysctl.set("net.ipv6.conf.all.forwarding", "1");
  return aNode({
    links: LINKS, sysctl, addresses: drawnAddresses(draw),
    rules: { 4: rules(draw, 4, split), 6: rules(draw, 6, split) },
    routes: { 4: Array.from({ length: draw.up(14) }, (_, i) => drawnRoute(draw, 4, i)), 6: Array.from({ length: draw.up(14) }, (_, i) => drawnRoute(draw, 6, i)) },
  });
}

function drawnAddresses(draw: Draw): InterfaceAddress[] {
  const all = [onDevice("lo", "127.0.0.1/8"), onDevice("lo", "::1")].map((own) => ({ ...own, scope: "host" }));
  for (const family of [4, 6] as const) {
    for (const text of OWN[family]) {
      if (draw.once(3)) continue;
      const own = onDevice(draw.pick(DEVICES), text);
      all.push({ ...own, scope: draw.pick(["global", "global", "link", "host"]), flags: draw.once(4) ? [draw.pick(family === 4 ? ["secondary"] : ["deprecated", "temporary", "tentative"])] : [] });
    }
  }
  return DEVICES.flatMap((name) => all.filter(({ dev }) => dev === name));
}

function rules(draw: Draw, family: Family, split: boolean): FibRule[] {
  const plain = [rule({ family, priority: 0, table: 255 }), rule({ family, priority: 32766 }), ...(family === 4 ? [rule({ family, priority: 32767, table: 253 })] : [])];
  if (!split) return plain;
  const drawn = Array.from({ length: 1 + draw.up(6) }, (_, i) => drawnRule(draw, family, i));
  return [...plain.filter(() => !draw.once(6)), ...drawn].sort((a, b) => a.priority - b.priority);
}

function drawnRule(draw: Draw, family: Family, number: number): FibRule {
  const from = draw.once(3) ? prefix(draw.pick(PREFIXES[family])) : null;
  const to = draw.once(4) ? prefix(draw.pick(PREFIXES[family])) : null;
  const others: Match[] = [
    ...(draw.once(3) ? [equals("mark", draw.up(1), draw.pick([1, 3, 0xffffffff]))] : []), ...(draw.once(6) ? [equals("iif", 1 + draw.up(4))] : []), ...(draw.once(6) ? [equals("oif", 1 + draw.up(4))] : []),
    ...(draw.once(6) ? [within("uid", 0, 999)] : []), ...(draw.once(6) ? [equals("proto", draw.pick([6, 17]))] : []), ...(draw.once(6) ? [within("dport", 53, 100)] : []), ...(draw.once(6) ? [equals("tos", 0x10, 0x1c)] : []),
  ];
  const action: RuleAction = draw.once(3) ? draw.pick([{ kind: "unreachable" }, { kind: "prohibit" }, { kind: "blackhole" }, { kind: "failedPolicy" }, { kind: "nop" }] as const)
    : draw.once(5) ? { kind: "goto", target: draw.pick([32766, 20, 5000]), resolved: draw.once(2) } : { kind: "table", table: draw.pick(TABLES) };
  return rule({
    family, priority: draw.pick([0, 1, 10, 10, 20, 100, 40000]), from, to, matches: [...(from === null ? [] : inPrefix("src", from)), ...(to === null ? [] : inPrefix("dst", to)), ...others], invert: draw.once(8), action,
    suppressPrefixLength: draw.once(6) ? draw.pick([0, 8, 24, 48]) : null,
    suppressGroup: draw.once(6) ? draw.pick(["7", "default", "nobody"]) : null, at: `rule${family}.json#${number}`,
  });
}

const SPECIAL = { 4: ["local", "broadcast", "multicast", "unreachable", "prohibit", "blackhole", "throw"], 6: ["local", "multicast", "unreachable", "prohibit", "blackhole", "throw"] } as const;

function drawnRoute(draw: Draw, family: Family, number: number): Route {
  const type = draw.once(4) ? draw.pick<Route["type"]>(SPECIAL[family]) : "unicast";
  const closed = ["unreachable", "prohibit", "blackhole", "throw"].includes(type);
  const hops = closed ? 0 : draw.once(5) && type === "unicast" ? 2 + draw.up(1) : 1;
  const others = DEVICES.filter(() => !draw.once(3)).slice(0, hops);
  const devices = hops < 2 || others.length === 0 ? [draw.pick(DEVICES)].slice(0, hops) : others;
  const nextHops = devices.map((dev): NextHop => ({
    dev, via: type === "unicast" && draw.once(2) ? address(draw.pick(GATEWAYS[family])) : null, weight: 1,
    // Where a gateway lay when the route was made, drawn tables cannot tell.
    flags: [...(draw.once(8) ? ["dead", "linkdown"] : []), "onlink"],
  }));
  const specific = family === 6 && draw.once(3) ? prefix(draw.pick(["2001:db8::/48", "2001:db8:1::1/128", "2001:db8::/32", "fd00::/8"])) : null;
  return route({
    family, type, to: draw.pick(PREFIXES[family]), table: draw.pick(TABLES), source: specific, metric: draw.pick(family === 6 ? [256, 512, 1024] : [0, 0, 10, 20]), tos: family === 4 && draw.once(6) ? 0x10 : 0,
    scope: draw.pick(["global", "link", "host"]), prefsrc: draw.once(5) && !closed ? address(draw.pick(OWN[family]).split("/")[0] ?? "") : null, preference: draw.pick(["low", "medium", "medium", "high"]),
    nextHops: closed && family === 6 ? [{ dev: "lo", via: null, weight: 1, flags: [] }] : nextHops, protocol: draw.pick(["kernel", "static"]),
    flags: (type === "unicast" || type === "blackhole") && draw.once(5) ? ["nhid 5"] : [], at: `route${family}.json#${number}`,
  });
}

function drawnQuery(draw: Draw, node: Node): Query {
  const family = draw.once(2) ? 4 : 6;
  const near = (): string => {
    const { address: { words }, length }: Prefix = prefix(draw.pick(PREFIXES[family]));
    const host = (word: number): number => (length < WIDTH[family] ? (word | draw.up(9)) >>> 0 : word);
    const [a, b, c, d] = words;
    return formatAddress({ family, words: family === 4 ? [host(a), 0, 0, 0] : [a, b, c, host(d)] });
  };
  const mine = node.addresses.filter(({ address: own }) => own.family === family).map(({ address: own }) => formatAddress(own));
  const anyone = (): string => draw.pick([near(), draw.pick(FAR[family]), draw.pick(mine)]);
  const arrived = draw.once(4);
  const dst = anyone();
  return {
    family, dst,
    ...(draw.once(2) ? { src: draw.once(4) ? near() : draw.pick(mine) } : {}), ...(draw.once(2) ? { mark: draw.up(3) } : {}), uid: draw.pick([0, 1000]),
    ...(arrived ? { iif: draw.pick(DEVICES) } : draw.once(3) ? { oif: draw.pick(DEVICES) } : {}),
    ...(draw.once(3) ? { ipproto: draw.pick([6, 17]), dport: draw.pick([53, 123]), sport: draw.pick([53, 4000]) } : {}), ...(draw.once(4) ? { tos: draw.pick([0x10, 0x30, 0x08]) } : {}),
  };
}

/** Multicast from outside asks what is not in the state, and the two walks say so in their own ways; an unspecified source is none. */
function isComparable({ dst, src, iif }: Query): boolean {
  return src !== "0.0.0.0" && src !== "::" && (iif === undefined || !/^(?:22[4-9]|23\d|ff)/.test(dst));
}

/** Members without their order; a lone next hop is a member as well. */
function normal(answer: Answer): unknown {
  if ("error" in answer) return answer.error === "undetermined" ? "unknown" : answer.error;
  // A way for some choices and an error for others.
  if ("others" in answer) return "unknown";
  const { among, dev, via, prefsrc, metric, ...rest } = answer;
  const alone: Hop = { dev, via: via ?? null, ...(prefsrc === undefined ? {} : { prefsrc }) };
  const members = (among ?? [alone]).map((hop) => JSON.stringify([hop.dev, hop.via, hop.prefsrc ?? null, hop.metric ?? metric ?? null]));
  return { ...rest, members: [...new Set(members)].sort() };
}

const core = await Core.load();

test("the core and the readable walk give the same answers on drawn nodes", async () => {
  const first = seed();
  for (let i = 0; i < NODES; i++) {
    const draw = new Draw(first + i);
    const node = drawnNode(draw);
    const queries = Array.from({ length: QUESTIONS }, () => drawnQuery(draw, node)).filter(isComparable);
    const localTable = "merged";
    const mark = core.mark();
    const mine = (await lookup(node, { core, localTable })).answers(queries);
    core.rewind(mark);
    const theirs = await Promise.resolve(REFERENCE.answer({ node, localTable }, queries));
    queries.forEach((query, at) => {
      const [a, b] = [mine[at], theirs[at]];
      if (a === undefined || b === undefined) throw new Error("an answer is missing");
      assert.equal(normal(a), normal(b), `node ${first + i}: ${JSON.stringify(query)}`);
    });
  }
});

test.run();
