import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import { parseResolvers } from "../../src/state/resolver.js";

function show(text: string): string[] {
  return parseResolvers(text, "wan-resolv.conf").value.map(({ address, dev, at }) => `${formatAddress(address)} ${dev ?? "-"} ${at}`);
}

function places(text: string): string[] {
  return parseResolvers(text, "resolv.conf").diagnostics.map(({ code, place }) => `${code} ${place}`);
}

test("Gluon's own file gives three upstreams, one of them on a device", () => {
  assert.equal(show("nameserver fd77::1\nnameserver fe80::ca0e:14ff:fe11:2201%br-wan\nnameserver 192.168.178.1\n"), [
    "fd77::1 - wan-resolv.conf:1", "fe80::ca0e:14ff:fe11:2201 br-wan wan-resolv.conf:2", "192.168.178.1 - wan-resolv.conf:3",
  ]);
});

test("comments and the options of resolv.conf(5) are not about whom", () => {
  const text = "# Interface wan\n; nameserver 1.1.1.1\n  # nameserver 2.2.2.2\nsearch lan\ndomain lan\noptions edns0\nsortlist 1.2.3.4\n\nnameserver\t::1 # local\n";
  assert.equal(show(text), ["::1 - wan-resolv.conf:9"]);
  assert.equal(places(text), []);
});

test("the form of dnsmasq.conf is none of this file's", () => {
  assert.equal(show("server=192.0.2.1"), []);
  assert.equal(places("server=192.0.2.1"), ["WP1301 resolv.conf:1"]);
});

test("a nameserver that is no address is WP1301 at its line", () => {
  for (const text of ["nameserver", "nameserver x", "nameserver 1.2.3", "nameserver 1.2.3.4:53", "nameserver fe80::1%", "nameserver fe80::1%a%b", "nameserver [::1]", "nameserver1.2.3.4"]) {
    assert.equal(show(text), [], text);
    assert.equal(places(`search lan\n${text}`), ["WP1301 resolv.conf:2"], text);
  }
});

test("the order and the repetitions of the file are kept, with any line end", () => {
  assert.equal(show("nameserver 192.0.2.2\r\nnameserver 192.0.2.1\r\nnameserver 192.0.2.2"), ["192.0.2.2 - wan-resolv.conf:1", "192.0.2.1 - wan-resolv.conf:2", "192.0.2.2 - wan-resolv.conf:3"]);
});

test("hostile text is read in one pass, with few words", () => {
  for (const text of ["nameserver ".repeat(100_000), "nameserver x\n".repeat(100_000), `nameserver ${"%".repeat(1_000_000)}`, "\0".repeat(1_000_000), "\n ".repeat(500_000), " ".repeat(1_000_000)]) {
    const start = performance.now();
    assert.ok(parseResolvers(text, "resolv.conf").diagnostics.length < 1000);
    assert.ok(performance.now() - start < 5000, text.slice(0, 20));
  }
});

test.run();
