import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseBridgePorts } from "../../src/state/bridge.js";

test("a device with a master is a port", () => {
  const text = '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"master":"br-client","state":"forwarding"},{"ifindex":3,"link":"eth0","ifname":"eth1","master":"br-wan"}]';
  assert.equal(parseBridgePorts(text), {
    value: [{ dev: "eth0", bridge: "br-client", at: "bridge-link.json#0" }, { dev: "eth1", bridge: "br-wan", at: "bridge-link.json#1" }],
    diagnostics: [],
  });
});

test("a device without a master is no port and no mistake", () => {
  assert.equal(parseBridgePorts('[{"ifname":"br-wan"},{}]'), { value: [], diagnostics: [] });
});

test("no bridge at all is an empty list", () => {
  assert.equal(parseBridgePorts("[]"), { value: [], diagnostics: [] });
});

test("an element without a device's name is WP1102 at its place", () => {
  const { value, diagnostics } = parseBridgePorts('[{"master":"br-wan"},7,{"ifname":"eth0","master":"br-wan"},{"ifname":5,"master":"br-wan"}]');
  assert.equal(value, [{ dev: "eth0", bridge: "br-wan", at: "bridge-link.json#2" }]);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1102 bridge-link.json#0", "WP1102 bridge-link.json#1", "WP1102 bridge-link.json#3"]);
});

test("text that is no list is null and WP1005", () => {
  for (const text of ["", "{}", "7", "[{]", "Cannot find bridge\n"]) {
    const { value, diagnostics } = parseBridgePorts(text);
    assert.is(value, null, text);
    assert.equal(diagnostics.map(({ code }) => code), ["WP1005"], text);
  }
});

test("many elements are read in one pass, with few words", () => {
  const start = performance.now();
  assert.ok(parseBridgePorts(`[${'{"master":"x"},'.repeat(100_000)}{}]`).diagnostics.length < 1000);
  assert.ok(performance.now() - start < 5000);
});

test.run();
