/** Reports, findings and nodes for tests: plain ones, of which a test says only what matters to it. */
import type { Node } from "../../src/model/node.js";
import type { Policy } from "../../src/model/policy.js";
import type { Finding, ReplayReport } from "../../src/model/report.js";
import { CLASSES, type Class } from "../../src/model/verdict.js";

/** Frames by class; classes that are not named are 0. */
export function classes(counts: Partial<Record<Class, number>>): ReplayReport["classes"] {
  return {
    fastd: 0, "wan-dns": 0, dhcp4: 0, dhcp6: 0, arp: 0, ndp: 0, mld: 0, igmp: 0, answer: 0, "mesh-on-wan": 0, bridged: 0, leak: 0, undetermined: 0, ...counts,
  };
}

export interface ReportParts extends Omit<Partial<ReplayReport>, "classes"> {
  /** Frames that left are the sum of these. */
  readonly classes?: Partial<Record<Class, number>>;
}

/** A clean report of one capture, changed by `parts`. */
export function report(parts: ReportParts = {}): ReplayReport {
  const counts = classes(parts.classes ?? { fastd: 16, "wan-dns": 1, ndp: 8 });
  const egressFrames = CLASSES.reduce((sum, name) => sum + counts[name], 0);
  return {
    schema: "wanproof/replay@1", result: "clean", node: { name: "gl-node", path: "state" }, policy: "gluon",
    captures: [{ path: "wan.pcap", linkType: "EN10MB", frames: 80, bytes: 9120, truncated: false, undecodable: 0 }],
    wan: { devices: ["br-wan"], egressFrames, ingressFrames: 36 },
    explained: { unmarked: 9, marked: 17, either: 3, neither: 0 }, undetermined: {}, findings: [], diagnostics: [],
    ...parts, classes: counts,
  };
}

/** Five NTP packets of uid 123, known as W1, changed by `parts`. */
export function finding(parts: Partial<Finding> = {}): Finding {
  return {
    claim: "containment", id: "leak:udp/123", class: "leak", reason: null, known: "W1", accepted: false, frames: 5, bytes: 450,
    first: { capture: "wan.pcap", frame: 40, time: "2026-03-01T12:00:00.123456Z" },
    flow: { family: 4, src: "192.0.2.1", dst: "198.51.100.123", proto: 17, sport: 59298, dport: 123 },
    attributed: { mark: 0, uid: 123, gid: 123 },
    because: [
      { station: "rule", text: "32766: from all lookup main", at: "rule4.json#1" },
      { station: "table", text: "default via 192.0.2.254 dev br-wan", at: "route4.json#0" },
    ],
    what: "NTP that is neither the VPN nor its DNS.", todo: "Give the time server an IPv6 address that the mesh reaches.",
    ...parts,
  };
}

/** A leak report of 62 frames, 16 of them leaks in three groups. */
export function leakReport(parts: ReportParts = {}): ReplayReport {
  return report({
    result: "leak",
    classes: { fastd: 17, "wan-dns": 2, dhcp4: 6, dhcp6: 2, arp: 2, ndp: 8, mld: 9, leak: 16 },
    findings: [finding(), finding({ id: "leak:icmp/8", known: null, frames: 1, bytes: 98, flow: { family: 4, src: "192.0.2.1", dst: "198.51.100.7", proto: 1, sport: 77, dport: 1 } })],
    ...parts,
  });
}

/** A node of which only the required files were read. */
export function node(parts: Partial<Node> = {}): Node {
  return {
    name: "gl-node", path: "state", rules: { 4: [], 6: [] }, routes: { 4: [], 6: [] }, unreadRoutes: [], links: [], addresses: [],
    bridgePorts: null, fastd: null, fastdPeers: null, sockets: null, wanResolvers: null, resolvers: null, groups: null, users: null,
    sysctl: null, senders: null, uci: null, firewall: { tables: [], complete: { 4: false, 6: false }, others: [] }, localTable: null,
    files: ["rule4.json", "rule6.json", "route4.json", "route6.json", "addr.json", "link.json"], diagnostics: [],
    ...parts,
  };
}

/** A policy with one server, one resolver and a row that can only say it does not know. */
export function policy(parts: Partial<Policy> = {}): Policy {
  return {
    name: "gluon", wan: ["br-wan", "eth1"], wanFrom: "uci.txt: network.wan.device",
    rows: [
      { matches: [{ field: "proto", mask: 0xffffffff, low: 17, span: 0 }], class: "fastd", reason: null, why: "fastd to 198.51.100.10 port 10000", at: "fastd.conf:5" },
      { matches: [{ field: "dport", mask: 0xffffffff, low: 53, span: 0 }], class: "wan-dns", reason: null, why: "DNS to 192.0.2.254", at: "wan-resolv.conf:1" },
      { matches: [{ field: "dport", mask: 0xffffffff, low: 53, span: 0 }], class: "wan-dns", reason: null, why: "DNS to 192.0.2.254", at: "wan-resolv.conf:1" },
      { matches: [{ field: "dport", mask: 0xffffffff, low: 10001, span: 0 }], class: "undetermined", reason: "name", why: "vpn.example.org was never seen resolved", at: "fastd.conf:9" },
    ],
    sources: [{ family: 4, words: [0xc0000201, 0, 0, 0] }], macs: ["02:00:00:00:01:01"],
    listeners: [{ proto: 6, family: 4, address: null, port: 22 }, { proto: 6, family: 6, address: null, port: 22 }],
    portRange: [32768, 60999], mark: { value: 1, mask: 1 }, gid: 800,
    names: [{ name: "vpn.example.org", family: 6, port: 10001, at: "fastd.conf:9", resolved: null }], askable: null, translated: { 4: true, 6: false }, diagnostics: [],
    ...parts,
  };
}
