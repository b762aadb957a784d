import { test } from "uvu";
import * as assert from "uvu/assert";
import { dnsAnswer, dnsQuery } from "../messages.js";
import { address } from "../nodes.js";
import { arp, ethernet, fragment, hex, hopByHop, icmp4, icmp6, ip, type Ipv4, ipv4, ipv6, join, raw, tcp, u16, udp, type Upper } from "../packets.js";
import { seed } from "../seed.js";
import { wrongChecksums } from "./capture.js";
import { renumberDns } from "./dns.js";
import { renumberFrame } from "./frame.js";
import { IDENTITY, type Renumbering } from "./plan.js";
import { Random } from "./random.js";

/** Old and new: what the tests below say of frames. */
const MACS = new Map([["02:00:00:00:01:01", "06:11:22:33:44:55"], ["02:00:00:00:02:01", "06:11:22:33:44:99"]]);
const ADDRESSES = new Map([
  ["192.168.178.62", "192.168.9.7"], ["192.168.178.1", "192.168.9.8"], ["198.51.100.10", "203.0.113.77"],
  ["2001:db8:178:1::62", "3fff:9::7"], ["2001:db8:178:1::1", "3fff:9::8"], ["2001:db8:100::10", "2a00:77::1:77"], ["fe80::1", "fe80::77"],
]);
const LABELS = new Map([["vpn1", "abcd"], ["example", "qqqqqqq"], ["net", "zzz"], ["alias", "lllll"]]);
const PORTS = new Map([[40_000, 40_001], [10_000, 9999]]);

const bytesOf = (mac: string): string => hex(mac).join();
const hardware = new Map([...MACS].map(([old, fresh]) => [bytesOf(old), hex(fresh)]));
const addresses = new Map([...ADDRESSES].map(([old, fresh]) => [address(old).words.join(), address(fresh)]));
const RENUMBERING: Renumbering = {
  hardware: (mac) => hardware.get(mac.join()) ?? mac,
  address: (old) => addresses.get(old.words.join()) ?? old,
  label: (label) => LABELS.get(label.toLowerCase()) ?? label,
  port: (port) => PORTS.get(port) ?? port,
  devices: new Map(),
};
const newAddress = (old: string): string => ADDRESSES.get(old) ?? old;
const newMac = (old: string): string => MACS.get(old) ?? old;

/** Builds the same frame with the old words and with the new ones: renumbering the first must give the second, checksums and all. */
type Build = (a: (old: string) => string, port: (old: number) => number, name: (old: string) => string, mac: (old: string) => string) => Uint8Array;

const same = <T>(old: T): T => old;
function becomes(build: Build): void {
  const old = build(same, same, same, same);
  const fresh = build(newAddress, RENUMBERING.port, (name) => name.split(".").map(RENUMBERING.label).join("."), newMac);
  assert.not.equal(fresh, old);
  assert.equal(renumberFrame(old, RENUMBERING), fresh);
  assert.equal(renumberFrame(old, IDENTITY), old);
}

const NODE = "02:00:00:00:01:01", ROUTER = "02:00:00:00:02:01";
const NODE4 = "192.168.178.62", NODE6 = "2001:db8:178:1::62", SERVER4 = "198.51.100.10", SERVER6 = "2001:db8:100::10", ROUTER6 = "2001:db8:178:1::1";
const sent = (payload: Uint8Array, mac: (old: string) => string, tags: readonly number[] = []): Uint8Array => ethernet({ src: mac(NODE), dst: mac(ROUTER), payload, tags });

test("ARP: link header, sender and target", () => {
  becomes((a, _port, _name, mac) => sent(arp({ sender: [mac(NODE), a(NODE4)], target: [mac(ROUTER), a("192.168.178.1")] }), mac));
  becomes((a, _port, _name, mac) => ethernet({ src: mac(NODE), dst: "ff:ff:ff:ff:ff:ff", payload: arp({ sender: [mac(NODE), a(NODE4)], target: ["00:00:00:00:00:00", a(SERVER4)] }), pad: 60 }));
});

