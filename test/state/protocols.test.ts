import { test } from "uvu";
import * as assert from "uvu/assert";
import { dscpNumber, icmpCode, icmpType, icmpxCode, protocolNumber, rejectCode } from "../../src/state/protocols.js";

test("protocols go by any of their names or by number", () => {
  assert.equal(["tcp", "UDP", "ipv6-icmp", "icmpv6", "47", 200].map(protocolNumber), [6, 17, 58, 58, 47, 200]);
  assert.equal(["nonesuch", "256", 256, null, undefined, "constructor"].map(protocolNumber), [null, null, null, null, null, null]);
});

test("ICMP names belong to their family", () => {
  assert.equal([icmpType(4, "echo-request"), icmpType(6, "echo-request"), icmpType(4, "redirect"), icmpType(6, "nd-redirect"), icmpType(6, 143), icmpType(4, "nd-redirect")], [8, 128, 5, 137, 143, null]);
  assert.equal([icmpCode(4, "port-unreachable"), icmpCode(6, "port-unreachable"), icmpCode(6, "no-route"), icmpCode(4, "no-route"), icmpCode(4, 9)], [3, 4, 0, null, 9]);
});

test("icmpx is a code of each family", () => {
  assert.equal([icmpxCode("admin-prohibited"), icmpxCode("nonesuch")], [{ 4: 13, 6: 1 }, null]);
});

test("kinds of REJECT are codes", () => {
  assert.equal(["icmp-port-unreachable", "icmp-host-prohibited", "icmp6-no-route", "icmp6-port-unreachable", "tcp-reset"].map(rejectCode), [3, 10, 0, 4, null]);
});

test("DSCP classes are six bits", () => {
  assert.equal(["ef", "EF", "af11", "cs7", "le", 63, "0x0a", 64, "x"].map(dscpNumber), [46, 46, 10, 56, 1, 63, 10, null, null]);
});

test.run();
