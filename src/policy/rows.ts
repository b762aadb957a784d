/** The rows policies are made of: what a class takes, as matches on packet fields. Numbers are IANA's. */
import { type Address, type Family, type Prefix, WIDTH } from "../model/address.js";
import { equals, inPrefix, type Match, within } from "../model/packet.js";
import type { PolicyRow } from "../model/policy.js";
import { type Class, FLOW, type Reason } from "../model/verdict.js";

export const TCP = 6;
export const UDP = 17;
const IGMP = 2;
const ICMPV6 = 58;
const ARP = 0x0806;
const BATMAN = 0x4305;
export const DNS = 53;

/** A row that gives a class. */
export function allow(verdict: Class, why: string, at: string, ...matches: readonly Match[]): PolicyRow {
  return { matches, class: verdict, reason: null, why, at };
}

/** A row that gives `undetermined`. */
export function unsure(reason: Reason, why: string, at: string, ...matches: readonly Match[]): PolicyRow {
  return { matches, class: "undetermined", reason, why, at };
}

/** The packet's destination is this address. */
export function toAddress(address: Address): Match[] {
  return [equals("family", address.family), ...inPrefix("dst", { address, length: WIDTH[address.family] })];
}

/** The packet's destination is one host, of whichever address: neither multicast nor IPv4's reserved top. */
export function toUnicast(family: Family): Match[] {
  return [equals("family", family), within("dst0", 0, family === 4 ? 0xdfffffff : 0xfeffffff)];
}

export function toPort(proto: number, port: number): Match[] {
  return [equals("proto", proto), equals("dport", port)];
}

/** Frames that could not be read far enough: nothing is said of them. */
export const UNREADABLE: readonly PolicyRow[] = [
  unsure("cut", "the capture ends before the ports", "capture", equals("condition", 1)),
  unsure("malformed", "a header is not well formed", "capture", equals("condition", 2)),
];

const icmp6 = (low: number, high: number): Match[] => [equals("family", 6), equals("proto", ICMPV6), within("icmpType", low, high)];
const fromTo = (family: Family, sport: number, dport: number): Match[] => [
  equals("family", family), equals("proto", UDP), equals("sport", sport), equals("dport", dport),
];
/** RFC 4861: a hop limit of 255 shows that the packet was not forwarded. */
const onLink = equals("hopLimit", 255);

/** What any host says on a link. The kernel makes these without asking a table and with a mark that means nothing, so they come first. */
export const LINK: readonly PolicyRow[] = [
  allow("arp", "address resolution (RFC 826)", "policy", equals("etherType", ARP), equals("ownHardware", 1)),
  allow("ndp", "router solicitation (RFC 4861)", "policy", ...icmp6(133, 133), onLink),
  allow("ndp", "neighbour solicitation and advertisement (RFC 4861)", "policy", ...icmp6(135, 136), onLink),
  allow("mld", "multicast listener discovery (RFC 2710)", "policy", ...icmp6(130, 132)),
  allow("mld", "multicast listener report (RFC 3810)", "policy", ...icmp6(143, 143)),
  allow("igmp", "group membership (RFC 3376)", "policy", equals("family", 4), equals("proto", IGMP)),
];

/** How the WAN gets its addresses. */
export const LEASE: readonly PolicyRow[] = [
  allow("dhcp4", "DHCP client to server (RFC 2131)", "policy", ...fromTo(4, 68, 67)),
  allow("dhcp6", "DHCPv6 client to server (RFC 8415)", "policy", ...fromTo(6, 546, 547)),
];

/** Replies to what arrived on the WAN, and flows of which that cannot be known. */
export const ANSWERS: readonly PolicyRow[] = [
  allow("answer", "it answers what arrived on the WAN", "capture", equals("flow", FLOW.wan)),
  allow("answer", "its flow was under way and its port listens", "ss.txt", equals("flow", FLOW.listener)),
  unsure("underWay", "its flow was under way when the capture began", "capture", equals("flow", FLOW.underWay)),
  unsure("trigger", "what it answers may have come before the capture began", "capture", equals("flow", FLOW.trigger)),
  unsure("memory", "the flow it belongs to may have been forgotten", "capture", equals("flow", FLOW.forgotten)),
];

const LINK_LOCAL: Prefix = { address: { family: 6, words: [0xfe800000, 0, 0, 0] }, length: 10 };
/** The group batman-adv's VXLAN uses on Gluon (ff02::15c). */
const VXLAN_GROUP: Address = { family: 6, words: [0xff020000, 0, 0, 0x15c] };

/** The mesh over the WAN by VXLAN: link-local source, to a neighbour or to the group. */
export function vxlanRows(port: number, at: string): PolicyRow[] {
  const carrier = [equals("family", 6), ...toPort(UDP, port), ...inPrefix("src", LINK_LOCAL)];
  const row = (to: readonly Match[]): PolicyRow => allow("mesh-on-wan", "the mesh over VXLAN", at, ...carrier, ...to);
  return [row(inPrefix("dst", LINK_LOCAL)), row(toAddress(VXLAN_GROUP))];
}

/** The mesh over the WAN without encapsulation. */
export function batmanRow(at: string): PolicyRow {
  return allow("mesh-on-wan", "batman-adv frames", at, equals("etherType", BATMAN));
}
