import { test } from "uvu";
import * as assert from "uvu/assert";
import { track } from "../../../src/explain/netfilter/entry.js";
import { translate } from "../../../src/explain/netfilter/nat.js";
import type { Transit } from "../../../src/explain/netfilter/transit.js";
import { formatAddress } from "../../../src/model/address.js";
import { CT_STATUS, type Hook, type Nat } from "../../../src/model/netfilter.js";
import { address, aNode, link, onDevice } from "../../support/nodes.js";
import { transit } from "../../support/walls.js";

const range = (first: string, last = first): { first: ReturnType<typeof address>; last: ReturnType<typeof address> } => ({ first: address(first), last: address(last) });
const ports = (first: number, last = first): { first: number; last: number } => ({ first, last });

function done(nat: Nat, words: string, hook: Hook = "output", devices: Partial<Transit> = {}): Transit {
  const made = Object.assign(transit(words, aNode({ addresses: [...aNode().addresses, onDevice("br-wan", "203.0.113.77/24")] }), hook), devices);
  track(made);
  translate(nat, made);
  return made;
}

const ends = ({ src, dst, reader: { open } }: Transit): string => `${src === null ? "?" : formatAddress(src)}:${open.get("sport") ?? ""}>${formatAddress(dst)}:${open.get("dport") ?? ""}`;
const PACKET = "dst=198.51.100.7 src=192.0.2.42 proto=udp sport=9 dport=53";

test("DNAT gives an address, or a port, or both", () => {
  assert.is(ends(done({ kind: "dnat", to: range("192.0.2.9"), ports: null, flags: [] }, PACKET)), "192.0.2.42:9>192.0.2.9:53");
  assert.is(ends(done({ kind: "dnat", to: null, ports: ports(54), flags: [] }, PACKET)), "192.0.2.42:9>198.51.100.7:54");
});

test("what lies in the range stays; a destination port takes the lowest of others, a source port is not told", () => {
  assert.is(ends(done({ kind: "dnat", to: range("198.51.100.0", "198.51.100.9"), ports: ports(50, 60), flags: [] }, PACKET)), "192.0.2.42:9>198.51.100.7:53");
  assert.is(ends(done({ kind: "dnat", to: null, ports: ports(100, 200), flags: [] }, PACKET)), "192.0.2.42:9>198.51.100.7:100");
  assert.not(done({ kind: "snat", to: range("192.0.2.9"), ports: ports(100, 200), flags: [] }, PACKET, "postrouting").portKept);
  assert.not(done({ kind: "snat", to: range("192.0.2.9"), ports: null, flags: [] }, PACKET, "postrouting").portKept);
  assert.ok(done({ kind: "snat", to: range("192.0.2.42"), ports: null, flags: [] }, PACKET, "postrouting").portKept);
});

test("each address of a small range is a case", () => {
  const made = done({ kind: "dnat", to: range("192.0.2.254", "192.0.3.1"), ports: null, flags: [] }, PACKET);
  assert.equal([...made.reader.choices.conditions().values()][0]?.options.map(({ text }) => text), ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"]);
});

test("the entry knows what was translated, and is asked about once", () => {
  const made = done({ kind: "dnat", to: range("192.0.2.9"), ports: null, flags: [] }, PACKET);
  assert.equal([made.entry?.status, made.entry?.settled], [CT_STATUS.dnat, { src: false, dst: true }]);
  assert.is(done({ kind: "dnat", to: range("198.51.100.7"), ports: null, flags: [] }, PACKET).entry?.status, 0);
});

test("REDIRECT leads to the loopback in OUTPUT, else to the first address of the device it came in on", () => {
  const redirect: Nat = { kind: "redirect", ports: ports(54), flags: [] };
  assert.is(ends(done(redirect, PACKET)), "192.0.2.42:9>127.0.0.1:54");
  assert.is(ends(done(redirect, "dst=2001:db8::1 src=2001:db8::2 proto=udp sport=9 dport=53")), "2001:db8::2:9>::1:54");
  assert.is(ends(done(redirect, `${PACKET} iif=br-wan`, "prerouting", { iif: "br-wan" })), "192.0.2.42:9>192.0.2.42:54");
});

test("MASQUERADE takes an address of the output device, better one in whose network the next hop lies", () => {
  const masquerade: Nat = { kind: "masquerade", ports: null, flags: [] };
  const from = (dst: string, src: string): string => ends(done(masquerade, `dst=${dst} src=${src}`, "postrouting", { oif: "br-wan" })).split(":>")[0] ?? "";
  assert.equal([from("198.51.100.7", "10.187.0.1"), from("203.0.113.5", "10.187.0.1")], ["192.0.2.42", "203.0.113.77"]);
});

test("where there is no address the packet is dropped, and without an entry the rule is left", () => {
  const bare = transit(`${PACKET} iif=eth1`, aNode({ links: [link({ name: "lo" }), link({ name: "eth1" })] }), "prerouting");
  bare.iif = "eth1";
  assert.is(translate({ kind: "redirect", ports: null, flags: [] }, bare).kind, "left");
  track(bare);
  assert.is(translate({ kind: "redirect", ports: null, flags: [] }, bare).kind, "drop");
});

test.run();
