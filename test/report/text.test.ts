import { test } from "uvu";
import * as assert from "uvu/assert";
import { diagnostic } from "../../src/model/diagnostic.js";
import { REASONS } from "../../src/model/verdict.js";
import { renderText } from "../../src/report/text.js";
import { finding, leakReport, report } from "../support/reports.js";

const CUT = finding({ id: "undetermined:cut", class: "undetermined", reason: "cut", known: null, frames: 2, first: { capture: "wan.pcap", frame: 7, time: "2026-03-01T12:00:00Z" } });
const DIAGNOSTICS = [diagnostic("WP2101", "wan.pcap", "ends inside frame 81", "verdicts hold up to frame 80"), diagnostic("WP1004", "state/ss.txt", "is missing", "fewer flows are known")];

test("a clean report is the answer, what it does not say, and the classes", () => {
  assert.is(renderText(report()), `\
Clean: all 25 frames that left on the WAN (br-wan) are the VPN, its DNS, or what any host says on a link.
This shows what happened in this capture, not what can happen.

What left on the WAN, in frames
  fastd    16  the VPN, to its configured servers
  wan-dns   1  questions to the WAN's own DNS servers
  ndp       8  finding neighbours and routers on the link (IPv6 ND)
`);
});

test("a leak report leads with the leak and explains each group", () => {
  assert.is(renderText(leakReport({ diagnostics: DIAGNOSTICS })), `\
16 of the 62 frames that left on the WAN (br-wan) should not have: they are neither the VPN nor its DNS.
This shows what happened in this capture, not what can happen.

What left on the WAN, in frames
  fastd    17  the VPN, to its configured servers
  wan-dns   2  questions to the WAN's own DNS servers
  dhcp4     6  asking for an IPv4 address (DHCP)
  dhcp6     2  asking for an IPv6 address or prefix (DHCPv6)
  arp       2  finding neighbours on the link (ARP)
  ndp       8  finding neighbours and routers on the link (IPv6 ND)
  mld       9  telling which IPv6 multicast groups are wanted (MLD)
  leak     16  should not have left: none of the above

The 2 findings
  1. leak:udp/123: 5 frames, 450 bytes  claim containment
     NTP that is neither the VPN nor its DNS.
     flow:         192.0.2.1:59298 -> 198.51.100.123:123 udp (first of the group)
     first seen:   frame 40 of wan.pcap, 2026-03-01T12:00:00.123456Z
     sent with:    mark 0x0, uid 123, gid 123
     why it left:  rule: 32766: from all lookup main  [rule4.json#1]
                   table: default via 192.0.2.254 dev br-wan  [route4.json#0]
     known:        W1: The node's only IPv4 default route is the WAN's, so every process that talks to an outside IPv4 address leaves there.
     what to do:   Give the time server an IPv6 address that the mesh reaches.

  2. leak:icmp/8: 1 frame, 98 bytes  claim containment
     NTP that is neither the VPN nor its DNS.
     flow:         192.0.2.1 -> 198.51.100.7 icmp id 77
     first seen:   frame 40 of wan.pcap, 2026-03-01T12:00:00.123456Z
     sent with:    mark 0x0, uid 123, gid 123
     why it left:  rule: 32766: from all lookup main  [rule4.json#1]
                   table: default via 192.0.2.254 dev br-wan  [route4.json#0]
     what to do:   Give the time server an IPv6 address that the mesh reaches.

About the input
  WP2101 warning: wan.pcap: ends inside frame 81; verdicts hold up to frame 80
`);
});

test("-v adds the captures, the classes that are zero, the explanation and the notes", () => {
  assert.is(renderText(report({ diagnostics: DIAGNOSTICS }), { verbose: true }), `\
Clean: all 25 frames that left on the WAN (br-wan) are the VPN, its DNS, or what any host says on a link.
This shows what happened in this capture, not what can happen.

Read
  wan.pcap  80 frames  9120 bytes  EN10MB
  node gl-node (state), policy gluon
  25 frames left on the WAN, 36 arrived there

What left on the WAN, in frames
  fastd    16  the VPN, to its configured servers
  wan-dns   1  questions to the WAN's own DNS servers
  ndp       8  finding neighbours and routers on the link (IPv6 ND)
  none of: dhcp4, dhcp6, arp, mld, igmp, answer, mesh-on-wan, bridged, leak, undetermined

How the node's rules and routes explain the packets that left
  9 by a socket without the VPN's mark, 17 by one with it, 3 by both and 0 by neither

About the input
  WP2101 warning: wan.pcap: ends inside frame 81; verdicts hold up to frame 80
  WP1004 note: state/ss.txt: is missing; fewer flows are known
`);
});

test("what could not be judged is told by reason, with an example, and is not a finding", () => {
  const text = renderText(report({ result: "undetermined", classes: { undetermined: 3 }, undetermined: { cut: 2, memory: 1 }, findings: [CUT] }));
  assert.ok(text.includes(`What could not be judged\n  2 frames: ${REASONS.cut}\n     for example frame 7 of wan.pcap: 192.0.2.1:59298 -> 198.51.100.123:123 udp\n  1 frame: ${REASONS.memory}\n`));
  assert.not.match(text, /The finding/);
});

