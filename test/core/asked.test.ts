// Names asked of the WAN's resolvers: the VPN servers' and no others.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dnsAnswer, dnsQuery, overTcp } from "../support/messages.js";
import { aNode, fastd, remote } from "../support/nodes.js";
import { tcp, udp } from "../support/packets.js";
import { into, judged, out, ROUTER } from "../support/wire.js";

const NAME = "vpn.example.org";
const node = aNode({ fastd: fastd({ remotes: [remote(NAME, 10010, { family: 4, peer: "gw" })] }), sockets: [] });
const ask = (name: string, id = 1): Uint8Array => out(udp({ sport: 30000, dport: 53, payload: dnsQuery({ id, name }) }), { dst: ROUTER[4] });

async function found(frames: readonly Uint8Array[], on = node): Promise<string[]> {
  const { report } = await judged(on, frames);
  return report.findings.filter(({ claim }) => claim === "resolver").map(({ id, frames: count, what, first }) => `${id} ${count} ${first.frame} ${what}`);
}

test("a VPN server's name may be asked for, in any case and with a search suffix", async () => {
  assert.equal(await found([ask(NAME), ask("VPN.Example.ORG"), ask(`${NAME}.lan`)]), []);
});

test("any other name is a finding, with its first frame, and the run is violated", async () => {
  const [said, ...more] = await found([ask(NAME), ask("www.example.net"), ask("ntp.example.net"), ask("www.example.net")]);
  assert.equal(more, []);
  assert.match(said ?? "", /^resolver:name 3 2 The WAN's resolvers were asked for www\.example\.net, ntp\.example\.net:/);
  const { report, frames } = await judged(node, [ask("www.example.net")]);
  assert.is(report.result, "violated");
  assert.equal(frames.map(({ class: kind, claim }) => [kind, claim]), [["wan-dns", "resolver"]]);
});

test("a name that only begins or ends like a VPN server's is another name", async () => {
  assert.is((await found([ask(`x${NAME}`)])).length, 1);
  assert.is((await found([ask(`www.${NAME}`)])).length, 1);
  assert.is((await found([ask("vpn.example")])).length, 1);
});

test("what a VPN server's name is an alias of may be asked for", async () => {
  const answer = dnsAnswer({ id: 1, name: NAME, answers: [{ name: NAME, type: "CNAME", data: "gw.example.net" }] });
  const told = into(udp({ sport: 53, dport: 30000, payload: answer }), { src: ROUTER[4] });
  assert.equal(await found([ask(NAME), told, ask("gw.example.net", 2)]), []);
  assert.is((await found([ask(NAME), ask("gw.example.net", 2)])).length, 1);
});

test("questions over TCP are read", async () => {
  const question = (name: string): Uint8Array => out(tcp({ sport: 30001, dport: 53, flags: "PA", payload: overTcp(dnsQuery({ id: 3, name })) }), { dst: ROUTER[4] });
  assert.equal(await found([question(NAME)]), []);
  assert.is((await found([question("www.example.net")])).length, 1);
});

test("while the VPN's servers are not all known, no name is one that must not be asked for", async () => {
  assert.equal(await found([ask("www.example.net")], aNode({ fastd: null, sockets: [] })), []);
});

test("with servers given by address there is no name to ask for", async () => {
  const literal = aNode({ fastd: fastd({ remotes: [remote("203.0.113.11", 10010, { peer: "gw" })] }), sockets: [] });
  assert.is((await found([ask(NAME)], literal)).length, 1);
});

test("a question to somebody else's resolver is a leak, and no finding of this claim", async () => {
  assert.equal(await found([out(udp({ sport: 30000, dport: 53, payload: dnsQuery({ id: 1, name: "www.example.net" }) }))]), []);
});

test("a question in a later batch has its own frame number", async () => {
  const many = Array.from({ length: 3_000 }, () => ask(NAME));
  const [said] = await found([...many, ask("www.example.net")]);
  assert.match(said ?? "", /^resolver:name 1 3001 /);
});

test.run();