test("UDP and TCP: addresses, ports and checksums, with and without a VLAN tag", () => {
  for (const tags of [[], [7], [7, 8]]) {
    becomes((a, port, _name, mac) => sent(ipv4({ src: a(NODE4), dst: a(SERVER4), payload: udp({ sport: port(40_000), dport: port(10_000), payload: [1, 2, 3] }), options: [1, 1] }), mac, tags));
    becomes((a, port, _name, mac) => sent(ipv6({ src: a(NODE6), dst: a(SERVER6), payload: tcp({ sport: port(40_000), dport: port(80), flags: "S" }), extensions: [hopByHop()] }), mac, tags));
  }
});

test("UDP without a checksum stays without one", () => {
  const bare = (sport: number, dport: number): Upper => raw(17, join(u16(sport), u16(dport), u16(9), u16(0), [7]));
  becomes((a, port, _name, mac) => sent(ipv4({ src: a(NODE4), dst: a(SERVER4), payload: bare(port(40_000), port(10_000)) }), mac));
});

test("a UDP checksum that comes out as zero is written as all ones", () => {
  // Every value of two free bytes gives every sum once.
  const random = new Random(seed());
  const free = (value: number): Uint8Array => sent(ipv4({ src: NODE4, dst: SERVER4, payload: udp({ sport: 40_000, dport: 10_000, payload: u16(value) }) }), same);
  const start = random.below(65_536);
  const zeros = Array.from({ length: 65_536 }, (_, i) => renumberFrame(free((start + i) & 0xffff), RENUMBERING)).filter((frame) => frame[40] === 0xff && frame[41] === 0xff);
  assert.ok(zeros.length >= 1);
  assert.ok(zeros.every((frame) => wrongChecksums(frame).length === 0));
});

test("DNS: names, aliases and addresses, compressed or not", () => {
  for (const compress of [true, false]) {
    becomes((a, port, name, mac) => {
      const answers = [
        { type: "CNAME", data: name("alias.example.net") }, { name: name("alias.example.net"), type: "A", data: a(SERVER4) },
        { name: name("alias.example.net"), type: "AAAA", data: a(SERVER6) }, { type: "TXT", data: "vpn1" },
      ] as const;
      const payload = udp({ sport: 53, dport: port(40_000), payload: dnsAnswer({ name: name("vpn1.example.net"), answers, compress }) });
      return sent(ipv6({ src: a(ROUTER6), dst: a(NODE6), payload }), mac);
    });
  }
  becomes((a, port, name, mac) => sent(ipv4({ src: a(NODE4), dst: a("192.168.178.1"), payload: udp({ sport: port(40_000), dport: 53, payload: dnsQuery({ name: name("vpn1.example.net") }) }) }), mac));
});

test("DNS that is cut anywhere is renumbered up to there", () => {
  const message = dnsAnswer({ name: "vpn1.example.net", answers: [{ type: "CNAME", data: "alias.example.net" }, { type: "AAAA", data: SERVER6 }] });
  const whole = message.slice();
  renumberDns(whole, RENUMBERING);
  for (let length = 0; length < message.length; length++) {
    const cut = message.slice(0, length);
    renumberDns(cut, RENUMBERING);
    const differ = cut.findIndex((byte, i) => byte !== whole[i]);
    assert.ok(differ < 0 || Buffer.compare(cut.subarray(differ), message.subarray(differ, length)) === 0, `cut at ${length}`);
  }
});

test("neighbour discovery: targets and link-layer options", () => {
  const option = (type: number, mac: string): Uint8Array => join([type, 1], hex(mac));
  becomes((a, _port, _name, mac) => sent(ipv6({ src: a(NODE6), dst: "ff02::1:ff00:1", hopLimit: 255, payload: icmp6({ type: 135, payload: join(ip(a(ROUTER6)), option(1, mac(NODE))) }) }), mac));
  becomes((a, _port, _name, mac) => sent(ipv6({ src: a(ROUTER6), dst: a(NODE6), hopLimit: 255, payload: icmp6({ type: 136, payload: join(ip(a(ROUTER6)), option(2, mac(ROUTER))) }) }), mac));
  becomes((a, _port, _name, mac) => sent(ipv6({ src: a("fe80::1"), dst: "ff02::2", hopLimit: 255, payload: icmp6({ type: 133, payload: option(1, mac(NODE)) }) }), mac));
  becomes((a, _port, _name, mac) => sent(ipv6({ src: a("fe80::1"), dst: "ff02::1", hopLimit: 255, payload: icmp6({ type: 134, payload: join(new Uint8Array(8), [5, 1, 0, 0, 0, 0, 5, 0], option(1, mac(ROUTER))) }) }), mac));
});

