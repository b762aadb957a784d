/** Nodes that nobody would build, and packets that meet their edges: what the prover's lookups are compared on. */
import { type Address, type Family, FAMILIES, networkWords, parseAddress, parsePrefix, type Prefix, WIDTH, type Words } from "../../src/model/address.js";
import type { FibRule, InterfaceAddress, NextHop, Node, Route, RuleAction } from "../../src/model/node.js";
import { equals, inPrefix, type Match, within } from "../../src/model/packet.js";

/** A draw from 0 to below the limit. */
export type Random = (limit: number) => number;

export const OPEN = ["proto", "uid", "sport", "dport", "tos"] as const;

export interface DrawnPacket {
  readonly dst: Address;
  /** Never unspecified. */
  readonly src: Address;
  readonly mark: number;
  readonly open: Readonly<Record<(typeof OPEN)[number], number>>;
}

const FAR: Readonly<Record<Family, readonly string[]>> = {
  4: ["8.8.8.8", "0.0.0.0", "0.0.0.1", "127.0.0.1", "127.9.9.9", "239.1.2.3", "224.0.0.9", "255.255.255.255", "240.0.0.1", "10.0.1.7"],
  6: ["2a00::1", "::", "::1", "fe80::99", "ff02::1", "ff0e::9", "2001:db8:1::7", "fd00::1"],
};

const PREFIXES: Readonly<Record<Family, readonly string[]>> = {
  4: ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.1.7/32", "192.0.2.0/24", "224.0.0.0/4", "128.0.0.0/1"],
  6: ["::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::/48", "2001:db8:1::7/128", "fd00::/8", "fe80::/64", "ff00::/8", "::/1"],
};

const GATEWAYS: Readonly<Record<Family, readonly string[]>> = { 4: ["10.0.1.254", "192.0.2.254"], 6: ["fe80::fe", "2001:db8::fe"] };

/** What rules and routes are drawn from. */
interface Pool {
  readonly prefixes: readonly Prefix[];
  readonly tables: readonly number[];
  readonly devices: readonly string[];
  /** Few error routes and actions. */
  readonly isPlain: boolean;
  readonly gateway: Address;
}

export class Drawer {
  constructor(private readonly below: Random) {}

  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  packet(node: Node, family: Family): DrawnPacket {
    const tests = node.rules[family].flatMap((rule) => rule.matches);
    const value = (field: string, otherwise: readonly number[], largest: number): number => {
      const named = tests.filter((match) => match.field === field).flatMap(({ low, span }) => [low, (low + span) >>> 0, (low + span + 1) >>> 0]).filter((one) => one <= largest);
      return this.pick(named.length > 0 && !this.once(3) ? named : otherwise);
    };
    const src = this.address(node, family);
    return {
      dst: this.address(node, family), src: src.words.every((word) => word === 0) ? address(family === 4 ? "10.0.1.1" : "2001:db8::1") : src, mark: value("mark", [0, 0, 1, 3, 0xffffffff], 0xffffffff),
      open: {
        proto: value("proto", [1, 2, 6, 17, 58], 0xff), uid: value("uid", [0, 1000], 0xfffffffe), sport: value("sport", [53, 4000], 0xffff),
        dport: value("dport", [53, 123], 0xffff), tos: value("tos", [0, 0x10, 0x30, 8], 0xff),
      },
    };
  }

  /** One that a route names, or any. */
  device(node: Node, family: Family): string {
    const named = node.routes[family].flatMap((route) => route.nextHops.map(({ dev }) => dev)).filter((dev) => dev !== null);
    return named.length === 0 || this.once(4) ? this.pick(node.links).name : this.pick(named);
  }

  /** At the edge of a prefix of a route or a rule, an address of the node, or a famous one. */
  address(node: Node, family: Family): Address {
    if (this.once(6)) return address(this.pick(FAR[family]));
    const own = node.addresses.filter((one) => one.address.family === family);
    if (own.length > 0 && this.once(4)) return this.pick(own).address;
    const prefixes = [...node.routes[family].flatMap((route) => [route.destination, route.source ?? route.destination]), ...node.rules[family].flatMap(({ from, to }) => [from, to])];
    const [chosen] = [this.pick([...prefixes, null])];
    return this.near(chosen ?? prefix(this.pick(PREFIXES[family]), family));
  }

  private near({ address: { family }, length, address: whole }: Prefix): Address {
    const host = WIDTH[family] - length;
    const bits = host === 0 ? 0n : this.pick([0n, 1n, 5n, (1n << BigInt(host)) - 1n, 1n << BigInt(host - 1), this.once(6) ? 1n << BigInt(host) : 0n]) & ((1n << BigInt(WIDTH[family])) - 1n);
    const network = wide({ family, words: networkWords({ address: whole, length }) });
    return narrow(network ^ (bits & ((1n << BigInt(WIDTH[family])) - 1n)), family);
  }

