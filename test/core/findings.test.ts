import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Node } from "../../src/model/node.js";
import { aNode, onDevice, prefix, route, rule, socket } from "../support/nodes.js";
import { arp, ethernet, icmp4, raw, tcp, udp } from "../support/packets.js";
import { into, judged, out, OWN, ROUTER, SERVER, STRANGER } from "../support/wire.js";

const ntp = (sport = 5000): Uint8Array => out(udp({ sport, dport: 123 }));

test("frames of one sender, destination and service are one finding, whatever their source port", async () => {
  const { report } = await judged(aNode(), [ntp(5000), ntp(5001), out(udp({ sport: 5000, dport: 124 })), out(udp({ sport: 5000, dport: 123 }), { dst: "203.0.113.98" })]);
  assert.equal(report.findings.map((finding) => [finding.id, finding.frames, finding.flow.dst]), [
    ["leak:udp/123", 2, STRANGER[4]], ["leak:udp/124", 1, STRANGER[4]], ["leak:udp/123", 1, "203.0.113.98"],
  ]);
});

test("bytes are original lengths, and the first frame is told with its time", async () => {
  const { report } = await judged(aNode(), [into(udp({ sport: 1, dport: 9 })), ntp(), ntp()]);
  const [finding] = report.findings;
  assert.is(finding?.bytes, 2 * ntp().length);
  assert.equal([finding?.first.frame, finding?.first.time], [2, "2023-11-14T22:13:20.001000000Z"]);
});

test("a protocol without ports and a frame without IP are named by number", async () => {
  const lldp = ethernet({ src: OWN.mac, dst: "01:80:c2:00:00:0e", type: 0x88cc, payload: new Uint8Array(46) });
  const { report } = await judged(aNode(), [out(raw(47, new Uint8Array(8))), out(raw(200, new Uint8Array(8))), lldp, out(icmp4({ type: 8 }))]);
  assert.equal(report.findings.map((finding) => finding.id), ["leak:gre", "leak:proto/200", "leak:ethertype/0x88cc", "leak:icmp/8"]);
});

test("leaks come first, then foreign sources, then what could not be judged", async () => {
  const foreign = out(udp({ sport: 47558, dport: SERVER.port }), { dst: SERVER[4], src: "10.187.0.1" });
  const { report } = await judged(aNode(), [out(tcp({ sport: 48000, dport: 80, flags: "A" })), foreign, ntp()]);
  assert.equal(report.findings.map((finding) => finding.id), ["leak:udp/123", "source:fastd", "undetermined:underWay:tcp/80"]);
});

test("a foreign source names the device whose address it is, and the late mark that makes it so", async () => {
  const { report } = await judged(aNode(), [out(udp({ sport: 47558, dport: SERVER.port }), { dst: SERVER[4], src: "10.187.0.1" })]);
  const [finding] = report.findings;
  assert.is(finding?.known, "W8");
  assert.match(finding?.because[0]?.text ?? "", /10\.187\.0\.1 is the address of local-node/);
  assert.is(report.result, "violated");
});

test("the sender of an ARP request is a source as well", async () => {
  const asks = (sender: string): Uint8Array => ethernet({ src: OWN.mac, dst: "ff:ff:ff:ff:ff:ff", type: 0x0806, payload: arp({ sender: [OWN.mac, sender], target: ["00:00:00:00:00:00", ROUTER[4]] }) });
  const { classes, report } = await judged(aNode(), [asks(OWN[4]), asks("0.0.0.0"), asks("10.187.0.1")]);
  assert.equal(classes, ["arp", "arp", "arp"]);
  assert.equal(report.findings.map((finding) => [finding.id, finding.frames]), [["source:arp", 1]]);
});

test("ARP that speaks for somebody else is a leak", async () => {
  const other = ethernet({ src: OWN.mac, dst: "ff:ff:ff:ff:ff:ff", type: 0x0806, payload: arp({ sender: ["02:00:00:00:00:77", OWN[4]], target: ["00:00:00:00:00:00", ROUTER[4]] }) });
  assert.equal((await judged(aNode(), [other])).classes, ["leak"]);
});

