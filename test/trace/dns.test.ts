import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import { type DnsMessage, readDns } from "../../src/trace/dns.js";
import { dnsAnswer, dnsName, dnsQuery } from "../support/messages.js";
import { hex, ip, join, u16, u32 } from "../support/packets.js";

function read(bytes: Uint8Array): DnsMessage {
  const message = readDns(bytes);
  if (message === null) throw new Error("no header");
  return message;
}

const answersOf = (message: DnsMessage): string[] =>
  message.answers.map((a) => `${a.name} ${a.kind === "address" ? formatAddress(a.address) : `-> ${a.target}`}`);

/** A response with one question `a` of type A and the given answer section. */
function response(count: number, ...answers: readonly ArrayLike<number>[]): Uint8Array {
  return join(u16(1), u16(0x8180), u16(1), u16(count), u32(0), dnsName("a"), u16(1), u16(1), ...answers);
}
const record = (owner: ArrayLike<number>, type: number, data: ArrayLike<number>, dnsClass = 1): Uint8Array =>
  join(owner, u16(type), u16(dnsClass), u32(60), u16(data.length), data);
const POINTER_TO_A = [0xc0, 12];

test("a query has id and question, and no answers", () => {
  assert.equal(read(dnsQuery({ id: 0xbeef, name: "gw1.example", type: "AAAA" })), {
    id: 0xbeef, response: false, opcode: 0, truncated: false, rcode: 0, question: { name: "gw1.example", type: 28, class: 1 }, answers: [], complete: true,
  });
});

test("names are read in lower case", () => {
  assert.is(read(dnsQuery({ name: "GW1.Example" })).question?.name, "gw1.example");
});

test("the root is a dot", () => {
  assert.is(read(dnsQuery({ name: "." })).question?.name, ".");
});

test("a dot inside a label is not the dot between labels", () => {
  const bytes = join(u16(1), u16(0), u16(1), u16(0), u32(0), [3], Buffer.from("a.b"), [0], u16(1), u16(1));
  assert.is(read(bytes).question?.name, "a\\046b");
});

test("answers of A, AAAA and CNAME are read with their owners", () => {
  const answers = [
    { type: "CNAME", data: "gw1.backbone.example" },
    { name: "gw1.backbone.example", type: "A", data: "192.0.2.1" },
    { name: "gw1.backbone.example", type: "AAAA", data: "2001:db8::1" },
  ] as const;
  const expected = ["gw1.example -> gw1.backbone.example", "gw1.backbone.example 192.0.2.1", "gw1.backbone.example 2001:db8::1"];
  assert.equal(answersOf(read(dnsAnswer({ name: "gw1.example", answers }))), expected);
  assert.equal(answersOf(read(dnsAnswer({ name: "gw1.example", answers, compress: false }))), expected);
});

test("flags and response code are read", () => {
  const message = read(dnsAnswer({ name: "a.example", rcode: 3, truncated: true }));
  assert.equal([message.response, message.truncated, message.rcode], [true, true, 3]);
});

test("an opcode other than query is told", () => {
  assert.is(read(join(u16(1), u16(0x2800), u16(0), u16(0), u32(0))).opcode, 5);
});

test("records of other types and classes are passed over", () => {
  const bytes = response(3, record(POINTER_TO_A, 16, [1, 65]), record(POINTER_TO_A, 1, [1, 2, 3, 4], 3), record(POINTER_TO_A, 1, ip("192.0.2.1")));
  assert.equal(answersOf(read(bytes)), ["a 192.0.2.1"]);
  assert.is(read(bytes).complete, true);
});

test("an address record of the wrong length is left out and makes the message incomplete", () => {
  const message = read(response(2, record(POINTER_TO_A, 1, [192, 0, 2]), record(POINTER_TO_A, 1, ip("192.0.2.1"))));
  assert.equal(answersOf(message), ["a 192.0.2.1"]);
  assert.is(message.complete, false);
});

test("an alias that does not fill its record is malformed", () => {
  const message = read(response(1, record(POINTER_TO_A, 5, join(dnsName("b"), [0]))));
  assert.equal([message.answers.length, message.complete], [0, false]);
});

test("eleven bytes are no message, twelve are", () => {
  const bytes = dnsQuery({ name: "a.example" });
  assert.is(readDns(bytes.subarray(0, 11)), null);
  assert.equal([read(bytes.subarray(0, 12)).question, read(bytes.subarray(0, 12)).complete], [null, false]);
});

test("no question at all is a whole message without a question", () => {
  const message = read(join(u16(1), u16(0x8180), u16(0), u16(0), u32(0)));
  assert.equal([message.question, message.complete], [null, true]);
});

test("of two questions the first counts and the answers still begin behind both", () => {
  const question = join(dnsName("a"), u16(1), u16(1));
  const bytes = join(u16(1), u16(0x8180), u16(2), u16(1), u32(0), question, dnsName("b"), u16(1), u16(1), record(POINTER_TO_A, 1, ip("192.0.2.1")));
  assert.is(read(bytes).question?.name, "a");
  assert.equal(answersOf(read(bytes)), ["a 192.0.2.1"]);
});

