/** Numbers of protocols, ICMP types and codes by the names iptables and nft print. */
import type { Family } from "../model/address.js";
import { unsigned } from "./values.js";

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMPV6 = 58;

/** /etc/protocols, and nft's own names. */
const PROTOCOLS = new Map([
  ["hopopt", 0], ["icmp", 1], ["igmp", 2], ["ggp", 3], ["ipencap", 4], ["ipip", 4], ["ipv4", 4], ["st", 5], ["tcp", 6], ["egp", 8], ["igp", 9], ["pup", 12], ["udp", 17], ["hmp", 20],
  ["xns-idp", 22], ["rdp", 27], ["iso-tp4", 29], ["dccp", 33], ["xtp", 36], ["ddp", 37], ["idpr-cmtp", 38], ["ipv6", 41], ["ipv6-route", 43], ["ipv6-frag", 44],
  ["idrp", 45], ["rsvp", 46], ["gre", 47], ["esp", 50], ["ipv6-crypt", 50], ["ah", 51], ["ipv6-auth", 51], ["skip", 57], ["ipv6-icmp", 58], ["icmpv6", 58], ["icmp6", 58],
  ["ipv6-nonxt", 59], ["ipv6-opts", 60], ["rspf", 73], ["cphb", 73], ["vmtp", 81], ["eigrp", 88], ["ospf", 89], ["ospfigp", 89], ["ax.25", 93], ["etherip", 97], ["encap", 98],
  ["pim", 103], ["comp", 108], ["ipcomp", 108], ["vrrp", 112], ["l2tp", 115], ["isis", 124], ["sctp", 132], ["fc", 133], ["mobility-header", 135], ["ipv6-mh", 135],
  ["udplite", 136], ["mpls-in-ip", 137], ["manet", 138], ["hip", 139], ["shim6", 140], ["wesp", 141], ["rohc", 142],
]);

/** A protocol by name or number; null for another name. */
export function protocolNumber(value: unknown): number | null {
  return (typeof value === "string" ? PROTOCOLS.get(value.toLowerCase()) : undefined) ?? unsigned(value, 255);
}

/** Types of ICMP, by the names of both tools. */
const TYPES4 = new Map([
  ["echo-reply", 0], ["pong", 0], ["destination-unreachable", 3], ["source-quench", 4], ["redirect", 5], ["echo-request", 8], ["ping", 8], ["router-advertisement", 9],
  ["router-solicitation", 10], ["time-exceeded", 11], ["ttl-exceeded", 11], ["parameter-problem", 12], ["timestamp-request", 13], ["timestamp-reply", 14], ["info-request", 15], ["info-reply", 16],
  ["address-mask-request", 17], ["address-mask-reply", 18],
]);

/** Types of ICMPv6, by the names of both tools. */
const TYPES6 = new Map([
  ["destination-unreachable", 1], ["packet-too-big", 2], ["time-exceeded", 3], ["ttl-exceeded", 3], ["parameter-problem", 4], ["echo-request", 128], ["ping", 128], ["echo-reply", 129],
  ["pong", 129], ["mld-listener-query", 130], ["mld-listener-report", 131], ["mld-listener-done", 132], ["mld-listener-reduction", 132], ["nd-router-solicit", 133],
  ["router-solicitation", 133], ["nd-router-advert", 134], ["router-advertisement", 134], ["nd-neighbor-solicit", 135], ["neighbour-solicitation", 135],
  ["neighbor-solicitation", 135], ["nd-neighbor-advert", 136], ["neighbour-advertisement", 136], ["neighbor-advertisement", 136], ["nd-redirect", 137], ["redirect", 137],
  ["router-renumbering", 138], ["ind-neighbor-solicit", 141], ["ind-neighbor-advert", 142], ["mld2-listener-report", 143],
]);

/** An ICMP or ICMPv6 type by name or number. */
export function icmpType(family: Family, value: unknown): number | null {
  const named = typeof value === "string" ? (family === 4 ? TYPES4 : TYPES6).get(value) : undefined;
  return named ?? unsigned(value, 255);
}

/** Codes of destination unreachable, by nft's names (icmp_code_tbl, icmpv6_code_tbl). */
const CODES4 = new Map([
  ["net-unreachable", 0], ["host-unreachable", 1], ["prot-unreachable", 2], ["port-unreachable", 3], ["frag-needed", 4], ["net-prohibited", 9], ["host-prohibited", 10],
  ["admin-prohibited", 13],
]);
const CODES6 = new Map([["no-route", 0], ["admin-prohibited", 1], ["addr-unreachable", 3], ["port-unreachable", 4], ["policy-fail", 5], ["reject-route", 6]]);

/** An ICMP or ICMPv6 code by name or number. */
export function icmpCode(family: Family, value: unknown): number | null {
  const named = typeof value === "string" ? (family === 4 ? CODES4 : CODES6).get(value) : undefined;
  return named ?? unsigned(value, 255);
}

/** nft's codes for both families (nft_reject.c: icmp_code_v4, icmp_code_v6). */
const CODES_BOTH = new Map<unknown, Readonly<Record<Family, number>>>([
  ["no-route", { 4: 0, 6: 0 }], ["port-unreachable", { 4: 3, 6: 4 }], ["host-unreachable", { 4: 1, 6: 3 }], ["admin-prohibited", { 4: 13, 6: 1 }],
]);

/** `reject with icmpx`; null for another name. */
export function icmpxCode(value: unknown): Readonly<Record<Family, number>> | null {
  return CODES_BOTH.get(value) ?? null;
}

/** Kinds of iptables' `--reject-with`: codes of destination unreachable. */
const REJECTS = new Map<string, number>([
  ["icmp-net-unreachable", 0], ["icmp-host-unreachable", 1], ["icmp-proto-unreachable", 2], ["icmp-port-unreachable", 3], ["icmp-net-prohibited", 9],
  ["icmp-host-prohibited", 10], ["icmp-admin-prohibited", 13],
  ["icmp6-no-route", 0], ["no-route", 0], ["icmp6-adm-prohibited", 1], ["adm-prohibited", 1], ["icmp6-addr-unreachable", 3], ["addr-unreach", 3],
  ["icmp6-port-unreachable", 4], ["port-unreach", 4], ["icmp6-policy-fail", 5], ["policy-fail", 5], ["icmp6-reject-route", 6], ["reject-route", 6],
]);

/** The code of `--reject-with icmp-port-unreachable` and its like; null for another name. */
export function rejectCode(name: string): number | null {
  return REJECTS.get(name) ?? null;
}

/** DSCP names (RFC 2474, 2597, 3246, 5865, 8622), as six bits. */
const DSCP = new Map([
  ["be", 0], ["cs0", 0], ["cs1", 8], ["cs2", 16], ["cs3", 24], ["cs4", 32], ["cs5", 40], ["cs6", 48], ["cs7", 56], ["af11", 10], ["af12", 12], ["af13", 14],
  ["af21", 18], ["af22", 20], ["af23", 22], ["af31", 26], ["af32", 28], ["af33", 30], ["af41", 34], ["af42", 36], ["af43", 38], ["ef", 46], ["va", 44], ["lephb", 1], ["le", 1],
]);

/** A DSCP by name or number. */
export function dscpNumber(value: unknown): number | null {
  return (typeof value === "string" ? DSCP.get(value.toLowerCase()) : undefined) ?? unsigned(value, 63);
}
