// Contract section 2, class `answer`: who spoke first.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { aNode } from "../support/nodes.js";
import { icmp4, icmp6, tcp, udp } from "../support/packets.js";
import { into, judged, out, OWN, packet, STRANGER } from "../support/wire.js";

const to = (dst: string): { dst: string } => ({ dst });
/** Later than any packet that a reply may have been caused by. */
const LATE = 100;
const first = into(udp({ sport: 1, dport: 9 }));

async function classes(...frames: Parameters<typeof judged>[1]): Promise<readonly string[]> {
  return (await judged(aNode(), frames)).classes;
}

test("a TCP flow opened from the WAN is answered, one opened here is a leak", async () => {
  assert.equal(await classes(
    into(tcp({ sport: 40000, dport: 22, flags: "S" })), out(tcp({ sport: 22, dport: 40000, flags: "SA" })),
    out(tcp({ sport: 48000, dport: 80, flags: "S" })), into(tcp({ sport: 80, dport: 48000, flags: "SA" })), out(tcp({ sport: 48000, dport: 80, flags: "A" })),
  ), ["in", "answer", "leak", "in", "leak"]);
});

test("a SYN from the WAN does not take over a flow that was opened here", async () => {
  assert.equal(await classes(
    out(tcp({ sport: 48000, dport: 80, flags: "S" })), into(tcp({ sport: 80, dport: 48000, flags: "S" })), out(tcp({ sport: 48000, dport: 80, flags: "AP" })),
  ), ["leak", "in", "leak"]);
});

test("a SYN without ACK from here is an opening, whatever came before", async () => {
  assert.equal(await classes(into(tcp({ sport: 80, dport: 48000, flags: "S" })), out(tcp({ sport: 48000, dport: 80, flags: "S" }))), ["in", "leak"]);
});

test("a flow whose SYN was not seen is under way: an answer where its port listens, else undetermined", async () => {
  assert.equal(await classes(
    into(tcp({ sport: 40000, dport: 22, flags: "A" })), out(tcp({ sport: 22, dport: 40000, flags: "A" })),
    out(tcp({ sport: 48000, dport: 80, flags: "A" })),
  ), ["in", "answer", "undetermined/underWay"]);
});

test("the refusal of a segment is an answer, a socket that gives up its own connection is not", async () => {
  const refused = tcp({ sport: 8080, dport: 40000, flags: "R", seq: 777 });
  assert.equal(await classes(into(tcp({ sport: 40000, dport: 8080, flags: "A", seq: 5, ack: 777 })), out(refused)), ["in", "answer"]);
  const wrong = tcp({ sport: 8080, dport: 40000, flags: "R", seq: 778 });
  assert.equal(await classes(into(tcp({ sport: 40000, dport: 8080, flags: "A", seq: 5, ack: 777 })), out(wrong)), ["in", "undetermined/underWay"]);
  const toSyn = tcp({ sport: 8080, dport: 40000, flags: "RA", seq: 0, ack: 6 });
  assert.equal(await classes(into(tcp({ sport: 40000, dport: 8080, flags: "S", seq: 5 })), out(toSyn)), ["in", "answer"]);
});

test("what belongs to a flow opened here stays a leak to its last segment", async () => {
  assert.equal(await classes(
    out(tcp({ sport: 48000, dport: 80, flags: "S" })), into(tcp({ sport: 80, dport: 48000, flags: "SA", ack: 9 })),
    out(tcp({ sport: 48000, dport: 80, flags: "FA" })), into(tcp({ sport: 80, dport: 48000, flags: "FA", ack: 11 })), out(tcp({ sport: 48000, dport: 80, flags: "A" })),
    out(tcp({ sport: 48000, dport: 80, flags: "R", seq: 11 })),
  ), ["leak", "in", "leak", "in", "leak", "leak"]);
});

test("a port that is used again from outside is a new flow once the old one has closed", async () => {
  assert.equal(await classes(
    out(tcp({ sport: 22, dport: 40000, flags: "S" })), out(tcp({ sport: 22, dport: 40000, flags: "R" })),
    into(tcp({ sport: 40000, dport: 22, flags: "S" })), out(tcp({ sport: 22, dport: 40000, flags: "SA" })),
  ), ["leak", "leak", "in", "answer"]);
});

