import { test } from "uvu";
import * as assert from "uvu/assert";
import { track } from "../../../src/explain/netfilter/entry.js";
import { change, shown } from "../../../src/explain/netfilter/statements.js";
import type { SetMark } from "../../../src/model/netfilter.js";
import { address } from "../../support/nodes.js";
import { transit } from "../../support/walls.js";

const mark = (parts: Partial<SetMark>): SetMark => ({ kind: "mark", target: "mark", markBits: 0xffffffff, ctMarkBits: 0, value: 0, ...parts });

test("the new mark is computed from the packet's, the entry's and a constant", () => {
  const made = transit("dst=192.0.2.1 proto=udp mark=0x13");
  assert.is(change(mark({ markBits: 0xfffffff0, value: 5 }), made), "the mark 0x13 becomes 0x15");
  assert.is(change(mark({}), made), "the mark stays 0x15");
});

test("without an entry nothing is saved or restored", () => {
  const made = transit("dst=192.0.2.1 proto=udp mark=1");
  assert.match(change(mark({ target: "ctMark" }), made), "no conntrack entry");
  assert.match(change(mark({ ctMarkBits: 1 }), made), "no conntrack entry");
  track(made);
  assert.is(change(mark({ target: "ctMark" }), made), "the mark of its conntrack entry becomes 0x1");
  made.mark = 0;
  assert.is(change(mark({ markBits: 0, ctMarkBits: 0xffffffff }), made), "the mark 0 becomes 0x1");
});

test("a header field that is set whole need not be known before", () => {
  const made = transit("dst=192.0.2.1 proto=udp");
  assert.is(change({ kind: "field", field: "tos", mask: 0xff, value: 0x10 }, made), "tos becomes 0x10");
  assert.is(change({ kind: "field", field: "tos", mask: 0, value: 0x3 }, made), "tos becomes 0x13");
  assert.is(made.reader.choices.conditions().size, 0);
});

test("notrack is too late behind conntrack", () => {
  const made = transit("dst=192.0.2.1 proto=udp");
  assert.is(change({ kind: "notrack" }, made), "conntrack leaves the packet out");
  assert.ok(made.untracked);
  const late = transit("dst=192.0.2.1 proto=udp");
  track(late);
  change({ kind: "notrack" }, late);
  assert.not(late.untracked);
});

test("what has no effect says nothing", () => {
  assert.is(change({ kind: "none", text: "LOG" }, transit("dst=192.0.2.1")), "");
  assert.equal([shown(null), shown(address("192.0.2.1"))], ["?", "192.0.2.1"]);
});

test.run();
