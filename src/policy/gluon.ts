/** Gluon's policy: the WAN is for fastd, for the DNS that finds its servers, for what a link needs, and for answers. */
import { type Address, FAMILIES } from "../model/address.js";
import { deviceIndex } from "../model/device.js";
import { type Diagnostic, diagnostic } from "../model/diagnostic.js";
import type { Node, Socket } from "../model/node.js";
import { equals } from "../model/packet.js";
import type { Listener, NamedRemote, Policy, PolicyRow, Resolution } from "../model/policy.js";
import { meshRows } from "./mesh.js";
import { familiesOf, fastdSockets, type Remotes, remotesOf } from "./remotes.js";
import { allow, ANSWERS, DNS, LEASE, LINK, TCP, toAddress, toPort, toUnicast, UDP, UNREADABLE, unsure } from "./rows.js";
import { translatedFamilies } from "./translated.js";
import { wanDevices } from "./wan.js";

export interface PolicyOptions {
  /** WAN devices to take instead of the node's own word. */
  readonly wan?: readonly string[];
  /** What captured DNS answers say of the VPN servers' names. */
  readonly resolutions?: readonly Resolution[];
}

/** The groups fastd runs in: since v2017.1, and before. */
const VPN_GROUPS = ["gluon-mesh-vpn", "gluon-fastd"];
/** Gluon's mark is bit 0, whatever fastd.conf says. */
const MARK = { value: 1, mask: 1 };
/** UCI's interface, and its usual device, on which every node of a mesh has the same hardware address (the next-node address): it tells nothing about the sender. */
const SHARED = { interface: "local_node", device: "local-node" } as const;
/** net.ipv4.ip_local_port_range of a kernel that nobody configured. */
const PORT_RANGE: readonly [number, number] = [32768, 60999];

export function gluon(node: Node, options: PolicyOptions): Policy {
  return build("gluon", node, options, { answers: ANSWERS, optional: meshRows });
}

/** The WAN document to the letter: answers and mesh-on-WAN are leaks like any other. */
export function gluonLetter(node: Node, options: PolicyOptions): Policy {
  return build("gluon-letter", node, options, { answers: [], optional: () => [] });
}

/** What a policy grants beyond the mission and housekeeping. */
interface Grants {
  readonly answers: readonly PolicyRow[];
  readonly optional: (node: Node, wan: readonly string[]) => readonly PolicyRow[];
}

function build(name: string, node: Node, options: PolicyOptions, grants: Grants): Policy {
  const wan = wanDevices(node, options.wan);
  const remotes = remotesOf(node, options.resolutions ?? []);
  const vpnGroup = node.fastd?.group ?? VPN_GROUPS.find((group) => node.groups?.has(group));
  const gid = vpnGroup === undefined ? null : (node.groups?.get(vpnGroup) ?? null);
  return {
    name,
    wan: wan.devices,
    wanFrom: wan.from,
    rows: [
      ...UNREADABLE, ...LINK, ...fastdRows(node, remotes, gid), ...dnsRows(node), ...LEASE, ...unresolvedRows(remotes),
      ...grants.answers, ...grants.optional(node, wan.devices), ...anyRemoteRows(remotes),
    ],
    sources: node.addresses.filter((address) => wan.devices.includes(address.dev)).map((address) => address.address),
    translated: translatedFamilies(node.firewall, wan.devices.map((dev) => deviceIndex(node.links, dev))),
    macs: ownMacs(node),
    listeners: node.sockets === null ? null : node.sockets.flatMap((socket) => listenersOf(socket, wan.devices)),
    portRange: portRange(node),
    mark: MARK,
    gid,
    names: remotes.named,
    askable: remotes.complete ? [...new Set(remotes.named.map(({ name }) => name))] : null,
    diagnostics: shortcomings(node, remotes),
  };
}

/** UDP to a configured remote. A name may have stood for another address before, so what fastd's own socket sends to a named remote's port counts too, and while it is unresolved what shows the VPN's mark and group. */
function fastdRows(node: Node, remotes: Remotes, gid: number | null): PolicyRow[] {
  const known = remotes.known.map((remote) =>
    allow("fastd", `UDP to the VPN server (${remote.how})`, remote.at, ...toAddress(remote.address), ...toPort(UDP, remote.port)),
  );
  const own = remotes.named.flatMap((remote) =>
    fastdSockets(node)
      .filter((socket) => familiesOf(socket).includes(remote.family))
      .map((socket) =>
        allow(
          "fastd", `from fastd's own socket to the port of ${remote.name}`, socket.at,
          ...toUnicast(remote.family), ...toPort(UDP, remote.port), equals("sport", socket.local.port ?? 0),
        ),
      ),
  );
  const shown = gid === null || gid === 0 ? [] : unresolved(remotes).map((remote) =>
    allow(
      "fastd", `with the VPN's mark and group, to the port of ${remote.name}`, remote.at,
      ...toUnicast(remote.family), ...toPort(UDP, remote.port), equals("mark", MARK.value, MARK.mask), equals("gid", gid),
    ),
  );
  return [...known, ...own, ...shown];
}

