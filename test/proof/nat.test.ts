import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import { CT_STATUS, type Nat } from "../../src/model/netfilter.js";
import { equals, within } from "../../src/model/packet.js";
import { type Edge, FALSE, TRUE } from "../../src/proof/bdd.js";
import type { Surroundings } from "../../src/proof/conditions.js";
import type { State } from "../../src/proof/flow.js";
import { translate } from "../../src/proof/nat.js";
import { address, prefix } from "../support/nodes.js";
import { aroundFor, stateAt } from "./passing.js";

const STATUS = [equals<"ctStatus">("ctStatus", 0, CT_STATUS.dnat | CT_STATUS.snat)];
const around = aroundFor(STATUS);
const { space } = around, { bdd } = space;
const output = stateAt(space, { hook: "output", iif: 0, oif: 1 });

function to(kind: "dnat" | "snat", first: string | null, ports: Nat["ports"] = null, last = first, flags: readonly string[] = []): Nat {
  return { kind, to: first === null || last === null ? null : { first: address(first), last: address(last) }, ports, flags };
}

/** What becomes of whom, in words. */
function told(nat: Nat, state: State = output, by: Surroundings = around): [string, Edge][] {
  return translate(by, nat, state).map(({ when, end, state: { src, dst, sport, dport } }) => {
    const ends = `${src === null ? "-" : formatAddress(src)}:${sport} > ${dst === null ? "-" : formatAddress(dst)}:${dport}`;
    return [end === "accept" ? ends : typeof end === "string" ? end : end.unknown, when];
  });
}

test("a destination keeps its port where none is given", () => {
  assert.equal(told(to("dnat", "192.0.2.1")), [["-:initial > 192.0.2.1:initial", TRUE]]);
  assert.equal(told(to("dnat", "192.0.2.1", { first: 80, last: 80 })), [["-:initial > 192.0.2.1:80", TRUE]]);
  assert.equal(told(to("dnat", null, { first: 80, last: 80 })), [["-:initial > -:80", TRUE]]);
});

test("a source that changes may lose its port, one that stays does not", () => {
  const same = space.prefixSet("src", prefix("192.0.2.1/32"));
  assert.equal(told(to("snat", "192.0.2.1")), [["192.0.2.1:initial > -:initial", same], ["192.0.2.1:open > -:initial", bdd.not(same)]]);
  assert.equal(told(to("snat", "192.0.2.1", null, "192.0.2.1", ["random"])), [["192.0.2.1:open > -:initial", TRUE]]);
  assert.equal(told(to("snat", "192.0.2.1", { first: 2000, last: 2000 })), [["192.0.2.1:2000 > -:initial", TRUE]]);
});

test("a port in the range stays, another becomes the lowest of a destination, any of a source", () => {
  const inside = space.matchSet(within("dport", 80, 90)), ports = { first: 80, last: 90 };
  assert.equal(told(to("dnat", "192.0.2.1", ports)), [["-:initial > 192.0.2.1:initial", inside], ["-:initial > 192.0.2.1:80", bdd.not(inside)]]);
  assert.equal(told(to("dnat", "192.0.2.1", ports), { ...output, dport: 85 }), [["-:initial > 192.0.2.1:85", TRUE]]);
  assert.equal(told(to("snat", "192.0.2.1", ports), { ...output, sport: 7 }), [["192.0.2.1:open > -:initial", TRUE]]);
});

test("an address in the range stays, for another any of a small range is taken and none of a large one is told", () => {
  const net = space.prefixSet("dst", prefix("192.0.2.0/31")), range = to("dnat", "192.0.2.0", null, "192.0.2.1");
  assert.equal(told(range), [["-:initial > -:initial", net], ["-:initial > 192.0.2.0:initial", bdd.not(net)], ["-:initial > 192.0.2.1:initial", bdd.not(net)]]);
  assert.equal(told(to("dnat", "192.0.2.0", null, "192.0.2.15")).length, 17);
  assert.equal(told(to("dnat", "192.0.2.0", null, "192.0.2.16")).map(([text]) => text), ["-:initial > -:initial", "one of more than 16 addresses of a translation"]);
  assert.equal(told(range, { ...output, dst: address("192.0.2.1") }), [["-:initial > 192.0.2.1:initial", TRUE]]);
});

test("an IPv6 range is compared word by word", () => {
  const six = aroundFor([], [], {}, 6);
  const [kept] = translate(six, to("dnat", "2001:db8::ffff:ffff", null, "2001:db8::1:0:2"), stateAt(six.space, { hook: "prerouting", iif: 1, oif: 0 }));
  const inside = ["2001:db8::ffff:ffff/128", "2001:db8::1:0:0/127", "2001:db8::1:0:2/128"].map((text) => six.space.prefixSet("dst", prefix(text)));
  assert.is(kept?.when, six.space.bdd.any(inside));
});

test("the entry says that an end was translated where it was, and that it is settled everywhere", () => {
  const [only] = translate(around, to("dnat", "192.0.2.1"), output);
  assert.equal(only?.state.settled, { src: false, dst: true });
  const same = space.prefixSet("dst", prefix("192.0.2.1/32"));
  assert.is(only?.state.words.ctStatus[5], bdd.or(bdd.not(same), space.matchSet(equals("ctStatus", CT_STATUS.dnat, CT_STATUS.dnat))));
  assert.is(only?.state.words.ctStatus[4], output.words.ctStatus[4]);
});

test("redirect leads to the loopback in output, else to the device, of the destination's own scope", () => {
  const redirect: Nat = { kind: "redirect", ports: { first: 53, last: 53 }, flags: [] };
  assert.equal(told(redirect), [["-:initial > 127.0.0.1:53", TRUE]]);
  const four = { ...around, addressesOf: (device: number) => (device === 2 ? [address("2001:db8::2"), address("192.0.2.2")] : []) };
  assert.equal(told(redirect, { ...output, hook: "prerouting", iif: 2 }, four), [["-:initial > 192.0.2.2:53", TRUE]]);
  assert.equal(told(redirect, { ...output, hook: "prerouting", iif: 1 }, four), [["drop", TRUE]]);
  const six = aroundFor([], [], { addressesOf: () => [address("2001:db8::2"), address("fe80::2")] }, 6);
  const near = six.space.prefixSet("dst", prefix("fe80::/10"));
  const place = stateAt(six.space, { hook: "prerouting", iif: 1, oif: 0 });
  assert.equal(told(redirect, place, six), [["-:initial > fe80::2:53", near], ["-:initial > 2001:db8::2:53", six.space.bdd.not(near)]]);
});

test("masquerade takes what it is told, keeps, drops, or does not know", () => {
  const [a, b] = [space.matchSet(equals("dport", 1)), space.matchSet(equals("dport", 2))];
  const given = { ...around, masquerade: () => [{ when: a, to: null }, { when: b, to: { unknown: "two addresses" } }, { when: bdd.not(bdd.or(a, b)), to: "drop" as const }, { when: FALSE, to: null }] };
  assert.equal(told({ kind: "masquerade", ports: null, flags: [] }, output, given), [["-:initial > -:initial", a], ["two addresses", b], ["drop", bdd.not(bdd.or(a, b))]]);
});

test.run();
