import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress, formatPrefix, isMulticast } from "../../../src/model/address.js";
import { address } from "../nodes.js";
import { seed } from "../seed.js";
import { kindOf } from "./addresses.js";
import { devicesOf, drawRenumbering, IDENTITY, prefixesOf, type Renumbering } from "./plan.js";
import { Random } from "./random.js";
import { renumberState } from "./state.js";
import { readVectors } from "./vectors.js";

/** A renumbering whose every step can be read in a test. */
const PLAIN: Renumbering = {
  address: (old) => (isMulticast(old) || kindOf(old) === null ? old : address(old.family === 4 ? "192.0.2.1" : "2001:db8::1")),
  hardware: () => Uint8Array.from([2, 0, 0, 0, 0, 0x99]),
  label: (label) => "x".repeat(label.length),
  port: (port) => port + 1,
  devices: new Map([["br-wan", "up"], ["br-wan.7", "tag"], ["mesh-vpn", "tap0"]]),
};

function file(name: string, text: string): string {
  return renumberState({ [name]: text }, PLAIN)[name] ?? "";
}

test("JSON strings that are addresses, prefixes, hardware addresses, devices or bridge identifiers are mapped", () => {
  const before = {
    dev: "br-wan", label: "br-wan:1", dst: "10.0.0.0/20", gateway: "fe80::1", address: "02:00:00:00:01:01", bridge_id: "8000.2:0:0:0:1:1",
    group: "default", n: 4294967295, list: ["lo", "::/0", "ff00::/8", "BROADCAST"],
  };
  const after = {
    dev: "up", label: "up:1", dst: "192.0.2.1/20", gateway: "2001:db8::1", address: "02:00:00:00:00:99", bridge_id: "8000.2:0:0:0:0:99",
    group: "default", n: 4294967295, list: ["lo", "::/0", "ff00::/8", "BROADCAST"],
  };
  assert.equal(JSON.parse(file("route6.json", JSON.stringify([before]))), [after]);
});

test("networks that hold a whole kind of address stay, hosts in them do not", () => {
  assert.is(file("ip6tables-save.txt", "-s fc00::/6 -d fe80::/10\n"), "-s fc00::/6 -d fe80::/10\n");
  assert.is(file("addr.txt", "fe80::5/64 fe80::/64"), "2001:db8::1/64 fe80::/64");
});

test("ss.txt: endpoints are mapped, counters and times are not", () => {
  const line = (local: string, peer: string): string => `udp UNCONN 0 0 ${local} ${peer} users:(("fastd",pid=2626,fd=11)) uid:453 ino:2697338 sk:5f cgroup:unreachable:1 v6only:1 <-> timer:(timewait,59sec,0)`;
  assert.is(file("ss.txt", line("[fe80::5]%br-wan:546", "[::]:*")), line("[2001:db8::1]%up:547", "[::]:*"));
  assert.is(file("ss.txt", line("198.51.100.7:40000", "*:53")), line("192.0.2.1:40001", "*:54"));
  assert.is(file("ss.txt", line("127.0.0.1%lo:1234", "0.0.0.0:*")), line("127.0.0.1%lo:1235", "0.0.0.0:*"));
});

test("fastd.conf: servers, their ports and devices are mapped, names of groups and peers are not", () => {
  const before = 'group "gluon-mesh-vpn"; on up "ip link set mesh-vpn address 02:00:00:00:01:09"; bind any:9999; peer "gw1" { remote ipv4 "vpn1.example.net" port 10000; remote [2001:db8:9::9]:10; remote 198.51.100.7:9; }';
  const after = 'group "gluon-mesh-vpn"; on up "ip link set tap0 address 02:00:00:00:00:99"; bind any:10000; peer "gw1" { remote ipv4 "xxxx.xxxxxxx.xxx" port 10001; remote [2001:db8::1]:11; remote 192.0.2.1:10; }';
  assert.is(file("fastd.conf", before), after);
});

