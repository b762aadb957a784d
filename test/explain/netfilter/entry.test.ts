import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../../src/explain/choices.js";
import { groundOf } from "../../../src/explain/fib.js";
import { attach, entryMarks, flowOf, track, translations } from "../../../src/explain/netfilter/entry.js";
import { wallsOf } from "../../../src/explain/netfilter/stages.js";
import { Transit } from "../../../src/explain/netfilter/transit.js";
import { packetOfJson } from "../../../src/explain/packet.js";
import { Reader } from "../../../src/explain/question.js";
import { Trail } from "../../../src/explain/trail.js";
import { CT_DIRECTION, CT_STATE, CT_STATUS, type Statement } from "../../../src/model/netfilter.js";
import { address, aNode } from "../../support/nodes.js";
import { transit, walled } from "../../support/walls.js";

function stateOf(words: string, node = aNode()): number | null {
  const made = transit(words, node);
  track(made);
  return made.untracked ? CT_STATE.untracked : (made.entry?.state ?? null);
}

const segment = (flags: string): string => `dst=192.0.2.1 iif=br-client proto=tcp tcpFlags=${flags}`;

test("of a flow without an entry S, A and PA begin one; SA, R, RA, F and FA do not", () => {
  assert.equal(["S", "A", "PA", "SA", "R", "RA", "F", "FA"].map((flags) => stateOf(segment(flags))), [CT_STATE.new, CT_STATE.new, CT_STATE.new, null, null, null, null, null]);
});

test("with nf_conntrack_tcp_loose 0 only S does", () => {
  const node = aNode({ sysctl: new Map([["net.netfilter.nf_conntrack_tcp_loose", "0"]]) });
  assert.equal(["S", "A"].map((flags) => stateOf(segment(flags), node)), [CT_STATE.new, null]);
});

test("requests begin a flow, replies and errors do not; neighbour discovery is left out", () => {
  assert.equal([8, 0, 3].map((type) => stateOf(`dst=192.0.2.1 proto=icmp icmpType=${type}`)), [CT_STATE.new, null, null]);
  assert.equal([128, 129, 1, 135, 143].map((type) => stateOf(`dst=2001:db8::1 proto=58 icmpType=${type}`)), [CT_STATE.new, null, null, CT_STATE.untracked, CT_STATE.untracked]);
});

test("the state that is given counts", () => {
  assert.equal(["established", "reply", "related", "invalid", "untracked"].map((ct) => stateOf(`dst=192.0.2.1 proto=udp ct=${ct}`)), [CT_STATE.established, CT_STATE.established, CT_STATE.related, null, CT_STATE.untracked]);
});

test("the reset of a REJECT and ICMP errors have their entry before any hook, other packets do not", () => {
  assert.equal([early("proto=tcp tcpFlags=RA ct=related"), early("proto=tcp tcpFlags=RA ct=reply"), early("proto=icmp icmpType=3 icmpCode=1 ct=related"), early("proto=icmp icmpType=0 ct=related")], [true, false, true, false]);
});

test("where no socket is there the entry is lost, which counts where rules stand before conntrack", () => {
  const raw = walled(["4 raw -A OUTPUT -j CT --notrack"]);
  const error = "proto=icmp icmpType=3 icmpCode=3 ct=related";
  assert.equal([early(error, raw), early(error, raw, [1]), early(error, aNode(), [1]), early(error.replace("Code=3", "Code=0"), raw, [1])], [true, false, true, true]);
});

function early(words: string, node = aNode(), script: readonly number[] = []): boolean {
  const made = transit(`origin=kernel dst=192.0.2.1 ${words}`, node, "output", new Choices(script));
  attach(made);
  return made.entry !== null;
}

test("an error of a flow goes the way of those whose receiver it has; where answers have one address on both ends, its sender tells", () => {
  const entry = (from: string, answerer: string, to: string): object => ({ original: { src: from, dst: "192.0.2.42", sport: 9, dport: 80 }, reply: { src: answerer, dst: to, sport: 80, dport: 9 } });
  const side = (src: string, dst: string, flow: object): number | null => {
    const asked = packetOfJson(JSON.stringify({ origin: "kernel", src, dst, proto: 1, icmpType: 3, icmpCode: 0, ct: "related", entry: flow }), "packet");
    if ("error" in asked) throw new Error(asked.error.fact);
    const { packet: { open, family, dst: to, src: from } } = asked;
    const reader = new Reader(groundOf(aNode(), []), open, family, new Choices());
    const made = new Transit(asked.packet, wallsOf(aNode().firewall)[family], new Trail(asked.packet), reader, { src: from, dst: to, mark: 0 });
    attach(made);
    return made.entry?.direction ?? null;
  };
  const [plain, masked, moved] = [entry("198.51.100.7", "192.0.2.42", "198.51.100.7"), entry("127.0.0.1", "192.0.2.42", "192.0.2.42"), entry("192.0.2.42", "10.1.1.1", "192.0.2.42")];
  const { original, reply } = CT_DIRECTION;
  assert.equal([side("10.1.1.1", "198.51.100.7", plain), side("198.51.100.7", "192.0.2.42", plain)], [reply, original]);
  assert.equal([side("127.0.0.1", "192.0.2.42", masked), side("192.0.2.42", "192.0.2.42", masked)], [original, reply]);
  assert.equal([side("192.0.2.42", "192.0.2.42", moved), side("10.2.2.2", "192.0.2.42", moved)], [reply, reply]);
});

test("marks of an unknown entry are those that rules set, or none", () => {
  const mark = (target: "mark" | "ctMark", value: number, markBits = 0): Statement => ({ kind: "mark", target, markBits, ctMarkBits: 0, value });
  assert.equal([entryMarks([mark("mark", 5)]), entryMarks([mark("ctMark", 1)]), entryMarks([mark("mark", 7), mark("ctMark", 0, 3)])], [[0], [0, 1], [0, 3]]);
});

test("the entry of a first packet is told with both directions, as translated", () => {
  const made = transit("dst=192.0.2.1 src=192.0.2.42 proto=udp sport=9 dport=53");
  track(made);
  made.dst = address("198.51.100.7");
  made.set("dport", 54);
  const flow = flowOf(made);
  assert.equal([flow?.original.dport, flow?.reply.sport, flow?.reply.src?.words[0], flow?.mark], [53, 54, 0xc6336407, 0]);
  assert.is(flow === null ? 0 : translations(flow), CT_STATUS.dnat);
});

test.run();
