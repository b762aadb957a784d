import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import { parseStatus } from "../../src/state/status.js";

function peers(...addresses: unknown[]): string[] | null {
  const text = JSON.stringify({ uptime: 1, interface: "mesh-vpn", peers: Object.fromEntries(addresses.map((address, i) => [`key${i}`, { name: `gw${i}`, address, connection: null }])) });
  return parseStatus(text).value?.map((peer) => `${peer.name ?? "-"} ${formatAddress(peer.address)} ${peer.port} ${peer.at}`) ?? null;
}

test("a peer has a name, an address, a port and a place", () => {
  assert.equal(peers("192.0.2.1:10000"), ["gw0 192.0.2.1 10000 fastd-status.json#0"]);
  assert.equal(peers("[2001:db8::1]:10010"), ["gw0 2001:db8::1 10010 fastd-status.json#0"]);
});

test("a link-local address is read without its zone", () => {
  assert.equal(peers("[fe80::1%br-wan]:10000"), ["gw0 fe80::1 10000 fastd-status.json#0"]);
});

test("a peer whose address is not known is no peer and no mistake, and places count on", () => {
  assert.equal(peers("any", null, undefined, "192.0.2.1:1"), ["gw3 192.0.2.1 1 fastd-status.json#3"]);
  assert.equal(parseStatus('{"peers":{"k":{"name":"x","address":"any"}}}').diagnostics, []);
});

test("an address without a port, or with port 0, gives no peer", () => {
  assert.equal(peers("192.0.2.1", "192.0.2.1:0", "0.0.0.0:5", "name:5", 7, ["192.0.2.1:1"]), []);
  assert.equal(parseStatus('{"peers":{"k":{"address":"name:5"}}}').diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1102 fastd-status.json#0"]);
});

test("a peer without a name has none", () => {
  assert.is(parseStatus('{"peers":{"k":{"name":null,"address":"192.0.2.1:1"}}}').value?.[0]?.name, null);
});

test("no peers at all is an empty list", () => {
  assert.equal(parseStatus('{"peers":{}}'), { value: [], diagnostics: [] });
});

test("text that is no status is null and WP1005", () => {
  for (const text of ["", "[]", "null", "7", "{", '{"peers":[]}', '{"peers":null}', "{}", "\0", "[".repeat(100_000), '{"peers":{'.repeat(100_000)]) {
    const { value, diagnostics } = parseStatus(text);
    assert.is(value, null, text.slice(0, 20));
    assert.equal(diagnostics.map(({ code }) => code), ["WP1005"], text.slice(0, 20));
  }
});

test("keys like __proto__ are keys", () => {
  const { value } = parseStatus('{"peers":{"__proto__":{"name":"x","address":"192.0.2.1:1"},"constructor":{"address":"192.0.2.2:2"}}}');
  assert.is(value?.length, 2);
  assert.is(parseStatus('{"__proto__":{"peers":{}}}').value, null);
  assert.not.ok("address" in {});
});

test("a message never repeats a key, which may hold anything", () => {
  const { diagnostics } = parseStatus(JSON.stringify({ peers: { "\u001b[31mkey": { address: "\u001b[31mx" } } }));
  assert.is(diagnostics.length, 1);
  assert.not.match(diagnostics.map(({ place, fact }) => place + fact).join(), "\u001b");
});

test.run();
