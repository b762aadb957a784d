/** WireGuard instead of fastd: in the kernel where it can, else by wireguard-go, which makes the same device in user space. */
import { spawnSync } from "node:child_process";
import { type Host, until } from "./host.js";
import { run } from "./sandbox.js";
import type { Settings } from "./settings.js";
import { ADDRESS, INNER, WIREGUARD_PORT, type World } from "./world.js";

interface Keys {
  readonly secret: string;
  readonly key: string;
}

function newKeys(host: Host): Keys {
  const secret = run("wg", ["genkey"]);
  return { secret: host.file("wireguard.key", secret), key: run("wg", ["pubkey"], secret).trim() };
}

/** Makes a device on a host; names differ, because wireguard-go's control sockets all stand in one folder. */
async function addDevice(host: Host, dev: string, own: string): Promise<void> {
  const inKernel = spawnSync("nsenter", [`--net=/run/netns/${host.name}`, "ip", "link", "add", "name", dev, "type", "wireguard"]).status === 0;
  if (!inKernel) host.start("wireguard-go", [dev], { WG_PROCESS_FOREGROUND: "1", LOG_LEVEL: "error" });
  await until(`the device ${dev}`, () => (host.run("wg", ["show", "interfaces"]).includes(dev) ? true : null));
  host.ip(`link set ${dev} mtu 1280 up`);
  host.ip(`addr replace ${own}/64 dev ${dev} nodad`);
}

/** Both ends; the node's socket carries the mark as Gluon's does (`fwmark 1`). */
export async function startWireguard({ node, server }: World, settings: Settings): Promise<void> {
  const here = newKeys(node), there = newKeys(server);
  await addDevice(server, "tunnel0", INNER);
  server.run("wg", ["set", "tunnel0", "listen-port", String(WIREGUARD_PORT), "private-key", there.secret, "peer", here.key, "allowed-ips", "::/0"]);
  await addDevice(node, "mesh-vpn", "fe80::11");
  const endpoint = settings.remote.endsWith("v4") ? `${ADDRESS.vpn.v4}:${WIREGUARD_PORT}` : `[${ADDRESS.vpn.v6}]:${WIREGUARD_PORT}`;
  node.run("wg", ["set", "mesh-vpn", "private-key", here.secret, "fwmark", "1", "peer", there.key, "allowed-ips", "::/0", "endpoint", endpoint, "persistent-keepalive", "5"]);
}

/** Waits for the first handshake; false when there is none in that time. */
export async function wireguardUp(node: Host, seconds: number): Promise<boolean> {
  return until("the handshake", () => (/\t[1-9]/.test(node.run("wg", ["show", "mesh-vpn", "latest-handshakes"])) ? true : null), seconds).catch(() => false);
}