test("UDP to a listener was opened outside", async () => {
  assert.equal(await classes(into(udp({ sport: 5000, dport: 53 })), out(udp({ sport: 53, dport: 5000 }))), ["in", "answer"]);
});

test("UDP to a port that does not listen is under way", async () => {
  assert.equal(await classes(into(udp({ sport: 123, dport: 51000 })), out(udp({ sport: 51000, dport: 123 }))), ["in", "undetermined/underWay"]);
});

test("UDP that leaves first was opened here, and its replies do not change that", async () => {
  assert.equal(await classes(
    out(udp({ sport: 51000, dport: 123 })), into(udp({ sport: 123, dport: 51000 })), out(udp({ sport: 51000, dport: 123 })),
  ), ["leak", "in", "leak"]);
});

test("without ss.txt the local port range tells: below it UDP was opened outside, within it the flow is under way", async () => {
  const node = aNode({ sockets: null });
  const frames = [
    into(udp({ sport: 5000, dport: 1001 })), out(udp({ sport: 1001, dport: 5000 })), into(udp({ sport: 5000, dport: 40000 })), out(udp({ sport: 40000, dport: 5000 })),
  ];
  assert.equal((await judged(node, frames)).classes, ["in", "answer", "in", "undetermined/underWay"]);
  const narrow = aNode({ sockets: null, sysctl: new Map([["net.ipv4.ip_local_port_range", "1000\t2000"]]) });
  assert.equal((await judged(narrow, frames)).classes, ["in", "undetermined/underWay", "in", "answer"]);
});

test("a UDP flow that was silent for three minutes starts anew", async () => {
  assert.equal(await classes(
    into(udp({ sport: 5000, dport: 53 })), { bytes: out(udp({ sport: 53, dport: 5000 })), after: 180 }, { bytes: out(udp({ sport: 53, dport: 5000 })), after: 361 },
  ), ["in", "answer", "leak"]);
});

test("a listener bound to a device that is no WAN does not listen there", async () => {
  const node = aNode();
  const bound = aNode({ sockets: (node.sockets ?? []).map((socket) => ({ ...socket, local: { ...socket.local, dev: "br-client" } })) });
  assert.equal((await judged(bound, [into(udp({ sport: 5000, dport: 53 })), out(udp({ sport: 53, dport: 5000 }))])).classes, ["in", "undetermined/underWay"]);
});

test("a multicast question is answered from the node's own address", async () => {
  const question = into(udp({ sport: 1001, dport: 53 }), { dst: "224.0.0.251", to: "01:00:5e:00:00:fb" });
  assert.equal(await classes(question, out(udp({ sport: 53, dport: 1001 }))), ["in", "answer"]);
  const broadcast = into(udp({ sport: 1002, dport: 53 }), { dst: "192.0.2.255", to: "ff:ff:ff:ff:ff:ff" });
  assert.equal(await classes(broadcast, out(udp({ sport: 53, dport: 1002 }))), ["in", "answer"]);
});

const echo = (type: number, id: number, sequence: number): ReturnType<typeof icmp4> => icmp4({ type, rest: [id >> 8, id & 255, sequence >> 8, sequence & 255] });

test("an echo reply answers a request with its identifier and sequence, and no other", async () => {
  assert.equal(await classes(
    into(echo(8, 7, 1)), out(echo(0, 7, 1)), { bytes: out(echo(0, 7, 2)), after: LATE }, { bytes: out(echo(0, 8, 1)), after: LATE },
  ), ["in", "answer", "leak", "leak"]);
});

test("an echo request from here is a leak", async () => {
  assert.equal(await classes(out(echo(8, 7, 1)), into(echo(0, 7, 1))), ["leak", "in"]);
});

test("a reply to a request that may have come before the capture began is undetermined", async () => {
  assert.equal(await classes(first, out(echo(0, 7, 1)), { bytes: out(echo(0, 7, 2)), after: 6 }), ["in", "undetermined/trigger", "leak"]);
});

test("in a capture of one direction a reply is undetermined as long as nothing has arrived", async () => {
  assert.equal(await classes(out(echo(0, 7, 1)), { bytes: out(echo(0, 7, 2)), after: LATE }), ["undetermined/trigger", "undetermined/trigger"]);
});

