/** Words and numbers for a person: the sentence behind each class, counts in singular and plural, flows as text. */
import type { Finding, FlowTuple } from "../model/report.js";
import type { Class } from "../model/verdict.js";

/** What each class is, for someone who never saw a Gluon node. */
export const CLASS_WORDS: Readonly<Record<Class, string>> = {
  fastd: "the VPN, to its configured servers",
  "wan-dns": "questions to the WAN's own DNS servers",
  dhcp4: "asking for an IPv4 address (DHCP)",
  dhcp6: "asking for an IPv6 address or prefix (DHCPv6)",
  arp: "finding neighbours on the link (ARP)",
  ndp: "finding neighbours and routers on the link (IPv6 ND)",
  mld: "telling which IPv6 multicast groups are wanted (MLD)",
  igmp: "telling which IPv4 multicast groups are wanted (IGMP)",
  answer: "answers to something that came in on the WAN",
  "mesh-on-wan": "mesh links over the WAN, which this node is configured to have",
  bridged: "frames of private WLAN stations, bridged and not routed",
  leak: "should not have left: none of the above",
  undetermined: "could not be judged",
};

/** Whether the group says only that it could not be judged. A frame of class undetermined may still break another claim: then it is a finding like any other. */
export function isUnsure(finding: Finding): boolean {
  return finding.class === "undetermined" && finding.claim === "containment" && !isModel(finding);
}

/** Whether it tells that the node's state does not describe what was seen: no claim is broken, and nothing rests on the state any more. */
export function isModel({ id }: Finding): boolean {
  return id.startsWith("model:");
}

/** `1 frame`, `2 frames`, `no frames` stays `0 frames`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listing(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}

/** IP protocol numbers (IANA) that occur on a node's WAN. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 115: "l2tp", 132: "sctp",
};

/** `192.0.2.1:59298 -> 198.51.100.123:123 udp`; a frame without IP has neither ports nor a protocol. */
export function formatFlow(flow: FlowTuple): string {
  if (ICMP.includes(flow.proto) && flow.family !== 0) return formatIcmp(flow);
  const ends = `${formatEnd(flow.src, flow.sport)} -> ${formatEnd(flow.dst, flow.dport)}`;
  if (flow.family === 0) return flow.src === "" && flow.dst === "" ? "not an IP packet" : ends;
  return `${ends} ${PROTOCOLS[flow.proto] ?? `protocol ${flow.proto}`}`;
}

const ICMP: readonly number[] = [1, 58];

/** What stands in the place of ports is an echo's identifier and sequence number. */
function formatIcmp({ src, dst, proto, sport }: FlowTuple): string {
  const id = sport === null ? "" : ` id ${sport}`;
  return `${formatEnd(src, null)} -> ${formatEnd(dst, null)} ${PROTOCOLS[proto] ?? ""}${id}`;
}

function formatEnd(address: string, port: number | null): string {
  const host = address === "" ? "?" : address;
  if (port === null) return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