/** UDP and TCP to port 53 of the second DNS daemon's upstreams; of any host while those are not known. */
function dnsRows(node: Node): PolicyRow[] {
  const protos = [UDP, TCP];
  if (node.wanResolvers === null) {
    const why = "DNS, and the upstreams of the WAN's DNS daemon are not known";
    return FAMILIES.flatMap((family) =>
      protos.map((proto) => unsure("upstreams", why, "wan-resolv.conf", ...toUnicast(family), ...toPort(proto, DNS))),
    );
  }
  return node.wanResolvers.flatMap((resolver) =>
    protos.map((proto) => allow("wan-dns", "DNS to an upstream of the WAN's daemon", resolver.at, ...toAddress(resolver.address), ...toPort(proto, DNS))),
  );
}

function unresolved(remotes: Remotes): NamedRemote[] {
  return remotes.named.filter((remote) => remote.resolved === null);
}

function unresolvedRows(remotes: Remotes): PolicyRow[] {
  return unresolved(remotes).map((remote) =>
    unsure("name", `UDP to the port of ${remote.name}, which was never seen resolved`, remote.at, ...toUnicast(remote.family), ...toPort(UDP, remote.port)),
  );
}

/** While remotes may be missing, any UDP packet to one host may be the VPN. */
function anyRemoteRows(remotes: Remotes): PolicyRow[] {
  if (remotes.complete) return [];
  return FAMILIES.map((family) =>
    unsure("remotes", "UDP, and the VPN's servers are not known", "fastd.conf", ...toUnicast(family), equals("proto", UDP)),
  );
}

function ownMacs(node: Node): string[] {
  const section = (node.uci ?? []).find((candidate) => candidate.package === "network" && candidate.name === SHARED.interface);
  const shared = new Set<string>([SHARED.device, section?.options["ifname"] ?? section?.options["device"] ?? SHARED.device]);
  return [...new Set(node.links.flatMap((link) => (link.mac === null || shared.has(link.name) ? [] : [link.mac])))];
}

/** What listens where the WAN can reach it: TCP in LISTEN, UDP without a peer. */
function listenersOf(socket: Socket, wan: readonly string[]): Listener[] {
  const { address, port, dev } = socket.local;
  const waits = socket.proto === TCP ? socket.state === "LISTEN" : socket.peer.port === null;
  if (!waits || port === null || (dev !== null && !wan.includes(dev))) return [];
  const proto = socket.proto;
  return familiesOf(socket).map((family) => ({ proto, family, address: sameFamily(address, family), port }));
}

function sameFamily(address: Address | null, family: number): Address | null {
  return address !== null && address.family === family ? address : null;
}

function portRange(node: Node): readonly [number, number] {
  const numbers = (node.sysctl?.get("net.ipv4.ip_local_port_range") ?? "").split(/\s+/).map(Number);
  const [low, high] = numbers;
  return low !== undefined && high !== undefined && low > 0 && high >= low && high <= 65535 ? [low, high] : PORT_RANGE;
}

function shortcomings(node: Node, remotes: Remotes): Diagnostic[] {
  const said: Diagnostic[] = [];
  if (!remotes.complete) {
    const place = node.fastd?.missing[0] ?? "fastd.conf";
    said.push(diagnostic("WP3002", place, "the VPN's servers are not all known", "UDP to an unknown host is undetermined: it may be the VPN"));
  }
  if (node.wanResolvers === null) {
    said.push(diagnostic("WP3003", "wan-resolv.conf", "the upstreams of the WAN's DNS daemon are not known", "DNS on the WAN is undetermined"));
  }
  for (const remote of unresolved(remotes)) {
    const record = remote.family === 4 ? "A" : "AAAA";
    const fact = `${remote.name} (${record}) was never seen resolved`;
    said.push(diagnostic("WP3004", remote.at, fact, `IPv${remote.family} UDP to port ${remote.port} of an unknown host is undetermined`));
  }
  return said;
}