test("a leak beside frames that could not be judged tells both at the top", () => {
  const lines = renderText(report({ result: "leak", classes: { leak: 1, undetermined: 2 }, findings: [finding()] })).split("\n");
  assert.match(lines[0] ?? "", /^1 of the 3 frames/);
  assert.is(lines[1], "Besides, 2 frames could not be judged.");
});

test("an interrupted replay says so at the top", () => {
  assert.is(renderText(report(), { interrupted: true }).split("\n")[1], "Interrupted: this counts only the frames read so far.");
});

test("several captures are these captures, truncated and undecodable ones are told with -v", () => {
  const capture = { path: "a.pcap", linkType: "EN10MB", frames: 1, bytes: 1, truncated: true, undecodable: 3 };
  const text = renderText(report({ captures: [capture, { ...capture, path: "longer.pcap", frames: 20, truncated: false, undecodable: 0 }] }), { verbose: true });
  assert.match(text, /in these captures, not what can happen/);
  assert.match(text, /\n {2}a\.pcap +1 frame +1 byte {2}EN10MB, ends early, 3 undecodable\n {2}longer\.pcap +20 frames +1 byte {2}EN10MB\n/);
});

test("a finding that knows little has few lines", () => {
  const bare = finding({ known: null, what: "", todo: "", because: [], attributed: { mark: null, uid: null, gid: null }, frames: 1 });
  const text = renderText(report({ result: "leak", classes: { leak: 1 }, findings: [bare] }));
  assert.ok(text.endsWith(`\
The finding
  1. leak:udp/123: 1 frame, 450 bytes  claim containment
     flow:        192.0.2.1:59298 -> 198.51.100.123:123 udp
     first seen:  frame 40 of wan.pcap, 2026-03-01T12:00:00.123456Z
`));
});

test("an accepted finding is shown and says that it is accepted", () => {
  assert.match(renderText(report({ findings: [finding({ accepted: true })] })), /leak:udp\/123: 5 frames, 450 bytes \(accepted\)/);
});

test("a known id of a later version is printed as it is", () => {
  assert.match(renderText(leakReport({ findings: [finding({ known: "W99" })] })), /known: +W99\n/);
});

test("nothing in a report can steer the terminal", () => {
  const evil = "x\x1b[2J\u009b1m\n\r\u202e";
  const because = [{ station: evil, text: evil, at: evil }];
  const bad = finding({
    id: evil, what: evil, todo: evil, known: evil, because, first: { capture: evil, frame: 1, time: evil },
    flow: { family: 4, src: evil, dst: evil, proto: 17, sport: 1, dport: 2 },
  });
  const text = renderText(report({
    result: "leak", classes: { leak: 1, undetermined: 2 }, undetermined: { cut: 2 }, findings: [bad, { ...bad, class: "undetermined", reason: "cut" }],
    node: { name: evil, path: evil }, policy: evil, wan: { devices: [evil], egressFrames: 3, ingressFrames: 0 },
    captures: [{ path: evil, linkType: evil, frames: 1, bytes: 1, truncated: false, undecodable: 0 }],
    diagnostics: [{ code: evil, severity: "warning", place: evil, fact: evil, consequence: evil }],
  }), { verbose: true });
  assert.not.match(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.not.match(text, /^x/m);
});

test("paint decides about colours, and without one there are none", () => {
  const styles = new Set<string>();
  const text = renderText(leakReport({ diagnostics: DIAGNOSTICS }), { paint: (style, words) => { styles.add(style); return words; }, verbose: true });
  assert.is(text, renderText(leakReport({ diagnostics: DIAGNOSTICS }), { verbose: true }));
  assert.equal([...styles].sort(), ["bad", "faint", "strong", "unsure"]);
});

test("no line ends in a blank", () => {
  assert.not.match(renderText(leakReport({ diagnostics: DIAGNOSTICS }), { verbose: true }), / $/m);
});

test("what the model has otherwise is told with both values, in the head where something graver leads", () => {
  const because = [{ station: "observed", text: "in OUTPUT: on br-client", at: "nflog-out.pcap" }, { station: "modelled", text: "on br-wan", at: "explain" }];
  const other = finding({ id: "model:device", class: "undetermined", known: null, because });
  const text = renderText(leakReport({ findings: [finding(), other], observed: { agreed: 7, untold: 1, disagreed: 5 } }), { verbose: true });
  assert.match(text, /^Besides, 5 packets went otherwise than the node's state says, so the state is not the one of those moments\.$/m);
  assert.match(text, /model:device: 5 frames, 450 bytes {2}claim containment/);
  assert.match(text, /seen and said: {2}observed: in OUTPUT: on br-client {2}\[nflog-out\.pcap\]/);
  assert.match(text, /of what NFLOG logged of the node's own packets 7 went as they say, 5 otherwise, 1 cannot be told/);
});

test.run();