  /** The node with drawn rules, routes and addresses of few prefixes, tables and devices, so that they meet. */
  crowded(node: Node): Node {
    const links = node.links.map((link) => (this.once(3) ? { ...link, group: "7" } : link));
    const devices = [this.pick(links).name, this.pick(links).name, "lo"];
    const poolOf = (family: Family): Pool => ({
      prefixes: Array.from({ length: 1 + this.below(4) }, () => prefix(this.pick(PREFIXES[family]), family)), tables: this.once(2) ? [254] : [254, 254, 255, 253, 1], devices,
      isPlain: this.once(2), gateway: address(this.pick(GATEWAYS[family])),
    });
    const pools = { 4: poolOf(4), 6: poolOf(6) };
    const addresses = [...(this.once(3) ? [] : node.addresses.filter(() => !this.once(3))), ...Array.from({ length: this.below(6) }, () => this.own(devices))];
    const routes = (family: Family): Route[] => [...Array.from({ length: this.below(12) }, () => this.route(pools[family])), ...this.locals(addresses, pools[family], family)].map((one, i) => ({ ...one, at: `route${family}.json#${i}` }));
    const numbers = devices.map((name) => 1 + links.findIndex((link) => link.name === name));
    const rules = (family: Family): FibRule[] => [...node.rules[family].filter(() => !this.once(6)), ...Array.from({ length: this.below(7) }, () => this.rule(pools[family], family, numbers))].map((one, i) => ({ ...one, at: `rule${family}.json#${i}` }));
    return { ...node, links, addresses, rules: this.once(4) ? node.rules : { 4: rules(4), 6: rules(6) }, routes: { 4: routes(4), 6: routes(6) } };
  }

  private own(devices: readonly string[]): InterfaceAddress {
    const { address: own, length } = prefix(this.pick(["10.0.1.1/24", "10.0.0.1/8", "192.0.2.1/24", "169.254.3.3/16", "10.0.1.2/24"]), 4);
    return { dev: this.pick(devices), address: own, length, scope: this.pick(["global", "global", "link", "host"]), flags: this.once(5) ? ["secondary"] : [], at: "addr.json" };
  }

  /** Local routes of the node's addresses, not always on their own device. */
  private locals(addresses: readonly InterfaceAddress[], pool: Pool, family: Family): Route[] {
    return addresses.filter((own) => own.address.family === family && !this.once(3)).map((own): Route => ({
      ...this.route(pool), type: "local", table: 255, destination: { address: own.address, length: WIDTH[family] }, nextHops: [{ dev: this.once(3) ? this.pick(pool.devices) : own.dev, via: null, weight: 1, flags: [] }],
      source: null, flags: [], unknown: [],
    }));
  }

  /** A node with a few things of it otherwise. */
  mutated(node: Node): Node {
    let changed = node;
    for (let left = 1 + this.below(6); left > 0; left--) changed = this.change(changed, this.pick(FAMILIES));
    return changed;
  }

  private change(node: Node, family: Family): Node {
    const [rules, routes, { addresses }] = [node.rules[family], node.routes[family], node];
    const withRules = (list: readonly FibRule[]): Node => ({ ...node, rules: { ...node.rules, [family]: list.map((one, i) => ({ ...one, at: `rule${family}.json#${i}` })) } });
    const withRoutes = (list: readonly Route[]): Node => ({ ...node, routes: { ...node.routes, [family]: list.map((one, i) => ({ ...one, at: `route${family}.json#${i}` })) } });
    const pool: Pool = {
      prefixes: [...routes.map((route) => route.destination), ...PREFIXES[family].map((text) => prefix(text, family))], tables: [254, 254, 255, 253, 1, ...routes.map((route) => route.table)],
      devices: node.links.map(({ name }) => name), isPlain: false, gateway: address(this.pick(GATEWAYS[family])),
    };
    switch (this.below(8)) {
      case 0: return withRules(this.dropped(rules));
      case 1: case 2: return withRules(this.inserted(rules, this.rule(pool, family, node.links.map((_, i) => i + 1))));
      case 3: return withRoutes(this.dropped(routes));
      case 4: return withRoutes(routes.map((one) => (this.once(6) ? this.bent(pool, one) : one)));
      case 5: return { ...node, addresses: this.once(2) ? this.dropped(addresses) : addresses.map((own): InterfaceAddress => (this.once(4) ? { ...own, flags: ["secondary"], scope: this.pick(["global", "link", "host"]) } : own)) };
      default: return withRoutes(this.inserted(routes, this.route(pool)));
    }
  }

  private dropped<T>(list: readonly T[]): T[] {
    const gone = this.below(Math.max(1, list.length));
    return list.filter((_, i) => i !== gone);
  }

  private inserted<T>(list: readonly T[], one: T): T[] {
    const place = this.below(list.length + 1);
    return [...list.slice(0, place), one, ...list.slice(place)];
  }

