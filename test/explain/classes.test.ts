import { test } from "uvu";
import * as assert from "uvu/assert";
import { classesOf, holds, rangesText } from "../../src/explain/classes.js";
import { equals, within } from "../../src/model/packet.js";

const texts = (...parameters: Parameters<typeof classesOf>): string[] => classesOf(...parameters).map(({ text }) => text);

test("a field that nothing looks at has one class", () => {
  assert.equal(texts("uid", [equals("proto", 6)]), ["0-4294967294"]);
});

test("a range of users gives two classes, the second with a hole", () => {
  assert.equal(texts("uid", [within("uid", 1000, 1999)]), ["0-999,2000-4294967294", "1000-1999"]);
});

test("ranges that overlap are told apart where they do", () => {
  assert.equal(texts("dport", [within("dport", 10, 20), within("dport", 15, 30)]), ["0-9,31-65535", "10-14", "15-20", "21-30"]);
});

test("a mask with holes is taken value by value", () => {
  const [without, withBit] = classesOf("tos", [equals("tos", 0x10, 0x1c)]);
  assert.is(withBit?.ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0), 32);
  assert.is(without?.value, 0);
  assert.is(withBit?.value, 0x10);
});

test("the value of a class holds what every value of it holds", () => {
  const tests = [within("sport", 0, 1023), equals("sport", 53), equals("sport", 65535)];
  for (const { value, ranges } of classesOf("sport", tests)) {
    for (const [low, high] of ranges) {
      for (const probe of [low, high]) assert.equal(tests.map((match) => holds(match, probe)), tests.map((match) => holds(match, value)));
    }
  }
});

test("a match compares the masked value, measured from low, unsigned", () => {
  assert.ok(holds(equals("mark", 0x80000001, 0x80000001), 0xffffffff));
  assert.not(holds(within("uid", 5, 6), 4));
});

test("ranges that touch become one", () => {
  assert.is(rangesText([[5, 9], [0, 4], [11, 11]]), "0-9,11");
});

test.run();
