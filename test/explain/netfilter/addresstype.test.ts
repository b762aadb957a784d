import { test } from "uvu";
import * as assert from "uvu/assert";
import { addressType } from "../../../src/explain/netfilter/addresstype.js";
import { ADDRESS_TYPE } from "../../../src/model/netfilter.js";
import { address, aNode, route, rule } from "../../support/nodes.js";
import { reader, routed } from "../../support/walks.js";

const typeOf = (text: string, node = aNode()): number => addressType(address(text), null, reader(node, { dst: text }));

test("IPv4 asks table local: own addresses are local, all that it does not know is unicast", () => {
  assert.equal(["192.0.2.42", "198.51.100.1", "224.0.0.1", "255.255.255.255", "0.0.0.0"].map((text) => typeOf(text)), [ADDRESS_TYPE.local, ADDRESS_TYPE.unicast, ADDRESS_TYPE.multicast, ADDRESS_TYPE.broadcast, ADDRESS_TYPE.broadcast]);
});

test("an error route of main does not make an IPv4 address anything but unicast", () => {
  assert.is(typeOf("198.51.100.1", routed([route({ family: 4, type: "unreachable" })])), ADDRESS_TYPE.unicast);
});

test("IPv6 makes a lookup: what has no route is unreachable", () => {
  assert.equal(["2001:db8:77:10::21", "2001:db8:9::1", "ff02::1", "::"].map((text) => typeOf(text)), [ADDRESS_TYPE.local, ADDRESS_TYPE.unicast, ADDRESS_TYPE.multicast, ADDRESS_TYPE.unspec]);
  assert.is(typeOf("2001:db8:9::1", routed([], [rule({})])), ADDRESS_TYPE.unreachable);
  assert.is(typeOf("2001:db8:9::1", routed([], [rule({ action: { kind: "prohibit" } })])), ADDRESS_TYPE.prohibit);
});

test.run();
