/** The node the benchmark's captures are taken on: a Gluon node with its own tables for the WAN, in documentation addresses. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const FASTD_PORT = 47_558;
export const REMOTE_PORT = 10_000;
export const SSH_PORT = 22;

/** The WAN as this node sees it. */
export const WAN = {
  mac: "02:00:5e:10:00:01",
  gatewayMac: "02:00:5e:10:00:fe",
  4: { node: "192.0.2.62", gateway: "192.0.2.1" },
  6: { node: "2001:db8:178:1:0:5eff:fe10:1", gateway: "2001:db8:178:1::1" },
  linkLocal: { node: "fe80::5eff:fe10:1", gateway: "fe80::5eff:fe10:fe" },
} as const;

const numbers = Array.from({ length: 8 }, (_, i) => 10 + i);
/** VPN servers of the configuration, by family. */
export const REMOTES = {
  4: numbers.map((n) => `198.51.100.${n}`),
  6: numbers.map((n) => `2001:db8:100::${n}`),
} as const;

const MESH = { mac: "02:00:5e:10:00:02", linkLocal: "fe80::5eff:fe10:2", 4: "198.18.0.1", 6: "2001:db8:f00d:1:0:5eff:fe10:2", gateway: "fe80::5eff:fe20:1" } as const;
const LO_MAC = "00:00:00:00:00:00";

/** Writes the state as a NODE folder (contract, section 1); the folder is made if need be. */
export async function writeBenchNode(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const json: Readonly<Record<string, readonly unknown[]>> = {
    "rule4.json": rules4(), "rule6.json": rules6(), "route4.json": routes4(), "route6.json": routes6(), "link.json": links(), "addr.json": addresses(),
  };
  for (const [name, rows] of Object.entries(json)) await writeFile(join(folder, name), `${JSON.stringify(rows)}\n`);
  for (const [name, text] of Object.entries(texts())) await writeFile(join(folder, name), text);
}

const rule = (priority: number, table: string, selectors: object = {}): object => ({ priority, src: "all", ...selectors, table, protocol: "kernel" });

function rules4(): object[] {
  return [rule(0, "local"), rule(32766, "main"), rule(32767, "default")];
}

/** Rule 1 sends the VPN's own packets to the WAN's table; 10000 and 20000 are netifd's; the last rules refuse. */
function rules6(): object[] {
  const refusing = ["lo", "br-client", "br-wan"].map((iif, i) => ({ priority: 4_200_000_001 + i, src: "all", iif, action: "12" }));
  return [
    rule(0, "local"),
    rule(1, "1", { fwmark: "0x1", fwmask: "0x1" }),
    rule(10000, "1", { src: WAN[6].node }),
    rule(20000, "1", { dst: WAN[6].node, dstlen: 64 }),
    rule(32766, "main"),
    rule(90005, "1", { iif: "lo" }),
    ...refusing,
  ];
}

const route4 = (dst: string, dev: string, more: object = {}): object => ({ type: "unicast", dst, dev, table: "main", protocol: "kernel", scope: "link", flags: [], ...more });

function routes4(): object[] {
  const own = (dev: string, address: string, broadcast: string): object[] => [
    route4(address, dev, { type: "local", table: "local", scope: "host", prefsrc: address }),
    route4(broadcast, dev, { type: "broadcast", table: "local", prefsrc: address }),
  ];
  return [
    route4("default", "br-wan", { gateway: WAN[4].gateway, protocol: "static", scope: "global", prefsrc: WAN[4].node }),
    route4("192.0.2.0/24", "br-wan", { prefsrc: WAN[4].node }),
    route4("198.18.0.0/16", "br-client", { prefsrc: MESH[4] }),
    route4("127.0.0.0/8", "lo", { type: "local", table: "local", scope: "host", prefsrc: "127.0.0.1" }),
    route4("127.0.0.1", "lo", { type: "local", table: "local", scope: "host", prefsrc: "127.0.0.1" }),
    ...own("br-wan", WAN[4].node, "192.0.2.255"),
    ...own("br-client", MESH[4], "198.18.255.255"),
  ];
}

const route6 = (dst: string, dev: string, table: string, metric: number, more: object = {}): object => ({
  type: "unicast", dst, dev, table, protocol: "static", scope: "global", metric, flags: [], pref: "medium", ...more,
});

