/** A node without a policy, compiled for lookups: its tables and rules, its devices' switches and its own addresses. */
import { type Family, isMulticast, isUnspecified } from "../model/address.js";
import { deviceIndex } from "../model/device.js";
import type { FibRule, InterfaceAddress, Link, LocalTable, Node } from "../model/node.js";
import type { Core } from "./core.js";
import { type FibImage, MERGED, NONE, writeFib } from "./fib.js";
import { groupNumbers, scopeNumber } from "./routes.js";
import { writeRecords } from "./writer.js";

export interface RouterImage {
  readonly address: number;
  readonly fib: { readonly 4: FibImage; readonly 6: FibImage };
  /** Address n of a family, as the core numbers them, is `own[family][n - 1]`. */
  readonly own: Readonly<Record<Family, readonly InterfaceAddress[]>>;
}

const LOCAL = 255;
const MAIN = 254;
const DEFAULT = 253;

/** Writes everything lookups are answered by. Takes memory until the arena is rewound. */
export function writeRouter(core: Core, node: Node, localTable: LocalTable | null): RouterImage {
  const merged = isPristine(node.rules[4]) && localTable !== "split";
  const nobody = new Set<string>();
  const fib = { 4: writeFib(core, node, 4, nobody, merged), 6: writeFib(core, node, 6, nobody) };
  const own = { 4: ownAddresses(node, 4), 6: ownAddresses(node, 6).filter(isCandidate) };
  const slot = (table: number): number => fib[4].tables.get(table) ?? NONE;
  const address = writeRecords(core, core.layout.RouterAt, [
    {
      fib4: fib[4].address,
      fib6: fib[6].address,
      merged: merged ? slot(MERGED) : NONE,
      fallback: slot(DEFAULT),
      local: slot(merged ? MERGED : LOCAL),
      main: slot(MAIN),
      customLocal: Number(!merged || hasCustomLocal(node)),
      multicast6: multicast6(node),
      loopback: deviceIndex(node.links, "lo"),
      devices: writeDevices(core, node),
      deviceCount: node.links.length + 1,
      own4: writeOwn(core, node, own[4]),
      own4Count: own[4].length,
      own6: writeOwn(core, node, own[6]),
      own6Count: own[6].length,
    },
  ]);
  core.open(address);
  return { address, fib, own };
}

/** The three rules of a kernel that nobody configured. */
function isPristine(rules: readonly FibRule[]): boolean {
  const expected = [[0, LOCAL], [32766, MAIN], [32767, DEFAULT]] as const;
  return rules.length === expected.length && expected.every(([priority, table], i) => {
    const rule = rules[i];
    return rule?.priority === priority && rule.action.kind === "table" && rule.action.table === table && rule.matches.length === 0 && !rule.invert &&
      rule.unknown.length === 0 && rule.suppressPrefixLength === null && rule.suppressGroup === null;
  });
}

/** fib_has_custom_local_routes: whoever adds a local route, or ever changed a rule, gets the whole test of sources. */
function hasCustomLocal(node: Node): boolean {
  return node.routes[4].some(({ type, protocol, table }) => type === "local" && (protocol !== "kernel" || table !== LOCAL));
}

/** The sysctl exists where the kernel can route IPv6 multicast. */
function multicast6({ sysctl }: Node): number {
  if (sysctl === null || sysctl.size === 0) return NONE;
  return Number(sysctl.has("net.ipv6.conf.all.mc_forwarding"));
}

/** In the kernel's order: device by device, each as the dump has it. */
function ownAddresses(node: Node, family: Family): InterfaceAddress[] {
  const place = (own: InterfaceAddress): number => deviceIndex(node.links, own.dev);
  const placed = node.addresses.filter(({ address }) => address.family === family).map((own) => ({ own, at: place(own) }));
  return placed.sort((a, b) => a.at - b.at).map(({ own }) => own);
}

/** __ipv6_dev_get_saddr(): addresses that a packet may carry at all. */
function isCandidate({ address, flags }: InterfaceAddress): boolean {
  return !isMulticast(address) && !isUnspecified(address) && (!flags.includes("tentative") || flags.includes("optimistic"));
}

/** What sysctl.txt says of one device; dots in its name are printed as slashes. */
function told(node: Node, family: Family, dev: string, name: string): string | undefined {
  return node.sysctl?.get(`net.ipv${family}.conf.${dev.replaceAll(".", "/")}.${name}`);
}

