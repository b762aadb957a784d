import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Row, Step } from "../../src/model/netfilter.js";
import { equals } from "../../src/model/packet.js";
import { partsOf, Room, rowParts } from "../../src/state/room.js";

const rows: readonly Row[] = [{ matches: [equals("sport", 1), equals("dport", 1)], unknown: null }, { matches: [], unknown: "x" }];

test("a room is full once its parts are taken", () => {
  const room = new Room(5);
  assert.equal([room.isFull, room.has(5), room.has(6)], [false, true, false]);
  room.take(4);
  assert.equal([room.isFull, room.has(2)], [false, false]);
  room.take(4);
  assert.is(room.isFull, true);
});

test("rows and their matches are parts, each step is one", () => {
  const steps: readonly Step[] = [{ kind: "condition", rows, not: false, text: "" }, { kind: "accept" }, { kind: "choice", text: "", entries: [{ rows, then: { kind: "drop" } }] }];
  assert.equal([rowParts(rows), partsOf(steps), partsOf([])], [4, 5 + 1 + 7, 0]);
});

test.run();
