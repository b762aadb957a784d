// Remotes by name: what captured DNS answers give them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { aNode, fastd, remote, socket } from "../support/nodes.js";
import { dnsAnswer, dnsQuery, overTcp } from "../support/messages.js";
import { tcp, udp } from "../support/packets.js";
import { into, judged, out, ROUTER } from "../support/wire.js";

const NAME = "vpn.example.org";
const named = { fastd: fastd({ remotes: [remote(NAME, 10010, { family: 4, peer: "gw" })] }), sockets: [] };
const node = aNode(named);
const upstream = { dst: ROUTER[4] };
const ask = (id = 1, name = NAME): Uint8Array => out(udp({ sport: 30000, dport: 53, payload: dnsQuery({ id, name }) }), upstream);
const tell = (id: number, answers: NonNullable<Parameters<typeof dnsAnswer>[0]["answers"]>, name = NAME): Uint8Array =>
  into(udp({ sport: 53, dport: 30000, payload: dnsAnswer({ id, name, answers }) }), { src: ROUTER[4] });
const vpn = (dst: string, port = 10010): Uint8Array => out(udp({ sport: 47558, dport: port }), { dst });
const a = (data: string, name = NAME): { name: string; type: "A"; data: string } => ({ name, type: "A", data });

test("a name resolved in the capture makes its address the VPN's, before and after the answer", async () => {
  const { classes } = await judged(node, [vpn("203.0.113.5"), ask(), tell(1, [a("203.0.113.5")]), vpn("203.0.113.5")]);
  assert.equal(classes, ["fastd", "wan-dns", "in", "fastd"]);
});

test("once the name is resolved, its port elsewhere is a leak", async () => {
  const { classes } = await judged(node, [ask(), tell(1, [a("203.0.113.5")]), vpn("203.0.113.6")]);
  assert.equal(classes, ["wan-dns", "in", "leak"]);
});

test("a name that was never seen resolved makes its port undetermined, never a leak and never the VPN", async () => {
  const { classes, report } = await judged(node, [vpn("203.0.113.5"), vpn("203.0.113.5", 10011)]);
  assert.equal(classes, ["undetermined/name", "leak"]);
  assert.ok(report.diagnostics.some((d) => d.code === "WP3004" && d.fact.includes(NAME)));
});

test("names are compared without case, and aliases are followed", async () => {
  const answers = [{ name: NAME, type: "CNAME" as const, data: "gw.example.net" }, a("203.0.113.5", "gw.example.net")];
  const { classes } = await judged(node, [ask(1, "VPN.Example.ORG"), tell(1, answers, "VPN.Example.ORG"), vpn("203.0.113.5")]);
  assert.equal(classes, ["wan-dns", "in", "fastd"]);
});

test("an answer to no question of the node resolves nothing", async () => {
  const { classes } = await judged(node, [tell(1, [a("203.0.113.5")]), vpn("203.0.113.5")]);
  assert.equal(classes, ["in", "undetermined/name"]);
  const other = await judged(node, [ask(1), tell(2, [a("203.0.113.5")]), vpn("203.0.113.5")]);
  assert.equal(other.classes, ["wan-dns", "in", "undetermined/name"]);
});

test("a question that arrived on the WAN and the node's answer to it resolve nothing", async () => {
  const asked = into(udp({ sport: 30000, dport: 53, payload: dnsQuery({ id: 1, name: NAME }) }));
  const answered = out(udp({ sport: 53, dport: 30000, payload: dnsAnswer({ id: 1, name: NAME, answers: [a("203.0.113.5")] }) }));
  const { classes } = await judged(node, [asked, answered, vpn("203.0.113.5")]);
  assert.is(classes[2], "undetermined/name");
});

test("an answer over TCP counts", async () => {
  const frames = [
    out(tcp({ sport: 30001, dport: 53, flags: "S" }), upstream),
    out(tcp({ sport: 30001, dport: 53, flags: "PA", payload: overTcp(dnsQuery({ id: 3, name: NAME })) }), upstream),
    into(tcp({ sport: 53, dport: 30001, flags: "PA", payload: overTcp(dnsAnswer({ id: 3, name: NAME, answers: [a("203.0.113.5")] })) }), { src: ROUTER[4] }),
    vpn("203.0.113.5"),
  ];
  assert.equal((await judged(node, frames)).classes, ["wan-dns", "wan-dns", "in", "fastd"]);
});

test("fastd's own socket shows the VPN where the name does not", async () => {
  const own = aNode({ ...named, sockets: [socket({ commands: ["fastd"], local: { port: 47558 } })] });
  assert.equal((await judged(own, [vpn("203.0.113.5")])).classes, ["fastd"]);
});

test("an answer that the capture cut resolves nothing for good", async () => {
  const whole = [ask(), tell(1, [a("203.0.113.5"), a("203.0.113.6")]), vpn("203.0.113.6"), vpn("203.0.113.7")];
  const answer = whole[1]?.length ?? 0;
  const { classes } = await judged(node, whole, { pcap: { snaplen: answer - 16 } });
  assert.equal(classes.slice(2), ["undetermined/name", "undetermined/name"]);
});

test.run();
