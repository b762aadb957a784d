/** What surrounds the node: a home router with a neighbour, the VPN server with an internet behind it, the next mesh node, and a client. All addresses stand here. */
import { Host, until } from "./host.js";
import { run } from "./sandbox.js";

/** Documentation prefixes (RFC 3849, RFC 5737) and private ones. */
export const ADDRESS = {
  router: { v4: "192.168.178.1", v6: "2001:db8:178:1::1" },
  /** Another host in the home network. */
  home: { v4: "192.168.178.20", v6: "2001:db8:178:1::20" },
  vpn: { v4: "198.51.100.10", v6: "2001:db8:100::10" },
  internet: { v4: "198.51.100.123", v6: "2001:db8:100::123" },
  mesh: { v4: "10.23.0.53", v6: "2001:db8:ff::53" },
  client: { v4: "10.23.1.2", v6: "2001:db8:ff::c" },
  /** The node's address on local-node, the same on every node. */
  next: { v4: "10.23.0.1", v6: "2001:db8:ff::1" },
} as const;
export type Place = keyof typeof ADDRESS;

/** The VPN server's end inside the tunnel: link-local, so that its other way to the mesh stays what it is. */
export const INNER = "fe80::10";
export const WAN_MAC = "02:00:00:00:01:01";
export const VPN_PORT = 10000;
export const WIREGUARD_PORT = 51820;
export const VPN_NAME = "vpn1.example.net";

export interface World {
  readonly node: Host;
  readonly router: Host;
  readonly home: Host;
  readonly server: Host;
  readonly mesh: Host;
  readonly client: Host;
}

/** Two ends of one cable. */
function cable(a: Host, nameA: string, macA: string, b: Host, nameB: string, macB: string): void {
  run("ip", `link add ${nameA} netns ${a.name} address ${macA} type veth peer name ${nameB} netns ${b.name} address ${macB}`.split(" "));
}

/** Makes the hosts and their cables; the WAN's plug is not in yet (`plugIn`). */
export function buildWorld(): World {
  const [node, router, home, server, mesh, client] = [new Host("node"), new Host("router"), new Host("home"), new Host("server"), new Host("mesh"), new Host("client")];
  // Before the cables: a device takes the default of its birth.
  for (const host of [router, home, server, mesh, client]) {
    host.sysctl("net.ipv6.conf.all.accept_ra=0", "net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.default.dad_transmits=0", "net.ipv6.conf.all.dad_transmits=0");
  }
  for (const host of [router, server, mesh]) host.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
  cable(node, "eth1", WAN_MAC, router, "lan0", "02:00:00:00:02:03");
  cable(router, "lan1", "02:00:00:00:02:02", home, "eth0", "02:00:00:00:06:01");
  cable(router, "up0", "02:00:00:00:02:04", server, "isp0", "02:00:00:00:03:01");
  cable(node, "mesh0", "02:00:00:00:01:03", mesh, "mesh0", "02:00:00:00:04:01");
  cable(mesh, "up0", "02:00:00:00:04:02", server, "mesh1", "02:00:00:00:03:02");
  cable(node, "eth0", "02:00:00:00:01:02", client, "eth0", "02:00:00:00:05:01");
  return { node, router, home, server, mesh, client };
}

/** `ip` lines; `dev address...`: brings the device up with these addresses. */
function addresses(dev: string, ...list: readonly string[]): string[] {
  return [...list.map((address) => `addr add ${address} dev ${dev}${address.includes(":") ? " nodad" : ""}`), `link set ${dev} up`];
}

