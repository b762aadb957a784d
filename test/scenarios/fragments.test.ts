// A later fragment takes the class of its first, in either order.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { aNode, onDevice } from "../support/nodes.js";
import { fragment, raw, udp } from "../support/packets.js";
import { pcap } from "../support/pcapfile.js";
import { into, judged, judgedFile, out, SERVER, STRANGER } from "../support/wire.js";

const VPN = { dst: SERVER[4] };
const datagram = udp({ sport: 47558, dport: SERVER.port, payload: new Uint8Array(64) });
const head = { proto: 17, pack: (src: string, dst: string): Uint8Array => datagram.pack(src, dst).subarray(0, 32) };
const tail = raw(17, new Uint8Array(40));

async function classes(...frames: Parameters<typeof judged>[1]): Promise<readonly string[]> {
  return (await judged(aNode(), frames)).classes;
}

test("a later fragment after its first has the class of the first", async () => {
  assert.equal(await classes(out(head, { ...VPN, id: 9, more: true }), out(tail, { ...VPN, id: 9, offset: 32 })), ["fastd", "fastd"]);
});

test("a later fragment before its first has the class of the first", async () => {
  const { classes: told, report } = await judged(aNode(), [
    out(tail, { ...VPN, id: 9, offset: 32 }), out(udp({ sport: 1, dport: 9 })), out(head, { ...VPN, id: 9, more: true }),
  ]);
  assert.equal(told, ["fastd", "leak", "fastd"]);
  assert.is(report.classes.fastd, 2);
  assert.is(report.classes.undetermined, 0);
});

test("a later fragment whose first is never seen is undetermined", async () => {
  const { classes: told, report } = await judged(aNode(), [out(tail, { ...VPN, id: 9, offset: 32 })]);
  assert.equal(told, ["undetermined/fragment"]);
  assert.is(report.classes.undetermined, 1);
  assert.is(report.result, "undetermined");
});

test("another identification, address or protocol is another packet", async () => {
  const first = out(head, { ...VPN, id: 9, more: true });
  assert.equal(await classes(first, out(tail, { ...VPN, id: 10, offset: 32 })), ["fastd", "undetermined/fragment"]);
  assert.equal(await classes(first, out(tail, { dst: STRANGER[4], id: 9, offset: 32 })), ["fastd", "undetermined/fragment"]);
  assert.equal(await classes(first, out(raw(6, new Uint8Array(40)), { ...VPN, id: 9, offset: 32 })), ["fastd", "undetermined/fragment"]);
});

test("an identification is used again after a minute", async () => {
  assert.equal(await classes(
    out(head, { ...VPN, id: 9, more: true }), { bytes: out(tail, { ...VPN, id: 9, offset: 32 }), after: 61 },
  ), ["fastd", "undetermined/fragment"]);
});

test("a fragment that arrived says nothing of one that leaves", async () => {
  assert.equal(await classes(into(head, { id: 9, more: true }), out(tail, { dst: STRANGER[4], id: 9, offset: 32 })), ["in", "undetermined/fragment"]);
});

test("fragments of a leak are told as one flow with the port of the first", async () => {
  const leak = udp({ sport: 5000, dport: 123, payload: new Uint8Array(64) });
  const start = { proto: 17, pack: (src: string, dst: string): Uint8Array => leak.pack(src, dst).subarray(0, 32) };
  const { report } = await judged(aNode(), [out(tail, { id: 3, offset: 64 }), out(start, { id: 3, more: true }), out(tail, { id: 3, offset: 32, more: true })]);
  const leaks = report.findings.filter((finding) => finding.claim === "containment");
  assert.equal(leaks.map((finding) => [finding.id, finding.frames, finding.flow.sport]), [["leak:udp/123", 3, 5000]]);
});

test("a foreign source of a held fragment is told once its class is known", async () => {
  const node = aNode({ addresses: [onDevice("br-wan", "192.0.2.43/24")] });
  const { report } = await judged(node, [out(tail, { ...VPN, id: 9, offset: 32 }), out(head, { ...VPN, id: 9, more: true })]);
  const sources = report.findings.filter((finding) => finding.claim === "source");
  assert.equal(sources.map((finding) => [finding.class, finding.frames]), [["fastd", 2]]);
});

test("IPv6 fragments are told apart by addresses and identification, whatever header follows", async () => {
  const server = "2001:db8:9::11";
  const node = aNode({ fastd: { remotes: [{ host: { kind: "address", address: { family: 6, words: [0x20010db8, 0x00090000, 0, 0x11] } }, port: 10010, peer: null, at: "f" }], mark: 1, group: null, binds: [], missing: [], at: "f" } });
  const start = { proto: 17, pack: (src: string, dst: string): Uint8Array => datagram.pack(src, dst).subarray(0, 32) };
  const frames = [out(tail, { dst: server, extensions: [fragment({ id: 5, offset: 32 })] }), out(start, { dst: server, extensions: [fragment({ id: 5, more: true })] })];
  assert.equal((await judged(node, frames)).classes, ["fastd", "fastd"]);
});

test("five thousand fragments without a first are all undetermined, and in order", async () => {
  const frames = Array.from({ length: 5000 }, (_, id) => out(tail, { ...VPN, id, offset: 32 }));
  const { frames: told, report } = await judged(aNode(), frames);
  told.forEach((verdict, i) => { assert.is(verdict.frame, i + 1); });
  assert.ok(told.every((verdict) => verdict.class === "undetermined" && verdict.reason === "fragment"));
  assert.is(report.classes.undetermined, 5000);
});

test("a first fragment that is too short for its ports is undetermined with those that follow", async () => {
  const short = raw(6, new Uint8Array(8));
  assert.equal(await classes(out(short, { id: 4, more: true }), out(tail, { id: 4, offset: 8 })), ["undetermined/malformed", "undetermined/fragment"]);
});


// Found by the fuzz campaign: the largest time stood for "all of them" and was itself passed over.
test("a fragment held at the end of time is given up as well", async () => {
  const file = pcap([{ bytes: out(tail, { ...VPN, id: 9, offset: 32 }), seconds: 0xffffffff }]);
  const { classes: told, report } = await judgedFile(aNode(), file);
  assert.equal(told, ["undetermined/fragment"]);
  assert.is(report.classes.undetermined, 1);
});

test.run();