function routes6(): object[] {
  const local = (dev: string, address: string): object => route6(address, dev, "local", 0, { type: "local", protocol: "kernel" });
  const devices = ["br-client", "br-wan"];
  return [
    route6("2001:db8:178:1::/64", "br-wan", "1", 256),
    route6("default", "br-wan", "1", 512, { gateway: WAN.linkLocal.gateway }),
    route6("default", "lo", "1", 65535, { type: "unreachable" }),
    route6("2001:db8:f00d:1::/64", "br-client", "main", 256),
    ...devices.map((dev) => route6("fe80::/64", dev, "main", 256, { protocol: "kernel" })),
    route6("default", "br-client", "main", 512, { gateway: MESH.gateway }),
    local("lo", "::1"),
    local("br-wan", WAN[6].node),
    local("br-wan", WAN.linkLocal.node),
    local("br-client", MESH[6]),
    local("br-client", MESH.linkLocal),
    ...devices.map((dev) => route6("ff00::/8", dev, "local", 256, { type: "multicast", protocol: "kernel" })),
  ];
}

interface Device {
  readonly ifindex: number;
  readonly ifname: string;
  readonly address: string;
  readonly master?: string;
  readonly kind?: string;
}

const DEVICES: readonly Device[] = [
  { ifindex: 1, ifname: "lo", address: LO_MAC },
  { ifindex: 2, ifname: "eth0", address: MESH.mac, master: "br-client" },
  { ifindex: 3, ifname: "eth1", address: WAN.mac, master: "br-wan" },
  { ifindex: 4, ifname: "br-client", address: MESH.mac, kind: "bridge" },
  { ifindex: 5, ifname: "br-wan", address: WAN.mac, kind: "bridge" },
  { ifindex: 6, ifname: "mesh-vpn", address: "02:00:5e:10:00:03", kind: "tun" },
];

function links(): object[] {
  return DEVICES.map(({ ifindex, ifname, address, master, kind }) => ({
    ifindex, ifname,
    flags: ifname === "lo" ? ["LOOPBACK", "UP", "LOWER_UP"] : ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu: ifname === "lo" ? 65536 : 1500,
    ...(master === undefined ? {} : { master }),
    operstate: "UP", group: "default",
    link_type: ifname === "lo" ? "loopback" : "ether",
    address,
    ...(kind === undefined ? {} : { linkinfo: { info_kind: kind } }),
  }));
}

function addresses(): object[] {
  const inet = (local: string, prefixlen: number, scope = "global"): object => ({ family: local.includes(":") ? "inet6" : "inet", local, prefixlen, scope });
  const of: Readonly<Record<string, readonly object[]>> = {
    lo: [inet("127.0.0.1", 8, "host"), inet("::1", 128, "host")],
    "br-client": [inet(MESH[4], 16), inet(MESH[6], 64), inet(MESH.linkLocal, 64, "link")],
    "br-wan": [inet(WAN[4].node, 24), inet(WAN[6].node, 64), inet(WAN.linkLocal.node, 64, "link")],
  };
  return DEVICES.map(({ ifindex, ifname, address }) => ({ ifindex, ifname, flags: ["UP"], mtu: 1500, address, addr_info: of[ifname] ?? [] }));
}

function texts(): Readonly<Record<string, string>> {
  const remotes = [...REMOTES[4], ...REMOTES[6].map((address) => `[${address}]`)];
  const peers = remotes.map((remote, i) => `peer "gw${i}" { key "${String(i).padStart(64, "0")}"; remote ${remote}:${REMOTE_PORT}; }`);
  const socket = (kind: string, local: string, users: string): string => `${kind} 0 0 ${local} ${local.startsWith("[") ? "[::]" : "0.0.0.0"}:* users:((${users})) ino:1 sk:1 cgroup:unreachable:1 <->`;
  const sockets = [
    socket("udp UNCONN", `0.0.0.0:${FASTD_PORT}`, '"fastd",pid=3,fd=10').replace(" cgroup", " fwmark:0x1 cgroup"),
    socket("udp UNCONN", `[::]:${FASTD_PORT}`, '"fastd",pid=3,fd=11').replace(" cgroup", " fwmark:0x1 cgroup"),
    socket("udp UNCONN", "0.0.0.0:53", '"dnsmasq",pid=1,fd=4').replace(" ino", " uid:453 ino"),
    socket("tcp LISTEN", `0.0.0.0:${SSH_PORT}`, '"dropbear",pid=2,fd=3'),
    socket("tcp LISTEN", `[::]:${SSH_PORT}`, '"dropbear",pid=2,fd=4'),
  ];
  return {
    "fastd.conf": ['group "gluon-mesh-vpn";', "packet mark 1;", 'interface "mesh-vpn";', "mode tap;", 'peer group "backbone" {', ...peers, "}", ""].join("\n"),
    "wan-resolv.conf": `nameserver ${WAN[4].gateway}\nnameserver ${WAN[6].gateway}\n`,
    "ss.txt": `${sockets.join("\n")}\n`,
    group: "root:x:0:\ndnsmasq:x:453:\ngluon-mesh-vpn:x:800:\n",
  };
}