test("IPv6 pings are told apart the same way", async () => {
  const echo6 = (type: number, sequence: number): ReturnType<typeof icmp6> => icmp6({ type, rest: [0, 7, 0, sequence] });
  assert.equal(await classes(
    into(echo6(128, 1), { src: STRANGER[6] }), out(echo6(129, 1), to(STRANGER[6])), { bytes: out(echo6(129, 2), to(STRANGER[6])), after: LATE },
  ), ["in", "answer", "leak"]);
});

/** An ICMP error that quotes this packet: its header and eight bytes, as RFC 792 asks. */
const unreachable = (quoted: Uint8Array): ReturnType<typeof icmp4> => icmp4({ type: 3, code: 3, payload: quoted.subarray(0, 28) });

test("an ICMP error is an answer when the packet it quotes arrived, whoever opened the flow", async () => {
  const reply = udp({ sport: 123, dport: 51000 });
  const quoted = packet(STRANGER[4], OWN[4], reply);
  assert.equal(await classes(out(udp({ sport: 51000, dport: 123 })), into(reply), out(unreachable(quoted))), ["leak", "in", "answer"]);
});

test("an ICMP error whose quoted packet never arrived on the WAN is a leak", async () => {
  const quoted = packet(STRANGER[4], OWN[4], udp({ sport: 123, dport: 51000 }));
  assert.equal(await classes(first, { bytes: out(unreachable(quoted)), after: LATE }), ["in", "leak"]);
});

test("an ICMP error to somebody else than the sender of what it quotes is a leak", async () => {
  const arrived = udp({ sport: 123, dport: 51000 });
  const quoted = packet(STRANGER[4], OWN[4], arrived);
  assert.equal(await classes(into(arrived), out(unreachable(quoted), to("203.0.113.98"))), ["in", "leak"]);
});

test("an ICMP error may quote eight bytes of a TCP segment or an echo request", async () => {
  const segment = tcp({ sport: 40000, dport: 81, flags: "S" });
  assert.equal(await classes(into(segment), out(unreachable(packet(STRANGER[4], OWN[4], segment)))), ["in", "answer"]);
  assert.equal(await classes(into(echo(8, 7, 1)), out(unreachable(packet(STRANGER[4], OWN[4], echo(8, 7, 1))))), ["in", "answer"]);
});

test("an ICMP error may quote a protocol without ports", async () => {
  const gre = { proto: 47, pack: () => new Uint8Array(16) };
  assert.equal(await classes(into(gre), out(icmp4({ type: 3, code: 2, payload: packet(STRANGER[4], OWN[4], gre) }))), ["in", "answer"]);
});

test("an ICMPv6 redirect is an answer when it tells of a packet that arrived", async () => {
  const arrived = udp({ sport: 5000, dport: 9 });
  const quoted = packet(STRANGER[6], "2001:db8:77:10::77", arrived);
  const option = Uint8Array.from([4, Math.ceil((quoted.length + 8) / 8), 0, 0, 0, 0, 0, 0, ...quoted]);
  const redirect = (bytes: Uint8Array): ReturnType<typeof icmp6> => icmp6({ type: 137, payload: Uint8Array.from([...new Uint8Array(32), ...bytes]) });
  const sent = { src: OWN.link, dst: STRANGER[6], ttl: 255 };
  assert.equal(await classes(into(arrived, { src: STRANGER[6], dst: "2001:db8:77:10::77" }), out(redirect(option), sent)), ["in", "answer"]);
  assert.equal(await classes(first, { bytes: out(redirect(option), sent), after: LATE }), ["in", "leak"]);
  assert.equal(await classes(into(arrived, { src: STRANGER[6] }), out(redirect(new Uint8Array(0)), sent)), ["in", "leak"]);
});

test("to the letter of Gluon's document an answer is a leak", async () => {
  const { classes: letter } = await judged(aNode(), [into(udp({ sport: 5000, dport: 53 })), out(udp({ sport: 53, dport: 5000 }))], { policy: "gluon-letter" });
  assert.equal(letter, ["in", "leak"]);
});

test.run();