test("an IPv4 leak by the default route is W1, into the WAN's own prefix W3", async () => {
  const { report } = await judged(aNode(), [ntp(), out(udp({ sport: 5000, dport: 445 }), { dst: "192.0.2.7" })]);
  assert.equal(report.findings.map((finding) => finding.known), ["W1", "W3"]);
});

function withRules(...rules: Node["rules"][6]): Node {
  const base = aNode();
  const routes = base.routes[6].filter((candidate) => candidate.table !== 254);
  return { ...base, rules: { ...base.rules, 6: [...base.rules[6], ...rules] }, routes: { ...base.routes, 6: routes } };
}

test("netifd's rules are W2 where they catch what the mesh does not, W3 into the WAN's prefix", async () => {
  const packet = out(udp({ sport: 5000, dport: 123 }), { dst: STRANGER[6] });
  const w2 = await judged(withRules(rule({ priority: 90013, table: 1, iif: "lo" })), [packet]);
  assert.is(w2.report.findings[0]?.known, "W2");
  const w3 = await judged(withRules(rule({ priority: 20000, table: 1, to: prefix("2001:db8:9::/64") })), [packet]);
  assert.is(w3.report.findings[0]?.known, "W3");
});

test("an answer to nothing that arrived is W5", async () => {
  const { report } = await judged(aNode(), [into(udp({ sport: 1, dport: 9 })), { bytes: out(icmp4({ type: 0 })), after: 60 }]);
  assert.is(report.findings[0]?.known, "W5");
});

test("what only a marked packet can do is said to be so", async () => {
  const base = aNode();
  const node = { ...base, rules: { 4: base.rules[4], 6: base.rules[6] } };
  const { report } = await judged(node, [out(udp({ sport: 5000, dport: 123 }), { dst: STRANGER[6] })]);
  assert.is(report.findings[0]?.known, null);
  assert.match(report.findings[0]?.what ?? "", /with the VPN's mark/);
});

test("what the tables cannot explain is said to be so", async () => {
  const base = aNode();
  const node = { ...base, routes: { 4: [], 6: [route({ dev: "br-client" })] } };
  const { report } = await judged(node, [ntp()]);
  assert.match(report.findings[0]?.what ?? "", /would not send this out on the WAN/);
  assert.equal(report.findings[0]?.because, []);
});

test("a socket in ss.txt attributes its flow", async () => {
  const node = aNode({ sockets: [socket({ commands: ["ntpd"], uid: 123, local: { port: 5000 } })] });
  const { report } = await judged(node, [ntp(5000), out(udp({ sport: 6000, dport: 99 }))]);
  assert.equal(report.findings.map((finding) => finding.attributed), [{ mark: 0, uid: 123, gid: null }, { mark: null, uid: null, gid: null }]);
});

test("a time-wait socket has no owner to tell", async () => {
  const node = aNode({ sockets: [socket({ proto: 6, state: "TIME-WAIT", local: { port: 48000 }, peer: { port: 80 } })] });
  const { report } = await judged(node, [out(tcp({ sport: 48000, dport: 80, flags: "S" }))]);
  assert.is(report.findings[0]?.attributed.uid, null);
});

test("more different leaks than the memory holds are counted, and said", async () => {
  const frames = Array.from({ length: 6000 }, (_, i) => out(udp({ sport: 5000, dport: 1000 + (i % 40000) }), { dst: `203.0.${Math.floor(i / 200)}.${1 + (i % 200)}` }));
  const { report } = await judged(aNode(), frames);
  const told = report.findings.reduce((sum, finding) => sum + finding.frames, 0);
  assert.is(report.classes.leak, 6000);
  assert.ok(told < 6000 && told > 3000);
  assert.ok(report.diagnostics.some((d) => d.code === "WP2201" && d.fact.startsWith(String(6000 - told))));
  assert.is(report.result, "leak");
});

test("addresses of a port or an upper of the WAN belong there", async () => {
  const node = aNode({ addresses: [onDevice("eth1", "192.0.2.42/24")] });
  const { report } = await judged(node, [out(udp({ sport: 47558, dport: SERVER.port }), { dst: SERVER[4] })]);
  assert.is(report.result, "clean");
});

test.run();
