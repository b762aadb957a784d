import { test } from "uvu";
import * as assert from "uvu/assert";
import { packetOfJson, packetOfWords, type Packet } from "../../src/explain/packet.js";
import { formatAddress } from "../../src/model/address.js";

function words(...given: string[]): Packet {
  const asked = packetOfWords(given);
  if ("error" in asked) throw new Error(asked.error.fact);
  return asked.packet;
}

function fault(line: string): string {
  const asked = packetOfJson(line, "line 1");
  return "error" in asked ? `${asked.error.code} ${asked.error.place}: ${asked.error.fact}` : "";
}

test("a destination is enough: local, not bound, mark 0, new; the rest is unknown", () => {
  const packet = words("dst=2001:db8::1");
  assert.equal({ ...packet, dst: formatAddress(packet.dst), open: [...packet.open] }, {
    origin: "local", family: 6, dst: "2001:db8::1", src: null, mark: 0, isMarked: false, markWhen: null, api: null, socket: null, oif: null, iif: null, ct: "new", entry: null, open: [],
  });
});

test("protocols have names, numbers may be hexadecimal", () => {
  const packet = words("dst=192.0.2.1", "proto=UDP", "dport=53", "mark=0x10001", "uid=0");
  assert.equal([...packet.open].sort(), [["dport", 53], ["proto", 17], ["uid", 0]]);
  assert.is(packet.mark, 0x10001);
});

test("tcpFlags are letters", () => {
  assert.is(words("dst=192.0.2.1", "tcpFlags=SA").open.get("tcpFlags"), 18);
  assert.is(words("dst=192.0.2.1", "tcpFlags=").open.get("tcpFlags"), 0);
});

test("an input device makes it a forwarded packet, lo does not", () => {
  assert.is(words("dst=192.0.2.1", "iif=br-client").origin, "forward");
  assert.is(words("dst=192.0.2.1", "iif=lo").origin, "local");
});

test("the unspecified address as a local source is no source", () => {
  assert.is(words("dst=2001:db8::1", "src=::").src, null);
});

test("JSON: null is not given, fields that no packet has are ignored", () => {
  const asked = packetOfJson('{"family":4,"dst":"192.0.2.1","oif":null,"colour":"blue","proto":6,"icmpId":7}', "line 1");
  assert.ok("packet" in asked && asked.packet.oif === null && asked.packet.open.get("proto") === 6);
});

test("a bad line is told with its place and the field", () => {
  assert.is(fault("{"), "WP9003 line 1: is not JSON");
  assert.is(fault(""), "WP9003 line 1: is empty");
  assert.is(fault("[]"), "WP9003 line 1: is not a JSON object");
  assert.is(fault("{}"), "WP9003 line 1: dst is missing");
  assert.match(fault('{"dst":"192.0.2.300"}'), /dst "192\.0\.2\.300" is not an address/);
  assert.match(fault('{"dst":"192.0.2.1","family":6}'), /family 6 does not fit/);
  assert.match(fault('{"dst":"192.0.2.1","src":"::1"}'), /src "::1" is not of IPv4/);
  assert.match(fault('{"dst":"192.0.2.1","dport":65536}'), /dport 65536 is not a number from 0 to 65535/);
  assert.match(fault('{"dst":"192.0.2.1","origin":"moon"}'), /origin "moon" is none of local, forward, kernel/);
  assert.match(fault('{"dst":"192.0.2.1","mark":-1}'), /mark -1/);
  assert.match(fault('{"dst":"192.0.2.1","mark":[1]}'), /mark a list/);
  assert.match(fault('{"dst":"192.0.2.1","tcpFlags":"X"}'), /letters F S R P A U/);
  assert.match(fault('{"dst":"192.0.2.1","oif":3}'), /oif 3 is not the name of a device/);
});

test("an own key called __proto__ is a field that no packet has", () => {
  assert.is(fault('{"__proto__":{"dst":"192.0.2.1"}}'), "WP9003 line 1: dst is missing");
});

test("on the command line a field that no packet has is a mistake", () => {
  for (const given of ["dst", "=1", "dest=192.0.2.1"]) assert.ok("error" in packetOfWords([given]), given);
  assert.ok("error" in packetOfWords(["dst=192.0.2.1", "dst=192.0.2.2"]));
});

test.run();