test("iptables-save: single ports and lists are mapped, ranges and counters stay", () => {
  const before = "[5:1640] -A OUTPUT -d 127.0.0.1/32 -o br-wan -p udp -m udp --sport 20000:29999 --dport 53 -m multiport --dports 1,2 -j DNAT --to-destination :54\n";
  const after = "[5:1640] -A OUTPUT -d 127.0.0.1/32 -o up -p udp -m udp --sport 20000:29999 --dport 54 -m multiport --dports 2,3 -j DNAT --to-destination :55\n";
  assert.is(file("iptables-save.txt", before), after);
  assert.is(file("iptables-save.txt", ":zone_wan_input - [0:0]\n# on Sun Nov 22 09:13:29 2026\n"), ":zone_wan_input - [0:0]\n# on Sun Nov 22 09:13:29 2026\n");
});

test("sysctl.txt: a device's name stands between dots, and the longest one counts", () => {
  assert.is(file("sysctl.txt", "net.ipv6.conf.mesh-vpn.mtu = 1\nnet.ipv4.conf.br-wan.rp_filter = 0\nnet.ipv4.conf.br-wan2.x = 0\n"), "net.ipv6.conf.tap0.mtu = 1\nnet.ipv4.conf.up.rp_filter = 0\nnet.ipv4.conf.br-wan2.x = 0\n");
  assert.is(file("wan-resolv.conf", "nameserver fe80::1%br-wan.7\n"), "nameserver 2001:db8::1%tag\n");
});

test("accounts stay", () => {
  assert.is(file("group", "br-wan:x:800:\n"), "br-wan:x:800:\n");
});

test("prefixes are found in text and as an address with its length", () => {
  const state = { "a.txt": "-s 10.1.0.0/16 0:0/0 ::/0", "b.json": '[{"local":"192.0.2.7","prefixlen":24,"deep":[{"dst":"2001:db8::1","dstlen":64}]}]' };
  assert.equal(prefixesOf(state).map(formatPrefix), ["10.1.0.0/16", "default", "192.0.2.7/24", "2001:db8::1/64"]);
});

for (const { name, state } of readVectors()) {
  const text = Object.values(state).join("\n");

  test(`${name}: nothing of the old addresses, hardware addresses and names is left`, () => {
    const renumbering = drawRenumbering(new Random(seed()), state);
    const after = Object.values(renumberState(state, renumbering)).join("\n");
    const words = [...new Set([...text.matchAll(/[0-9a-f:.]+/g)].map(([word]) => word))].filter((word) => /\..+\.|:.*:/.test(word));
    const macs = words.filter((word) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(word) && !/^(?:ff:ff|00:00|01:)/.test(word));
    const globals = ["2001:db8:178:1:", "2001:db8:ff:", "192.168.178.", "10.23.0."];
    const gone = [...macs, ...globals, "vpn1", "example.net", "eth0", "br-wan", "br-client", "local-node", "fe80::ff:fe00"];
    assert.ok(macs.length >= 4);
    // One run gives its server by address, the others by name.
    assert.equal(gone.filter((each) => !text.includes(each)), text.includes("vpn1") ? [] : ["vpn1", "example.net"], "they were there");
    assert.equal(gone.filter((each) => new RegExp(`(?<![\\w.:])${each.replaceAll(".", "\\.")}`).test(after)), []);
  });

  test(`${name}: the new state has the same files, lines and devices in the same order`, () => {
    const renumbering = drawRenumbering(new Random(seed()), state, ["br-wan"]);
    const after = renumberState(state, renumbering);
    assert.equal(Object.keys(after), Object.keys(state));
    for (const [path, old] of Object.entries(state)) if (!path.endsWith(".json")) assert.is(after[path]?.split("\n").length, old.split("\n").length, path);
    assert.equal(devicesOf(after), devicesOf(state).map((device) => renumbering.devices.get(device) ?? device));
    assert.ok(devicesOf(after).includes("br-wan"));
    assert.is(renumbering.devices.size, devicesOf(state).length - 2);
  });

  test(`${name}: a renumbering that changes nothing changes no text and no value`, () => {
    for (const [path, after] of Object.entries(renumberState(state, IDENTITY))) {
      if (path.endsWith(".json")) assert.equal(JSON.parse(after), JSON.parse(state[path] ?? ""), path);
      else assert.is(after, state[path], path);
    }
  });
}

test("the address text of a prefix that is kept is the node's own", () => {
  assert.is(formatAddress(address("2001:DB8::1")), "2001:db8::1");
  assert.is(renumberState({ "a.txt": "0:0:0:0:0:0:0:1 ff02::1" }, PLAIN)["a.txt"], "0:0:0:0:0:0:0:1 ff02::1");
});

test.run();
