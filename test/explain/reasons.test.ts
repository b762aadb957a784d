import { test } from "uvu";
import * as assert from "uvu/assert";
import { hex, reasonOf } from "../../src/explain/reasons.js";
import { equals, type Match, within } from "../../src/model/packet.js";
import type { FibRule } from "../../src/model/node.js";
import { aNode, prefix, rule } from "../support/nodes.js";
import { type Asked, question, reader } from "../support/walks.js";

const why = (match: Match, asked: Asked, parts: Partial<FibRule> = {}): string => reasonOf(match, { ...rule({}), ...parts }, question(asked), reader(aNode(), asked));

test("what the packet has, and what the rule wants", () => {
  const asked = { dst: "2001:db8::1", src: "2001:db8::2", uid: 5 };
  assert.is(why(equals("mark", 1), asked), "mark is 0, not 0x1");
  assert.is(why(equals("mark", 0, 1), { ...asked, mark: 3 }), "mark is 0x3, not 0/0x1");
  assert.is(why(within("uid", 10, 20), asked), "uid is 5, not in 10-20");
  assert.is(why(equals("dport", 53), asked), "dport is 0, not 53");
  assert.is(why(equals("tos", 0x10, 0x1c), asked), "tos is 0, not 0x10/0x1c");
  assert.is(why(equals("src0", 0), asked, { from: prefix("2001:db8::/48") }), "source 2001:db8::2 is not in 2001:db8::/48");
});

test("devices are told by name", () => {
  assert.is(why(equals("iif", 1), { dst: "2001:db8::1", iif: "br-client" }, { iif: "lo" }), "it came in on br-client, not from the node itself");
  assert.is(why(equals("oif", 3), { dst: "2001:db8::1", oif: "br-client" }, { oif: "br-wan" }), "it is bound to br-client, not br-wan");
  assert.is(why(equals("iif", 0xffffffff), { dst: "2001:db8::1" }), "the rule names a device that does not exist");
});

test("zero is printed without 0x, as iproute2 does", () => {
  assert.equal([hex(0), hex(255)], ["0", "0xff"]);
});

test.run();
