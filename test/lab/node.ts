/** The node: devices, addresses, rules and routes as Gluon's upgrade scripts and netifd make them. */
import { type Host, until } from "./host.js";
import type { Settings } from "./settings.js";
import { ADDRESS, WAN_MAC } from "./world.js";

const CLIENT_MAC = "02:00:00:00:01:02";

/** Devices and what does not depend on anybody else. */
export function buildNode(node: Host, settings: Settings): void {
  node.sysctl(
    "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.all.accept_ra=0", "net.ipv6.conf.default.accept_ra=0",
    "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0",
  );
  node.batch([
    `link add name br-client address ${CLIENT_MAC} type bridge`, `link add name br-wan address ${WAN_MAC} type bridge`,
    "link add name local-node type veth peer name local-port", `link set local-port address ${CLIENT_MAC}`,
  ]);
  node.sysctl(...["eth0", "eth1", "mesh0", "local-port"].map((port) => `net.ipv6.conf.${port}.disable_ipv6=1`));
  node.batch([
    `link set br-wan mtu ${settings.wanMtu}`, ...["eth0", "mesh0", "local-port"].flatMap((port) => [`link set ${port} master br-client`, `link set ${port} up`]),
    "link set eth1 master br-wan", "link set eth1 up", "link set br-client up", "link set local-node up", "link set br-wan up",
    `addr add ${ADDRESS.next.v4}/20 dev local-node`, `addr add ${ADDRESS.next.v6}/128 dev local-node nodad preferred_lft 0`,
  ]);
  if (settings.markRule) node.batch(["rule add pref 1 fwmark 0x1/0x1 lookup 1"], 6);
  node.batch(["route add unreachable default dev lo table 1 metric 65535 proto static"], 6);
}

/** A router advertisement, as rdisc6 shows it. */
export interface Advertisement {
  readonly prefix: string;
  readonly length: number;
  readonly router: string;
  /** 0: not a default router. */
  readonly lifetime: number;
}

/** Asks for routers on a device, as odhcp6c does. */
export async function solicit(node: Host, dev: string): Promise<Advertisement> {
  await until(`a link-local address on ${dev}`, () => (node.ip(`-6 -o addr show dev ${dev} scope link -tentative`).includes("fe80:") ? true : null));
  const said = await node.ask("rdisc6", ["-1", "-r", "10", "-w", "500", dev]);
  const [, prefix, length] = / Prefix +: ([0-9a-f:]+)\/(\d+)/.exec(said) ?? [];
  const router = / from ([0-9a-f:]+)/.exec(said)?.[1];
  if (prefix === undefined || length === undefined || router === undefined) throw new Error(`rdisc6 on ${dev} said:\n${said}`);
  return { prefix, length: Number(length), router, lifetime: Number(/Router lifetime +: +(\d+)/.exec(said)?.[1] ?? 0) };
}

/** What a device has after SLAAC with EUI-64 (RFC 4291, appendix A). The lab's hardware addresses all are 02:00:00:00:xx:yy. */
export function slaac({ prefix }: Advertisement, mac: string): string {
  const [high, low] = mac.split(":").slice(4);
  const groups = prefix.replace(/::$/, "").split(":");
  const network = [...groups, "0", "0", "0"].slice(0, 4);
  return `${network.join(":")}:0:ff:fe00:${high?.replace(/^0/, "") ?? ""}${low ?? ""}`;
}

/** The mesh's side: address and routes in main, by router advertisement. */
export async function joinMesh(node: Host): Promise<void> {
  const told = await solicit(node, "br-client");
  const prefix = `${told.prefix}/${told.length}`;
  node.batch([
    `addr add ${slaac(told, CLIENT_MAC)}/${told.length} dev br-client noprefixroute valid_lft 3600 preferred_lft 3600`,
    `route add ${prefix} dev br-client proto static metric 256`, `route add default via ${told.router} dev br-client proto static metric 512`,
  ], 6);
}

/** The default route of the mesh goes away: its router's lifetime ended. */
export function loseMeshDefault(node: Host): void {
  node.batch(["route del default dev br-client"], 6);
}