test("a message cut at every byte yields the answers that were whole, and is complete only at full length", () => {
  const answers = [
    { type: "CNAME", data: "b.example" },
    { name: "b.example", type: "A", data: "192.0.2.1" },
    { name: "b.example", type: "A", data: "192.0.2.2" },
  ] as const;
  const bytes = dnsAnswer({ name: "a.example", answers });
  const whole = answersOf(read(bytes));
  let most = 0;
  for (let length = 12; length < bytes.length; length++) {
    const message = read(bytes.subarray(0, length));
    assert.equal(answersOf(message), whole.slice(0, message.answers.length), `${length} bytes`);
    assert.is(message.complete, false, `${length} bytes`);
    assert.ok(message.answers.length >= most);
    most = message.answers.length;
  }
  assert.is(most, 2);
  assert.is(read(bytes).complete, true);
});

test("a cut behind the answers does not matter", () => {
  const bytes = dnsAnswer({ name: "a.example", answers: [{ type: "A", data: "192.0.2.1" }] });
  bytes[9] = 4; // four authority records that are not there
  assert.is(read(bytes).complete, true);
});

for (const [title, owner] of [
  ["to itself", [0xc0, 19]],
  ["forward", [0xc0, 40]],
  ["into the header", [0xc0, 0]],
  ["back to a label of the same name", [1, 98, 0xc0, 19]],
] as const) {
  test(`a pointer ${title} is malformed`, () => {
    const message = read(response(1, record(owner, 1, ip("192.0.2.1")), new Uint8Array(40)));
    assert.equal([message.answers.length, message.complete], [0, false]);
  });
}

test("two pointers at each other end the name", () => {
  // The CNAME's data points at its own owner, which points at the data: neither direction closes.
  const message = read(response(2, record(POINTER_TO_A, 5, [0xc0, 31]), record([0xc0, 31], 1, ip("192.0.2.1"))));
  assert.equal([answersOf(message), message.complete], [[], false]);
});

test("a pointer to a pointer is followed", () => {
  const first = record(POINTER_TO_A, 1, ip("192.0.2.1"));
  const message = read(response(2, first, record([0xc0, 19], 1, ip("192.0.2.2"))));
  assert.equal(answersOf(message), ["a 192.0.2.1", "a 192.0.2.2"]);
});

test("a label of 63 bytes is read, label types of the obsolete RFCs are not", () => {
  const long = "x".repeat(63);
  assert.is(read(dnsQuery({ name: long })).question?.name, long);
  const bytes = dnsQuery({ name: long });
  bytes[12] = 0x40;
  assert.is(read(bytes).question, null);
});

test("a name has at most 255 bytes", () => {
  const name = (last: number): string => [63, 63, 63, last].map((length) => "x".repeat(length)).join(".");
  assert.is(read(dnsQuery({ name: name(61) })).question?.name.length, 253);
  assert.is(read(dnsQuery({ name: name(62) })).question, null);
});

test("a view into the middle of a buffer reads its own bytes", () => {
  const bytes = dnsQuery({ id: 7, name: "a.example" });
  assert.is(read(join(hex("ffffff"), bytes, hex("ff")).subarray(3, 3 + bytes.length)).id, 7);
});

test("no bytes make it throw", () => {
  const base = dnsAnswer({ name: "gw.example", answers: [{ type: "CNAME", data: "b.example" }, { name: "b.example", type: "AAAA", data: "2001:db8::1" }] });
  let state = 2463534242;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let round = 0; round < 20_000; round++) {
    const bytes = base.slice(0, 12 + (random() % (base.length - 11)));
    for (let edits = random() % 5; edits > 0; edits--) bytes[random() % bytes.length] = random() & 255;
    readDns(bytes);
    readDns(Uint8Array.from({ length: random() % 64 }, () => random() & 255));
  }
});

test("the most pointers a message can hold are read in a blink", () => {
  // Pointers that point at pointers, each two bytes lower, and thousands of records whose owner is the highest of them.
  const bytes = new Uint8Array(65_535);
  bytes.set(join(u16(1), u16(0x8180), u16(1), u16(5000), u32(0), dnsName("a"), u16(1), u16(1), [0xc0, 12, 0, 16], u16(1), u32(0), u16(8000)));
  const ladder = 31;
  for (let at = ladder; at < ladder + 8000; at += 2) bytes.set(u16(0xc000 | (at === ladder ? 12 : at - 2)), at);
  for (let at = ladder + 8000; at + 12 <= bytes.length; at += 12) bytes.set(u16(0xc000 | (ladder + 7998)), at);
  const begin = performance.now();
  readDns(bytes);
  assert.ok(performance.now() - begin < 500);
});

test.run();