  private rule(pool: Pool, family: Family, devices: readonly number[]): FibRule {
    const from = this.once(3) ? this.pick(pool.prefixes) : null;
    const to = this.once(3) ? this.pick(pool.prefixes) : null;
    const others: Match[] = [
      ...(this.once(2) ? [equals("mark", this.below(2), this.pick([1, 3, 0xffffffff]))] : []), ...(this.once(6) ? [equals("iif", this.pick(devices))] : []),
      ...(this.once(5) ? [equals("oif", this.pick(devices))] : []), ...(this.once(6) ? [within("uid", 0, 999)] : []), ...(this.once(6) ? [equals("proto", this.pick([6, 17]))] : []),
      ...(this.once(6) ? [within("dport", 53, 100)] : []), ...(this.once(6) ? [equals("tos", 0x10, family === 4 ? 0x1c : 0xfc)] : []),
    ];
    const priority = this.pick([0, 1, 10, 10, 20, 100, 32766, 40000]);
    const closed: readonly RuleAction[] = [{ kind: "unreachable" }, { kind: "prohibit" }, { kind: "blackhole" }, { kind: "failedPolicy" }, { kind: "nop" }, { kind: "unknown", text: "action \"42\"" }];
    const action: RuleAction = this.once(pool.isPlain ? 12 : 3) ? this.pick(closed) : this.once(4) ? { kind: "goto", target: this.pick([32766, 20, 100, 5000]), resolved: !this.once(4) } : { kind: "table", table: this.pick(pool.tables) };
    return {
      family, priority, from, to, matches: [...(from === null ? [] : inPrefix("src", from)), ...(to === null ? [] : inPrefix("dst", to)), ...others], iif: null, oif: null,
      invert: this.once(6), action, suppressPrefixLength: this.once(5) ? this.pick([0, 8, 24, 48]) : null, suppressGroup: this.once(3) ? this.pick(["7", "default", "0"]) : null,
      unknown: this.once(10) ? [`tun_id ${this.below(1000)}`] : [], text: `${priority}: drawn`, at: "",
    };
  }

  private route(pool: Pool): Route {
    const { family } = pool.gateway;
    const types: readonly Route["type"][] = family === 4 ? ["local", "broadcast", "multicast", "unreachable", "prohibit", "blackhole", "throw"] : ["local", "multicast", "anycast", "unreachable", "prohibit", "blackhole", "throw"];
    const type = this.once(pool.isPlain ? 9 : 3) ? this.pick(types) : "unicast";
    const closed = ["unreachable", "prohibit", "blackhole", "throw"].includes(type);
    const count = closed ? 0 : type === "unicast" && this.once(4) ? 2 + this.below(2) : 1;
    const nextHops = Array.from({ length: count }, (): NextHop => ({
      dev: this.pick(pool.devices), via: type === "unicast" && !this.once(pool.isPlain ? 5 : 2) ? pool.gateway : null, weight: 1, flags: [...(this.once(6) ? ["dead", "linkdown"] : []), "onlink"],
    }));
    return {
      family, type, destination: this.pick(pool.prefixes), table: this.pick(pool.tables), source: family === 6 && this.once(3) ? prefix(this.pick(["2001:db8::/48", "2001:db8:1::1/128", "fd00::/8"]), 6) : null,
      metric: this.pick(family === 6 ? [256, 512, 1024] : [0, 0, 10, 20]), tos: family === 4 && this.once(4) ? 0x10 : 0, scope: this.pick(pool.isPlain ? ["global", "global", "global", "link"] : ["global", "link", "host"]), protocol: this.pick(["kernel", "static"]),
      prefsrc: this.once(5) && !closed ? address(this.pick(FAR[family])) : null, preference: this.pick(["low", "medium", "medium", "high"]), nextHops, flags: (type === "unicast" || type === "blackhole") && this.once(4) ? ["nhid 5"] : [],
      unknown: this.once(25) ? [`encap ${this.below(1000)}`] : [], text: "drawn", at: "",
    };
  }

  private bent(pool: Pool, route: Route): Route {
    switch (this.below(4)) {
      case 0: return { ...route, metric: this.pick([0, 256, 512, 1024]) };
      case 1: return { ...route, nextHops: route.nextHops.map((hop) => ({ ...hop, dev: this.pick(pool.devices) })) };
      case 2: return { ...route, preference: this.pick(["low", "high"]) };
      default: return { ...route, table: this.pick(pool.tables) };
    }
  }
}

export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

function prefix(text: string, family: Family): Prefix {
  const parsed = parsePrefix(text, family);
  if (parsed === null) throw new Error(`${text} is no prefix`);
  return parsed;
}

function wide({ family, words }: Address): bigint {
  return words.slice(0, family === 4 ? 1 : 4).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function narrow(value: bigint, family: Family): Address {
  const word = (i: number): number => Number((value >> BigInt(32 * i)) & 0xffffffffn);
  const words: Words = family === 4 ? [word(0), 0, 0, 0] : [word(3), word(2), word(1), word(0)];
  return { family, words };
}
