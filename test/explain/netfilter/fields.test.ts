import { test } from "uvu";
import * as assert from "uvu/assert";
import { costOf, ctMarkOf, fieldOf, hasProcess, isStatusKnown } from "../../../src/explain/netfilter/fields.js";
import { track } from "../../../src/explain/netfilter/entry.js";
import { ADDRESS_TYPE, CT_DIRECTION, CT_STATE, CT_STATUS } from "../../../src/model/netfilter.js";
import { equals, hasAny, type HookField } from "../../../src/model/packet.js";
import { transit, walled } from "../../support/walls.js";

test("before conntrack every packet is invalid, behind it new", () => {
  const made = transit("dst=192.0.2.1 proto=udp");
  assert.is(fieldOf(made, "ctState"), CT_STATE.invalid);
  track(made);
  assert.equal([fieldOf(made, "ctState"), fieldOf(made, "ctDirection"), fieldOf(made, "ctMark")], [CT_STATE.new, CT_DIRECTION.original, 0]);
  made.entry = null;
  made.untracked = true;
  assert.is(fieldOf(made, "ctState"), CT_STATE.untracked);
});

test("devices are the hook's own", () => {
  const made = transit("dst=192.0.2.1 oif=br-wan");
  assert.equal([fieldOf(made, "iif"), fieldOf(made, "oif")], [0, 0]);
  made.oif = "br-client";
  assert.is(fieldOf(made, "oif"), 4);
});

test("a source that nobody knows has no value and no type", () => {
  const made = transit("dst=192.0.2.42 iif=br-wan");
  assert.equal([fieldOf(made, "src0"), fieldOf(made, "srcType"), fieldOf(made, "dstType")], [null, null, ADDRESS_TYPE.local]);
});

test("what is known costs nothing, lookups some, questions most", () => {
  const made = transit("dst=192.0.2.1 proto=udp ct=reply");
  track(made);
  const cost = (field: HookField): number => costOf(made, equals(field, 1));
  assert.equal([cost("mark"), cost("dstType"), cost("dport"), cost("ctMark")], [0, 1, 2, 2]);
  assert.equal([isStatusKnown(made, CT_STATUS.confirmed), isStatusKnown(made, CT_STATUS.dnat), costOf(made, hasAny("ctStatus", CT_STATUS.dnat))], [true, false, 2]);
});

test("the mark of an entry that stood before is one that rules give", () => {
  const made = transit("dst=192.0.2.1 proto=udp ct=reply", walled(["4 mangle -A INPUT -j CONNMARK --set-xmark 0x1/0xffffffff"]));
  track(made);
  assert.is(ctMarkOf(made), 0);
  assert.equal(made.reader.choices.conditions().get("the mark of its conntrack entry")?.options.map(({ text }) => text), ["0", "0x1"]);
});

test("only a process has a user", () => {
  assert.equal([hasProcess(transit("dst=192.0.2.1")), hasProcess(transit("dst=192.0.2.1 iif=br-wan"))], [true, false]);
});

test.run();
