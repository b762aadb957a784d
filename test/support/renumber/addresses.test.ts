import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Address, covers, formatAddress, networkWords, type Prefix, sameAddress } from "../../../src/model/address.js";
import { address, prefix } from "../nodes.js";
import { seed } from "../seed.js";
import { type AddressMap, drawAddresses, insideKind, kindOf } from "./addresses.js";
import { Random } from "./random.js";

const ROUNDS = 20;
const IN_USE = ["10.23.0.0/20", "10.24.7.0/24", "192.168.178.0/24", "2001:db8:178:1::/64", "2001:db8:ff::/48", "fdca:ffee::/64"].map((text) => prefix(text));
const FIXED = ["0.0.0.0", "127.0.0.1", "224.0.0.22", "255.255.255.255", "::", "::1", "ff02::1:ff00:101", "ff02::16", "fe80::"];

function draws(): AddressMap[] {
  return Array.from({ length: ROUNDS }, (_, i) => drawAddresses(new Random(seed() + i), IN_USE));
}

/** Some addresses of every kind, and the first and last of prefixes in use. */
const SAMPLE = [
  "10.23.0.1", "10.23.15.254", "10.24.7.9", "10.200.1.1", "172.16.0.1", "172.31.9.9", "192.168.178.62", "192.168.1.1", "100.64.3.3", "169.254.7.7",
  "198.51.100.10", "8.8.8.8", "1.1.1.1", "192.0.2.7", "100.1.2.3", "172.32.0.1", "223.255.1.1",
  "2001:db8:178:1::1", "2001:db8:178:1:0:ff:fe00:101", "2001:db8:ff::1", "2001:db8:ff:7::1", "2001:db8:100::10", "3fff::1",
  "fdca:ffee::1", "fc00:1::1", "fe80::1", "fe80::ff:fe00:101", "::ffff:198.51.100.10",
].map(address);

test("every address keeps its kind", () => {
  for (const map of draws()) for (const each of SAMPLE) assert.is(kindOf(map(each)), kindOf(each), formatAddress(each));
});

test("unspecified, loopback, multicast and broadcast addresses and the zero host stay as they are", () => {
  for (const map of draws()) assert.equal(FIXED.map((text) => formatAddress(map(address(text)))), FIXED);
});

test("addresses in use are moved", () => {
  for (const map of draws()) {
    for (const text of ["192.168.178.1", "198.51.100.10", "10.23.0.1", "2001:db8:178:1::1", "2001:db8:100::10", "fe80::ff:fe00:201", "::ffff:198.51.100.10"]) {
      assert.not.ok(sameAddress(map(address(text)), address(text)), text);
    }
  }
});

test("no two addresses become the same one", () => {
  const four = (word: number): Address => ({ family: 4, words: [word >>> 0, 0, 0, 0] });
  const host = (last: number): Address => ({ family: 6, words: [0x20010db8, 0x01780001, 0, last] });
  const distinct = (map: AddressMap, addresses: readonly Address[]): boolean => new Set(addresses.map((each) => map(each).words.join())).size === addresses.length;
  const numbers = Array.from({ length: 4096 }, (_, i) => i);
  for (const map of draws().slice(0, 3)) {
    assert.ok(distinct(map, numbers.map((i) => four(0x0a170000 + i))), "10.23.0.0/20");
    assert.ok(distinct(map, numbers.map((i) => four(0xc0000001 + (i << 12)))), "192.0.0.0/8, which holds 192.168.0.0/16");
    assert.ok(distinct(map, numbers.map((i) => four(0x00070003 + (i << 20)))), "all first bytes");
    assert.ok(distinct(map, numbers.map(host)), "2001:db8:178:1::/64");
  }
});

test("prefixes in use cover what they covered", () => {
  for (const map of draws()) {
    for (const each of IN_USE) {
      const moved: Prefix = { address: map(each.address), length: each.length };
      for (const host of SAMPLE) assert.is(covers(moved, map(host)), covers(each, host), formatAddress(host));
    }
  }
});

test("a network stays a network and a broadcast address stays one", () => {
  for (const map of draws()) {
    for (const each of IN_USE) assert.equal(networkWords({ address: map(each.address), length: each.length }), map(each.address).words);
    const [, , , last] = formatAddress(map(address("192.168.178.255"))).split(".");
    assert.is(last, "255");
  }
});

test("a prefix that holds a whole kind, or several, is not inside one", () => {
  for (const text of ["fc00::/6", "fe80::/10", "fe80::/64", "10.0.0.0/8", "192.168.0.0/16"]) assert.not.ok(insideKind(prefix(text)), text);
  for (const text of ["10.0.0.0/9", "fd00::/8", "2000::/4", "198.51.0.0/16"]) assert.ok(insideKind(prefix(text)), text);
});

test("the same seed draws the same map", () => {
  const [one, two] = [1, 1].map((number) => drawAddresses(new Random(number), IN_USE));
  for (const each of SAMPLE) assert.equal(one?.(each), two?.(each));
});

test.run();
