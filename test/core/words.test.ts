import { test } from "uvu";
import * as assert from "uvu/assert";
import { readWords } from "../../src/core/words.js";
import { formatAddress, parseAddress } from "../../src/model/address.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

/** What the fast reader reads, in the model's words. */
function read(text: string): { readonly family: number; readonly words: readonly number[] } | null {
  const into = new Uint32Array(6);
  const family = readWords(text, into, 1);
  return family === 0 ? null : { family, words: [...into.subarray(1, 5)] };
}

test("an address is read into four words, IPv4 into the first", () => {
  assert.equal(read("192.0.2.1"), { family: 4, words: [0xc0000201, 0, 0, 0] });
  assert.equal(read("2001:db8::1"), { family: 6, words: [0x20010db8, 0, 0, 1] });
  assert.equal(read("::ffff:192.0.2.1"), { family: 6, words: [0, 0, 0xffff, 0xc0000201] });
});

const STRANGE = [
  "", ":", "::", ":::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::2::3", ":1::2", "1::2:", "12345::", "g::", "1.2.3", "1.2.3.4.5",
  "01.2.3.4", "1.2.3.04", "256.1.1.1", "1.2.3.", ".1.2.3", "1..2.3", "0.0.0.0", "255.255.255.255", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "fe80::1%eth0",
  "2001:DB8::A", "2001:db8::/32", " ::1", "::1 ", "1:2:3:4:5:6:7:8:", "0:0:0:0:0:0:0:0", "::00001", "1:::2", "::ffff:1.2.3.256", "ü::1", "1.2.3.4\n",
];

test("what is no address to the model is none here, and what is one is the same one", () => {
  for (const text of STRANGE) assert.equal(read(text), parseAddress(text) === null ? null : { ...parseAddress(text) }, JSON.stringify(text));
});

test("random addresses and random damage are read as the model reads them", () => {
  const draw = random(seed());
  const characters = "0123456789abcdefABCDEF:::...g%/ ";
  for (let i = 0; i < 4000; i++) {
    const words = [draw(2 ** 32), draw(3) === 0 ? draw(2 ** 32) : 0, draw(3) === 0 ? draw(2 ** 32) : 0, draw(2) === 0 ? draw(2 ** 32) : 0] as const;
    const text = formatAddress(draw(3) === 0 ? { family: 4, words: [words[0], 0, 0, 0] } : { family: 6, words });
    const at = draw(text.length + 1);
    const damaged = text.slice(0, at) + (characters[draw(characters.length)] ?? "") + text.slice(at + draw(2));
    for (const one of [text, damaged]) assert.equal(read(one), parseAddress(one) === null ? null : { ...parseAddress(one) }, JSON.stringify(one));
  }
});

test.run();
