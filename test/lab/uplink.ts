/** The WAN comes up: real DHCP clients, and what netifd makes of what they were told. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { type Host, until } from "./host.js";
import { type Advertisement, slaac, solicit } from "./node.js";
import type { Settings } from "./settings.js";
import { WAN_MAC } from "./world.js";

export interface Uplink {
  readonly v4: string;
  /** By SLAAC and by DHCPv6. */
  readonly v6: readonly string[];
  readonly resolvers: readonly string[];
}

/** Runs the clients side by side and applies their answers. */
export async function bringUp(node: Host, settings: Settings): Promise<Uplink> {
  const [lease4, told] = await Promise.all([lease(node), solicit(node, "br-wan")]);
  applyIpv4(node, lease4);
  const slaacAddress = slaac(told, WAN_MAC);
  applyAdvertisement(node, settings, told, slaacAddress);
  const lease6 = await dhcp6(node);
  // netifd sets addresses without routes of their own: every route of the WAN is to stand in its table.
  node.batch([`addr change ${lease6.address}/128 dev br-wan noprefixroute valid_lft 3600 preferred_lft 3600`], 6);
  node.run("sh", ["-c", `ip -6 route del ${lease6.address} dev br-wan proto kernel 2>/dev/null || true`]);
  const v6 = [slaacAddress, lease6.address];
  await until("the WAN's addresses", () => (node.ip("-6 -o addr show dev br-wan tentative") === "" ? true : null));
  if (settings.netifdRules) addRules(node, settings, told, v6);
  const resolvers = [...(settings.wanDns.includes("6") ? lease6.resolvers : []), ...(settings.wanDns.includes("4") ? lease4.resolvers : [])];
  return { v4: lease4.address, v6, resolvers };
}

interface Lease {
  readonly address: string;
  readonly resolvers: readonly string[];
}

/** Shell variables that a client gave its script. */
function variables(path: string): ReadonlyMap<string, string> {
  const pairs = readFileSync(path, "utf8").split("\n").map((line) => line.split("=", 2));
  return new Map(pairs.map(([key = "", value = ""]) => [key, value]));
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

async function lease(node: Host): Promise<Lease & { readonly length: string; readonly router: string; readonly broadcast: string }> {
  const script = node.file("dhcp4.sh", `#!/bin/sh\n[ "$1" = bound ] && env > ${node.path("dhcp4.new")} && mv ${node.path("dhcp4.new")} ${node.path("dhcp4")}\nexit 0\n`);
  node.run("chmod", ["+x", script]);
  node.start("udhcpc", ["-f", "-i", "br-wan", "-s", script, "-t", "10", "-T", "1", "-A", "1"]);
  const told = await until("a DHCPv4 lease", () => (existsSync(node.path("dhcp4")) ? variables(node.path("dhcp4")) : null), 15);
  const [address, length, router, broadcast] = ["ip", "mask", "router", "broadcast"].map((key) => told.get(key) ?? "");
  return { address: address ?? "", length: length ?? "", router: router ?? "", broadcast: broadcast ?? "", resolvers: words(told.get("dns")) };
}

function applyIpv4(node: Host, told: Awaited<ReturnType<typeof lease>>): void {
  node.batch([`addr add ${told.address}/${told.length} brd ${told.broadcast} dev br-wan`, `route add default via ${told.router} dev br-wan proto static src ${told.address}`]);
}

function applyAdvertisement(node: Host, settings: Settings, told: Advertisement, address: string): void {
  const table = settings.wanTable === 1 ? " table 1" : "";
  node.batch([
    `addr add ${address}/${told.length} dev br-wan noprefixroute valid_lft 3600 preferred_lft 3600`,
    `route replace ${told.prefix}/${told.length} dev br-wan proto static metric 256${table}`,
    // Where both stand in main, the WAN's default comes first by its metric.
    ...(told.lifetime > 0 ? [`route replace default via ${told.router} dev br-wan proto static metric ${settings.wanTable === 1 ? 512 : 384}${table}`] : []),
  ], 6);
}

async function dhcp6(node: Host): Promise<Lease> {
  mkdirSync("/var/lib/dhcpv6", { recursive: true });
  const script = node.file("dhcp6.sh", `#!/bin/sh\nenv > ${node.path("dhcp6.new")} && mv ${node.path("dhcp6.new")} ${node.path("dhcp6")}\n`);
  node.run("chmod", ["+x", script]);
  const configuration = node.file("dhcp6c.conf", `interface br-wan { send ia-na 0; request domain-name-servers; script "${script}"; };\nid-assoc na 0 { };\n`);
  node.start("dhcp6c", ["-f", "-c", configuration, "-p", node.path("dhcp6c.pid"), "br-wan"]);
  const told = await until("a DHCPv6 lease", () => (existsSync(node.path("dhcp6")) ? variables(node.path("dhcp6")) : null), 15);
  const address = await until("the leased address", () => / inet6 (\S+)\/128 /.exec(node.ip("-6 addr show dev br-wan scope global"))?.[1] ?? null);
  return { address, resolvers: words(told.get("new_domain_name_servers")) };
}

/** netifd's iprule.h: 10000 by source, 20000 by destination, 90000 + ifindex for what the node sends itself. failed_policy needs OpenWrt's kernel. */
function addRules(node: Host, settings: Settings, told: Advertisement, v6: readonly string[]): void {
  const index = Number(node.ip("-o link show br-wan").split(":")[0]);
  const [slaacAddress = "", leased = ""] = v6;
  node.batch([
    `rule add pref 10000 from ${slaacAddress}/128 lookup ${settings.wanTable}`, `rule add pref 10000 from ${leased}/128 lookup ${settings.wanTable}`,
    `rule add pref 20000 to ${slaacAddress}/${told.length} lookup ${settings.wanTable}`, `rule add pref 20000 to ${leased}/128 lookup ${settings.wanTable}`,
    `rule add pref ${90000 + index} iif lo lookup ${settings.wanTable}`,
  ], 6);
}
