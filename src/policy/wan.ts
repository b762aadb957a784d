/** Which devices are the WAN, and where that is written. */
import type { Link, Node, UciSection } from "../model/node.js";
import { refuse } from "../model/diagnostic.js";

export interface WanChoice {
  /** The WAN devices, then their ports and the uppers of those: all of them count as the WAN. */
  readonly devices: readonly string[];
  readonly from: string;
}

const WAN_INTERFACES = ["wan", "wan6", "cellular"];
/** Device kinds that send on the device they stand on, with its frames. A veth's `link` is its peer and is none of them. */
const UPPER_KINDS = new Set(["vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"]);

/** The WAN devices: as asked, else UCI's, else br-wan, else where table 1's routes leave. Throws InputError WP3001 when nothing tells. */
export function wanDevices(node: Node, asked: readonly string[] = []): WanChoice {
  const choice = choose(node, asked);
  return { devices: closure(node, choice.devices), from: choice.from };
}

function choose(node: Node, asked: readonly string[]): WanChoice {
  const known = new Set(node.links.map((link) => link.name));
  if (asked.length > 0) {
    const strange = asked.find((dev) => !known.has(dev));
    if (strange !== undefined) refuse("WP3001", "--wan", `link.json has no device ${strange}`, "name one of its devices");
    return { devices: [...new Set(asked)], from: "--wan" };
  }
  const named = uciDevices(node.uci ?? []).filter((device) => known.has(device.dev));
  const first = named[0];
  if (first !== undefined) return { devices: [...new Set(named.map((device) => device.dev))], from: first.at };
  if (known.has("br-wan")) return { devices: ["br-wan"], from: "link.json (br-wan)" };
  const inTable1 = node.routes[6].filter((route) => route.table === 1 && route.type === "unicast");
  const route = inTable1.find((candidate) => candidate.destination.length === 0) ?? inTable1[0];
  const dev = route?.nextHops[0]?.dev ?? null;
  if (route !== undefined && dev !== null) return { devices: [dev], from: route.at };
  return refuse("WP3001", node.path, "no WAN device is named by uci.txt, called br-wan, or used by table 1", "name it with --wan DEV");
}

/** Devices of UCI's interfaces wan, wan6 and cellular: `option type bridge` makes br-<name>, `@name` is another interface's device. */
function uciDevices(sections: readonly UciSection[]): { dev: string; at: string }[] {
  const interfaces = sections.filter((section) => section.package === "network" && section.type === "interface");
  const deviceOf = (name: string, depth: number): string[] => {
    const section = interfaces.find((candidate) => candidate.name === name);
    if (section === undefined || depth > interfaces.length) return [];
    if (section.options["type"] === "bridge") return [`br-${name}`];
    const listed = section.lists["device"] ?? section.lists["ifname"] ?? [];
    const names = [...(section.options["device"] ?? section.options["ifname"] ?? "").split(/\s+/), ...listed].filter((dev) => dev !== "");
    return names.flatMap((dev) => (dev.startsWith("@") ? deviceOf(dev.slice(1), depth + 1) : [dev]));
  };
  return WAN_INTERFACES.flatMap((name) => {
    const at = interfaces.find((section) => section.name === name)?.at ?? "uci.txt";
    return deviceOf(name, 0).map((dev) => ({ dev, at }));
  });
}

/** Adds the ports of each bridge and the uppers of each device, until nothing more is found. */
function closure(node: Node, devices: readonly string[]): string[] {
  const found = [...devices];
  const ports = new Map((node.bridgePorts ?? []).map((port) => [port.dev, port.bridge]));
  const belongs = (link: Link, dev: string): boolean =>
    link.master === dev || ports.get(link.name) === dev || (link.lower === dev && link.kind !== null && UPPER_KINDS.has(link.kind));
  for (const dev of found) {
    for (const link of node.links) if (belongs(link, dev) && !found.includes(link.name)) found.push(link.name);
  }
  return found;
}