/** A switch of one device, or of all: the larger one counts. */
function setting(node: Node, family: Family, dev: string, name: string): number {
  const read = (of: string): number => Number(told(node, family, of, name) ?? 0) || 0;
  return Math.max(read("all"), read(dev));
}

function writeDevices(core: Core, node: Node): number {
  const { DeviceAt } = core.layout;
  const groups = groupNumbers(node.links);
  const records = node.links.map((link, i) => ({ traits: traitsOf(core, node, link), group: groups[i] ?? 0, rpFilter: setting(node, 4, link.name, "rp_filter") }));
  return writeRecords(core, DeviceAt, [{}, ...records]);
}

function traitsOf(core: Core, node: Node, link: Link): number {
  const { DeviceTrait } = core.layout;
  const { name } = link;
  const forwards = told(node, 4, name, "forwarding");
  const traits = [
    [DeviceTrait.UP, link.up],
    [DeviceTrait.LOOPBACK, name === "lo"],
    [DeviceTrait.FORWARDS4, forwards === "1"],
    [DeviceTrait.FORWARDS4_MAYBE, forwards === undefined],
    [DeviceTrait.ROUTE_LOCALNET, setting(node, 4, name, "route_localnet") > 0],
    [DeviceTrait.ACCEPT_LOCAL, setting(node, 4, name, "accept_local") > 0],
    [DeviceTrait.SRC_VALID_MARK, setting(node, 4, name, "src_valid_mark") > 0],
    [DeviceTrait.SEND_REDIRECTS, sendsRedirects(node, name)],
    [DeviceTrait.BC_FORWARDING, forwardsBroadcasts(node, name)],
    [DeviceTrait.OWN_ADDRESS4, node.addresses.some(({ dev, address }) => dev === name && address.family === 4)],
    [DeviceTrait.OIF_ADDRESSES_ONLY, told(node, 6, name, "use_oif_addrs_only") === "1"],
    [DeviceTrait.VRF, link.kind === "vrf" || node.links.some((other) => other.name === link.master && other.kind === "vrf")],
  ] as const;
  return traits.reduce((sum, [bit, holds]) => (holds ? sum | bit : sum), 0);
}

/** The one switch that is on by default. */
function sendsRedirects(node: Node, name: string): boolean {
  const read = (of: string): boolean => told(node, 4, of, "send_redirects") !== "0";
  return read("all") || read(name);
}

/** IN_DEV_BFORWARD: both switches must be on. */
function forwardsBroadcasts(node: Node, name: string): boolean {
  return ["all", name].every((of) => told(node, 4, of, "bc_forwarding") === "1");
}

function writeOwn(core: Core, node: Node, addresses: readonly InterfaceAddress[]): number {
  const { OwnAt, OwnTrait } = core.layout;
  const records = addresses.map((own) => {
    const [word0, word1, word2, word3] = own.address.words;
    const { flags, dev } = own;
    const temporary = flags.includes("temporary");
    const optimistic = flags.includes("optimistic");
    // With use_tempaddr of 2 or more temporary addresses are preferred, else public ones (rule 7).
    const wantsTemporary = Number(told(node, 6, dev, "use_tempaddr") ?? 0) >= 2;
    const avoided = !isAlwaysPreferred(own) && (flags.includes("deprecated") || (optimistic && !usesOptimistic(node, dev)));
    return {
      word0, word1, word2, word3,
      length: own.length,
      device: deviceIndex(node.links, dev),
      scope: scopeNumber(own.scope),
      traits: (own.address.family === 4 && (flags.includes("secondary") || temporary) ? OwnTrait.SECONDARY : 0) | (avoided ? OwnTrait.AVOIDED : 0) |
        (temporary === wantsTemporary ? OwnTrait.FAVOURED : 0) | (optimistic ? OwnTrait.OPTIMISTIC : 0),
    };
  });
  return writeRecords(core, OwnAt, records);
}

/** ipv6_saddr_preferred(): the loopback, IPv4-mapped and IPv4-compatible addresses are never deprecated. */
function isAlwaysPreferred({ address: { words: [word0, word1, word2] } }: InterfaceAddress): boolean {
  return word0 === 0 && word1 === 0 && (word2 === 0 || word2 === 0xffff);
}

/** ipv6_use_optimistic_addr() */
function usesOptimistic(node: Node, dev: string): boolean {
  return setting(node, 6, dev, "optimistic_dad") > 0 && setting(node, 6, dev, "use_optimistic") > 0;
}