/** The home network, as a home router makes it: DHCPv4, RA, DHCPv6, a resolver, masquerade; foreign IPv6 sources do not get out. */
export function startRouter({ router, home }: World, options: { readonly defaultRoute: boolean }): void {
  router.batch([
    "link add name br-lan address 02:00:00:00:02:01 type bridge", "link set lan0 master br-lan", "link set lan1 master br-lan up",
    ...addresses("br-lan", `${ADDRESS.router.v4}/24`, `${ADDRESS.router.v6}/64`), ...addresses("up0", "192.0.2.2/30", "2001:db8:2::2/64"),
    "route add default via 192.0.2.1", "route add default via 2001:db8:2::1",
  ]);
  router.run("nft", ["-f", "-"], `
    table ip nat { chain out { type nat hook postrouting priority 100; oifname "up0" masquerade; }; }
    table ip6 filter { chain out { type filter hook forward priority 0; iifname "br-lan" ip6 saddr != 2001:db8:178:1::/64 drop; }; }`);
  home.batch([...addresses("eth0", `${ADDRESS.home.v4}/24`, `${ADDRESS.home.v6}/64`), `route add default via ${ADDRESS.router.v4}`, `route add default via ${ADDRESS.router.v6}`]);
  router.start("dnsmasq", [
    ...dnsmasq(router), "--interface=br-lan", "--no-ping", "--dhcp-authoritative", `--dhcp-leasefile=${router.path("leases")}`,
    "--dhcp-range=192.168.178.50,192.168.178.150,1h", "--dhcp-range=2001:db8:178:1::1000,2001:db8:178:1::1fff,slaac,64,1h",
    "--enable-ra", `--ra-param=br-lan,60,${options.defaultRoute ? 1800 : 0}`, `--dhcp-option=option6:dns-server,[${ADDRESS.router.v6}]`,
    `--host-record=${VPN_NAME},${ADDRESS.vpn.v4},${ADDRESS.vpn.v6}`, `--host-record=www.example.net,${ADDRESS.internet.v4},${ADDRESS.internet.v6}`,
  ]);
}

/** The VPN server, and an internet in one host. It is reached through the home router and through the mesh. */
export function startServer({ server }: World, serve: string): void {
  server.batch([
    ...addresses("isp0", "192.0.2.1/30", "2001:db8:2::1/64"), ...addresses("mesh1", "192.0.2.5/30", "2001:db8:3::1/64"),
    ...addresses("lo", `${ADDRESS.vpn.v4}/32`, `${ADDRESS.vpn.v6}/128`, `${ADDRESS.internet.v4}/32`, `${ADDRESS.internet.v6}/128`),
    "route add 2001:db8:178:1::/64 via 2001:db8:2::2", "route add 2001:db8:ff::/64 via 2001:db8:3::2",
  ]);
  server.start(serve, ["udp=123,4242,4500", "tcp=80,443"]);
}

/** The next mesh node: IPv6 default router and resolver of the mesh, with a way of its own to the internet. */
export function startMesh({ mesh }: World, serve: string): void {
  mesh.batch([
    ...addresses("mesh0", `${ADDRESS.mesh.v4}/20`, `${ADDRESS.mesh.v6}/64`), ...addresses("up0", "192.0.2.6/30", "2001:db8:3::2/64"),
    "route add default via 192.0.2.5", "route add default via 2001:db8:3::1",
  ]);
  mesh.run("nft", ["-f", "-"], `table ip nat { chain out { type nat hook postrouting priority 100; oifname "up0" masquerade; }; }`);
  mesh.start("dnsmasq", [
    ...dnsmasq(mesh), "--interface=mesh0", "--dhcp-range=2001:db8:ff::,ra-only,64,1h", "--enable-ra", "--ra-param=mesh0,60,1800",
    `--host-record=www.example.net,${ADDRESS.internet.v4},${ADDRESS.internet.v6}`, `--host-record=${VPN_NAME},${ADDRESS.vpn.v4},${ADDRESS.vpn.v6}`,
  ]);
  mesh.start(serve, ["udp=4242", "tcp=80"]);
}

/** A client of the mesh: IPv4 through the node, IPv6 through the mesh's router. */
export function startClient({ client }: World, serve: string): void {
  client.batch([...addresses("eth0", `${ADDRESS.client.v4}/20`, `${ADDRESS.client.v6}/64`), `route add default via ${ADDRESS.next.v4}`, `route add default via ${ADDRESS.mesh.v6}`]);
  client.start(serve, ["udp=4242", "tcp=80"]);
}

/** Words that keep dnsmasq away from this machine's own files. */
export function dnsmasq(host: Host): string[] {
  return ["--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--group=root", "--bind-dynamic", "--no-resolv", "--no-hosts", "--pid-file", `--log-facility=${host.path("dnsmasq.log")}`, "--log-queries"];
}

/** Puts the WAN's plug in: from here on frames pass. */
export async function plugIn({ router, node }: World): Promise<void> {
  router.ip("link set lan0 up");
  await until("the WAN's carrier", () => (node.ip("-o link show br-wan").includes("LOWER_UP") ? true : null));
}
