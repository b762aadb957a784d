import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Statement } from "../../src/model/netfilter.js";
import { targetStatement } from "../../src/state/iptablestargets.js";
import { clauses, words } from "../../src/state/iptableswords.js";

function statement(text: string, family: 4 | 6 = 4): Statement | null {
  const line = `-j ${text}`;
  const target = clauses(words(line) ?? [], line)?.target;
  if (target === undefined || target === null) throw new Error(text);
  return targetStatement(target, family);
}
const marks = (text: string): string => {
  const read = statement(text);
  const hex = (value: number): string => value.toString(16);
  return read?.kind === "mark" ? `${read.target} = mark&${hex(read.markBits)} ^ ct&${hex(read.ctMarkBits)} ^ ${hex(read.value)}` : String(read?.kind);
};
const addresses = (text: string, family: 4 | 6 = 4): unknown => {
  const read = statement(text, family);
  if (read?.kind !== "dnat" && read?.kind !== "snat") return null;
  return [read.to === null ? null : [read.to.first.words[family === 4 ? 0 : 3], read.to.last.words[family === 4 ? 0 : 3]], read.ports === null ? null : [read.ports.first, read.ports.last], ...read.flags];
};

test("verdicts are themselves", () => {
  assert.equal(["ACCEPT", "DROP", "RETURN"].map((name) => statement(name)), [{ kind: "accept" }, { kind: "drop" }, { kind: "return" }]);
  assert.is(statement("ACCEPT --x"), null);
});

test("REJECT tells the sender by its family's default, by the named code, or by a reset", () => {
  assert.equal(statement("REJECT"), { kind: "reject", reset: false, code: { 4: 3, 6: 3 } });
  assert.equal(statement("REJECT", 6), { kind: "reject", reset: false, code: { 4: 4, 6: 4 } });
  assert.equal(statement("REJECT --reject-with icmp-admin-prohibited"), { kind: "reject", reset: false, code: { 4: 13, 6: 13 } });
  assert.equal(statement("REJECT --reject-with icmp6-adm-prohibited", 6), { kind: "reject", reset: false, code: { 4: 1, 6: 1 } });
  assert.equal(statement("REJECT --reject-with tcp-reset"), { kind: "reject", reset: true, code: { 4: 0, 6: 0 } });
  assert.is(statement("REJECT --reject-with nonesuch"), null);
});

test("every form of MARK is one of masks and a value", () => {
  assert.is(marks("MARK --set-xmark 0x1/0xffffffff"), "mark = mark&0 ^ ct&0 ^ 1");
  assert.is(marks("MARK --set-xmark 0x2/0xf"), "mark = mark&fffffff0 ^ ct&0 ^ 2");
  assert.is(marks("MARK --set-xmark 0xf0/0x0"), "mark = mark&ffffffff ^ ct&0 ^ f0");
  assert.is(marks("MARK --set-mark 0x10/0xf"), "mark = mark&ffffffe0 ^ ct&0 ^ 10");
  assert.is(marks("MARK --and-mark 0xf0"), "mark = mark&f0 ^ ct&0 ^ 0");
  assert.is(marks("MARK --or-mark 0xf0"), "mark = mark&ffffff0f ^ ct&0 ^ f0");
  assert.is(marks("MARK --xor-mark 0x3"), "mark = mark&ffffffff ^ ct&0 ^ 3");
});

test("CONNMARK sets, saves and restores under its masks", () => {
  assert.is(marks("CONNMARK --set-xmark 0x5/0x6"), "ctMark = mark&0 ^ ct&fffffff9 ^ 5");
  assert.is(marks("CONNMARK --save-mark"), "ctMark = mark&ffffffff ^ ct&0 ^ 0");
  assert.is(marks("CONNMARK --save-mark --nfmask 0xff --ctmask 0xf"), "ctMark = mark&ff ^ ct&fffffff0 ^ 0");
  assert.is(marks("CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff"), "mark = mark&ffffff00 ^ ct&ff ^ 0");
  assert.is(marks("CONNMARK --restore-mark --mask 0x1"), "mark = mark&fffffffe ^ ct&1 ^ 0");
  assert.is(statement("CONNMARK --restore-mark --left-shift-mark 8"), null);
});

test("translations have addresses, ports, or both", () => {
  assert.equal(addresses("DNAT --to-destination 1.2.3.4-1.2.3.9:5-9 --random"), [[0x01020304, 0x01020309], [5, 9], "random"]);
  assert.equal(addresses("DNAT --to-destination :54"), [null, [54, 54]]);
  assert.equal(addresses("SNAT --to-source 1.2.3.4 --persistent"), [[0x01020304, 0x01020304], null, "persistent"]);
  assert.equal(addresses("DNAT --to-destination [::1]:54", 6), [[1, 1], [54, 54]]);
  assert.equal(addresses("DNAT --to-destination [::1-::5]:7-9", 6), [[1, 5], [7, 9]]);
  assert.equal(addresses("DNAT --to-destination ::1-::5", 6), [[1, 5], null]);
  assert.equal(addresses("DNAT --to-destination :54", 6), [null, [54, 54]]);
  assert.equal(statement("MASQUERADE --to-ports 100-200 --random"), { kind: "masquerade", ports: { first: 100, last: 200 }, flags: ["random"] });
  assert.equal(statement("REDIRECT"), { kind: "redirect", ports: null, flags: [] });
});

test("a translation that cannot be read is none", () => {
  for (const text of ["DNAT", "DNAT --to-destination 1.2.3.4:1-5/3", "DNAT --to-destination x", "DNAT --to-destination 1.2.3.4 --to-destination 1.2.3.5", "NETMAP --to 10.0.0.0/8"]) assert.is(statement(text), null, text);
});

test("header fields are set under a mask", () => {
  assert.equal(statement("TOS --set-tos 0x10/0x3f"), { kind: "field", field: "tos", mask: 0x3f, value: 0x10 });
  assert.equal(statement("DSCP --set-dscp 0x05"), { kind: "field", field: "tos", mask: 0xfc, value: 0x14 });
  assert.equal(statement("TTL --ttl-set 5"), { kind: "field", field: "hopLimit", mask: 0xff, value: 5 });
  assert.is(statement("TTL --ttl-dec 5"), null);
});

test("CT leaves packets untracked or names a helper; zones are not modelled", () => {
  assert.equal([statement("CT --notrack"), statement("NOTRACK"), statement("CT --helper ftp")], [{ kind: "notrack" }, { kind: "notrack" }, { kind: "helper", name: "ftp" }]);
  assert.is(statement("CT --zone 5"), null);
});

test("logs, MSS clamping and filling a set have no effect on the way", () => {
  for (const text of ["LOG --log-level 7", "NFLOG --nflog-group 5", "TCPMSS --clamp-mss-to-pmtu", "SET --add-set x src", "TRACE"]) assert.is(statement(text)?.kind, "none", text);
  assert.is(statement("FLOWOFFLOAD")?.kind, "offload");
  assert.equal(statement("NFQUEUE --queue-num 5 --queue-bypass"), { kind: "queue", bypass: true });
});

test("a target that is not known is none", () => {
  for (const text of ["TPROXY --on-port 5", "TEE --gateway 10.0.0.1", "mychain", "constructor"]) assert.is(statement(text), null, text);
});

test.run();