test("multicast listener reports stay but for the link header and the source", () => {
  becomes((a, _port, _name, mac) => ethernet({ src: mac(NODE), dst: "33:33:00:00:00:16", payload: ipv6({ src: a("fe80::1"), dst: "ff02::16", extensions: [hopByHop([5, 2, 0, 0])], payload: icmp6({ type: 143, payload: ip("ff02::1:ff00:101") }) }) }));
});

test("echoes keep what they carry", () => {
  becomes((a, _port, _name, mac) => sent(ipv4({ src: a(NODE4), dst: a(SERVER4), payload: icmp4({ type: 8, rest: [0x9c, 0x40, 0, 1], payload: ip(SERVER4) }) }), mac));
});

test("ICMP errors: the quoted packet, its header and its ports", () => {
  becomes((a, port, _name, mac) => {
    const quoted = ipv4({ src: a(SERVER4), dst: a(NODE4), payload: udp({ sport: port(10_000), dport: port(40_000), payload: [9] }) });
    return sent(ipv4({ src: a(NODE4), dst: a(SERVER4), payload: icmp4({ type: 3, code: 3, payload: quoted }) }), mac);
  });
  becomes((a, port, _name, mac) => {
    const quoted = ipv6({ src: a(SERVER6), dst: a(NODE6), payload: tcp({ sport: port(10_000), dport: port(40_000), flags: "S" }) });
    return sent(ipv6({ src: a(NODE6), dst: a(SERVER6), payload: icmp6({ type: 1, code: 4, payload: quoted }) }), mac);
  });
});

test("a quoted or captured packet that is cut has its checksum shifted by what changed", () => {
  const payload = (port: (old: number) => number): Upper => udp({ sport: port(40_000), dport: port(10_000), payload: new Uint8Array(100).fill(0x5a) });
  becomes((a, port, _name, mac) => {
    const quoted = ipv4({ src: a(NODE4), dst: a(SERVER4), payload: payload(port) }).subarray(0, 28);
    return sent(ipv4({ src: a(SERVER4), dst: a(NODE4), payload: icmp4({ type: 11, payload: quoted }) }), mac);
  });
  for (const length of [34, 36, 38, 42, 60, 100]) becomes((a, port, _name, mac) => sent(ipv4({ src: a(NODE4), dst: a(SERVER4), payload: payload(port) }), mac).subarray(0, length));
});

test("fragments: the first one's ports, and its checksum that covers them all", () => {
  const bytes = (a: (old: string) => string, port: (old: number) => number): Uint8Array => udp({ sport: port(40_000), dport: port(10_000), payload: new Uint8Array(40).fill(3) }).pack(a(NODE4), a(SERVER4));
  const part = (at: Partial<Ipv4>, a: (old: string) => string, piece: Uint8Array): Uint8Array => ipv4({ src: a(NODE4), dst: a(SERVER4), payload: raw(17, piece), ...at });
  becomes((a, port, _name, mac) => sent(part({ more: true }, a, bytes(a, port).subarray(0, 24)), mac));
  becomes((a, _port, _name, mac) => sent(part({ offset: 24 }, a, bytes(same, same).subarray(24)), mac));
  const six = (a: (old: string) => string, port: (old: number) => number): Uint8Array => udp({ sport: port(40_000), dport: port(10_000), payload: new Uint8Array(40).fill(3) }).pack(a(NODE6), a(SERVER6));
  becomes((a, port, _name, mac) => sent(ipv6({ src: a(NODE6), dst: a(SERVER6), payload: raw(17, six(a, port).subarray(0, 24)), extensions: [fragment({ id: 7, more: true })] }), mac));
  becomes((a, _port, _name, mac) => sent(ipv6({ src: a(NODE6), dst: a(SERVER6), payload: raw(17, six(same, same).subarray(24)), extensions: [fragment({ id: 7, offset: 24 })] }), mac));
});

test("a frame cut at any byte neither fails nor grows", () => {
  const whole = sent(ipv6({ src: NODE6, dst: SERVER6, payload: icmp6({ type: 135, payload: join(ip(ROUTER6), [1, 1], hex(NODE)) }), extensions: [hopByHop()] }), same);
  for (let length = 0; length <= whole.length; length++) assert.is(renumberFrame(whole.subarray(0, length), RENUMBERING).length, length);
});

test.run();
