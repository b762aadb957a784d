import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import { InputError } from "../../src/model/diagnostic.js";
import { parseAddresses, parseLinks } from "../../src/state/links.js";

const COMPACT = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"group":"default","link_type":"loopback","address":"00:00:00:00:00:00"},`
  + `{"ifindex":3,"link_index":2,"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1500,"master":"br-wan","group":"default","address":"02:00:00:00:01:01","linkinfo":{"info_kind":"veth","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding"}}},`
  + `{"ifindex":6,"ifname":"br-wan","flags":["BROADCAST","MULTICAST"],"mtu":1500,"group":"default","address":"02:00:00:00:01:01","linkinfo":{"info_kind":"bridge","info_data":{"forward_delay":1500,"vlan_filtering":0}}},`
  + `{"ifindex":7,"link":"eth1","ifname":"eth1.3","flags":["UP"],"mtu":1500,"linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1Q","id":3,"flags":[]}}}]`;

/** As `ip -p` and the constructed states print it. */
const PRETTY = JSON.stringify(JSON.parse(COMPACT), null, 1);

test("a link has its number, name, master, lower device, kind, MTU and group", () => {
  const [lo, port, bridge, vlan] = parseLinks(COMPACT).value;
  assert.equal(lo, { index: 1, name: "lo", mac: null, master: null, lower: null, kind: null, mtu: 65536, up: true, group: "default", data: {}, at: "link.json#0" });
  assert.equal([port?.master, port?.lower, port?.kind, port?.mac, port?.data], ["br-wan", null, "veth", "02:00:00:00:01:01", {}]);
  assert.equal([bridge?.kind, bridge?.up, bridge?.data], ["bridge", false, { forward_delay: 1500, vlan_filtering: 0 }]);
  assert.equal([vlan?.lower, vlan?.group, vlan?.mac, vlan?.data["id"]], ["eth1", null, null, 3]);
});

test("pretty JSON gives the same links without a word", () => {
  assert.equal(parseLinks(PRETTY), parseLinks(COMPACT));
  assert.equal(parseLinks(COMPACT).diagnostics, []);
});

test("a MAC is six octets in lower case; tunnels' addresses and zeros are none", () => {
  const mac = (address: unknown): string | null | undefined => parseLinks(JSON.stringify([{ ifindex: 1, ifname: "x", address }])).value[0]?.mac;
  assert.is(mac("64:66:B3:AA:10:20"), "64:66:b3:aa:10:20");
  for (const address of ["00:00:00:00:00:00", "192.0.2.1", "::", "02:00:00:00:01", "02:00:00:00:01:01:02", "02-00-00-00-01-01", "", 5, null]) assert.is(mac(address), null);
});

test("UP is a flag of its own: LOWER_UP does not make a link up", () => {
  assert.is(parseLinks('[{"ifindex":1,"ifname":"x","flags":["LOWER_UP"]}]').value[0]?.up, false);
});

test("a device without a readable name is left out and said; one without a number is kept", () => {
  const { value, diagnostics } = parseLinks('[{"ifindex":1},{"ifindex":2,"ifname":7},5,{},{"ifname":"x","ifindex":-1}]');
  assert.equal(value.map(({ name, index, at }) => [name, index, at]), [["x", 0, "link.json#4"]]);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1102 link.json#0", "WP1102 link.json#1", "WP1102 link.json#2", "WP1102 link.json#4"]);
});

test("prototype keys are neither names nor data", () => {
  const { value } = parseLinks('[{"__proto__":{"ifname":"evil"},"ifindex":1,"ifname":"__proto__","linkinfo":{"__proto__":{"info_kind":"bridge"}}}]');
  assert.equal(value.map(({ name, kind }) => [name, kind]), [["__proto__", null]]);
});

test("what is no list is refused", () => {
  for (const text of ["", "{", "{}", "\0", "Usage: ip link"]) {
    assert.throws(() => parseLinks(text), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1003");
    assert.throws(() => parseAddresses(text), (error: unknown) => error instanceof InputError && error.diagnostic.code === "WP1003");
  }
});

const ADDRESSES = `[{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo"},{"family":"inet6","local":"::1","prefixlen":128,"scope":"host"}]},`
  + `{"ifindex":2,"ifname":"eth0","addr_info":[]},`
  + `{"ifindex":8,"ifname":"local-node","addr_info":[{"family":"inet6","local":"2001:db8:ff::1","prefixlen":128,"scope":"global","nodad":true,"deprecated":true,"tentative":false,"valid_life_time":4294967295}]}]`;

test("addresses come with device, length, scope, place and the flags that are true", () => {
  const { value, diagnostics } = parseAddresses(ADDRESSES);
  assert.equal(value.map(({ dev, address, length, scope, flags, at }) => [dev, formatAddress(address), length, scope, flags, at]), [
    ["lo", "127.0.0.1", 8, "host", [], "addr.json#0"],
    ["lo", "::1", 128, "host", [], "addr.json#0"],
    ["local-node", "2001:db8:ff::1", 128, "global", ["nodad", "deprecated"], "addr.json#2"],
  ]);
  assert.equal(diagnostics, []);
});

test("what a filter of ip left out is no address and no mistake", () => {
  assert.equal(parseAddresses('[{},{"ifname":"lo","addr_info":[{},{"local":"127.0.0.1","prefixlen":8}]},{}]').diagnostics, []);
  assert.is(parseAddresses('[{},{"ifname":"lo","addr_info":[{},{"local":"127.0.0.1","prefixlen":8}]},{}]').value.length, 1);
});

test("an address that cannot be read is said, the others are kept", () => {
  const { value, diagnostics } = parseAddresses('[{"ifname":"x","addr_info":[{"local":"10.0.0.300","prefixlen":8},7,{"prefixlen":8},{"local":"10.0.0.1","prefixlen":8}]},{"ifname":"y","addr_info":3}]');
  assert.equal(value.map(({ address }) => formatAddress(address)), ["10.0.0.1"]);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1102 addr.json#0", "WP1102 addr.json#0", "WP1102 addr.json#0", "WP1102 addr.json#1"]);
});

test("an address without a readable length is kept as a single one, and said", () => {
  const { value, diagnostics } = parseAddresses('[{"ifname":"x","addr_info":[{"local":"10.0.0.1","prefixlen":33}]}]');
  assert.equal([value[0]?.length, diagnostics.length], [32, 1]);
});

test("a hundred thousand devices are read in a moment, and a wrong file is not told line by line", () => {
  const many = `[${Array.from({ length: 100_000 }, (_, i) => `{"ifindex":${i + 1},"ifname":"d${i}"}`).join(",")}]`;
  assert.is(parseLinks(many).value.length, 100_000);
  assert.ok(parseLinks(many.replaceAll("ifname", "name")).diagnostics.length < 50);
});

test.run();
