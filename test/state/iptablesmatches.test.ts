import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseIptables } from "../../src/state/iptables.js";
import { allHold, DEVICES, type HookFields, isCondition, type Truth } from "./firewalls.js";

function read(match: string, family: 4 | 6): { readonly truth: (fields: HookFields) => Truth; readonly codes: string[] } {
  const { value, diagnostics } = parseIptables(`*filter\n:INPUT ACCEPT [0:0]\n-A INPUT ${match}\nCOMMIT\n`, family, DEVICES);
  const steps = value.tables[0]?.chains.get("INPUT")?.rules[0]?.steps ?? [];
  return { truth: (fields) => allHold(steps, fields), codes: diagnostics.map(({ code }) => code) };
}
const truths = (match: string, packets: readonly HookFields[], family: 4 | 6 = 4): Truth[] => packets.map(read(match, family).truth);

test("addresses, devices and protocols, plain and inverted", () => {
  const packets = [{ src0: 0x0a000001, iif: 2, proto: 6 }, { src0: 0x0b000001, iif: 3, proto: 17 }];
  for (const [match, wanted] of [["-s 10.0.0.0/8", [true, false]], ["! -s 10.0.0.0/8", [false, true]], ["-i br-wan", [true, false]], ["! -i eth+", [true, false]], ["-p tcp", [true, false]], ["! -p 6", [false, true]], ["-p all", [true, true]]] as const) {
    assert.equal(truths(match, packets), wanted, match);
  }
});

test("! -i takes packets that came in on no device", () => {
  assert.equal(truths("! -i eth0", [{ iif: 0 }, { iif: 3 }]), [true, false]);
  assert.equal(truths("! -i wlan0", [{ iif: 0 }, { iif: 3 }]), [true, true]);
});

test("an IPv6 prefix of two words inverts as a whole", () => {
  const packets = [[0x20010db8, 1], [0x20010db8, 2], [0x20010db9, 1]].map(([src0 = 0, src1 = 0]) => ({ src0, src1 }));
  assert.equal(truths("! -s 2001:db8:0:1::/64", packets, 6), [false, true, true]);
});

test("ports are ranges; a later fragment has none, inverted or not", () => {
  const packets = [{ proto: 6, dport: 22 }, { proto: 6, dport: 25 }, { proto: 6, dport: 26 }, { proto: 6, fragment: 2 }];
  assert.equal(truths("-p tcp -m tcp --dport 22:25", packets), [true, true, false, false]);
  assert.equal(truths("-p tcp -m tcp ! --dport 22:25", packets), [false, false, true, false]);
});

test("TCP flags compare under their mask, --syn is one of them", () => {
  const packets = [2, 18, 6, 0].map((tcpFlags) => ({ proto: 6, tcpFlags }));
  assert.equal(truths("-p tcp -m tcp --tcp-flags SYN,RST SYN", packets), [true, true, false, false]);
  assert.equal(truths("-p tcp -m tcp ! --tcp-flags SYN,ACK SYN", packets), [false, true, false, true]);
  assert.equal(truths("-p tcp -m tcp --syn", packets), [true, false, false, false]);
  assert.equal(truths("-p tcp -m tcp --tcp-flags ALL NONE", packets), [false, false, false, true]);
});

test("multiport takes one of the ports, on either side with --ports", () => {
  const packets = [[1, 9], [9, 3], [9, 9]].map(([sport = 0, dport = 0]) => ({ proto: 17, sport, dport }));
  assert.equal(truths("-p udp -m multiport --dports 1,2:5", packets), [false, true, false]);
  assert.equal(truths("-p udp -m multiport --ports 1,2:5", packets), [true, true, false]);
  assert.equal(truths("-p udp -m multiport ! --ports 1,2:5", packets), [false, false, true]);
  assert.equal(truths("-p sctp -m multiport --dports 5", [{ proto: 132 }]), [null]);
});

test("ICMP has types and codes; 255 is any type of IPv4 only", () => {
  const packets = [[3, 4], [3, 1], [8, 0]].map(([icmpType = 0, icmpCode = 0]) => ({ proto: 1, icmpType, icmpCode }));
  assert.equal(truths("-p icmp -m icmp --icmp-type 3/4", packets), [true, false, false]);
  assert.equal(truths("-p icmp -m icmp ! --icmp-type 3/4", packets), [false, true, true]);
  assert.equal(truths("-p icmp -m icmp --icmp-type any", packets), [true, true, true]);
  assert.equal(truths("-p icmp -m icmp ! --icmp-type 255", packets), [false, false, false]);
  assert.equal(truths("-p ipv6-icmp -m icmp6 --icmpv6-type 255", [{ proto: 58, icmpType: 128 }, { proto: 58, icmpType: 255 }], 6), [false, true]);
});

test("marks compare under their mask, and value bits outside of it never fit", () => {
  const packets = [0, 1, 3].map((mark) => ({ mark }));
  assert.equal(truths("-m mark --mark 0x1/0x1", packets), [false, true, true]);
  assert.equal(truths("-m mark ! --mark 0x1", packets), [true, false, true]);
  assert.equal(truths("-m mark --mark 0x3/0x1", packets), [false, false, false]);
});

test("a connection's mark needs a connection, inverted or not", () => {
  const packets = [{ ctState: 8, ctMark: 5 }, { ctState: 8, ctMark: 4 }, { ctState: 1, ctMark: 5 }];
  assert.equal(truths("-m connmark --mark 0x5", packets), [true, false, false]);
  assert.equal(truths("-m connmark ! --mark 0x5", packets), [false, true, false]);
});

test("address types: IPv4 asks the tables, IPv6 the address", () => {
  assert.equal(truths("-m addrtype --dst-type LOCAL,BROADCAST", [{ dstType: 4 }, { dstType: 8 }, { dstType: 2 }]), [true, true, false]);
  assert.equal(truths("-m addrtype ! --src-type UNICAST", [{ srcType: 4 }, { srcType: 2 }]), [true, false]);
  assert.equal(truths("-m addrtype --dst-type MULTICAST", [{ dst0: 0xff020000 }, { dst0: 0xfe800000 }], 6), [true, false]);
  assert.equal(truths("-m addrtype --dst-type UNICAST", [{ dst0: 0xff020000 }, { dst0: 0xfe800000 }, {}], 6), [false, true, false]);
  assert.equal(truths("-m addrtype --dst-type LOCAL", [{ dstType: 4 }, { dstType: 2 }], 6), [true, false]);
  assert.equal(truths("-m addrtype --dst-type LOCAL --limit-iface-in", [{ dstType: 4 }]), [null]);
});

test("IPv6 addrtype demands each of unicast, multicast and unspec, and one of local, anycast and unreachable", () => {
  const [unicast, multicast] = [{ dst0: 0x20010db8 }, { dst0: 0xff020000 }];
  assert.equal(truths("-m addrtype --dst-type LOCAL,UNICAST", [{ ...unicast, dstType: 4 }, { ...unicast, dstType: 2 }, { ...multicast, dstType: 4 }], 6), [true, false, false]);
  assert.equal(truths("-m addrtype ! --dst-type LOCAL,UNICAST", [{ ...unicast, dstType: 4 }, { ...unicast, dstType: 2 }, { ...multicast, dstType: 4 }], 6), [false, true, true]);
  assert.equal(truths("-m addrtype --dst-type LOCAL,ANYCAST,UNREACHABLE", [{ dstType: 4 }, { dstType: 16 }, { dstType: 128 }, { dstType: 2 }], 6), [true, true, true, false]);
  assert.equal(truths("-m addrtype --dst-type UNICAST,MULTICAST", [unicast, multicast], 6), [false, false]);
  assert.equal(truths("-m addrtype --src-type UNICAST", [{ src2: 0xffff, src3: 0x0a000001 }, { src2: 0xfffe, src3: 1 }, { src2: 0x10000 }, { src3: 1 }, { src1: 1 }], 6), [false, true, true, true, true]);
  assert.equal(truths("-m addrtype --dst-type UNSPEC,UNICAST", [{}, { dst3: 1 }], 6), [false, false]);
  assert.equal(read("-m addrtype --dst-type BROADCAST", 6).codes, ["WP1401"]);
});

test("hop limits, DSCP, TOS, packet types and ranges of addresses", () => {
  assert.equal(truths("-m ttl --ttl-lt 5", [{ hopLimit: 4 }, { hopLimit: 5 }]), [true, false]);
  assert.equal(truths("-m ttl ! --ttl-eq 5", [{ hopLimit: 4 }, { hopLimit: 5 }]), [true, false]);
  assert.equal(truths("-m hl --hl-gt 254", [{ hopLimit: 254 }, { hopLimit: 255 }], 6), [false, true]);
  assert.equal(truths("-m ttl --ttl-lt 0", [{ hopLimit: 0 }]), [false]);
  assert.equal(truths("-m dscp --dscp 0x2e", [{ tos: 0xb9 }, { tos: 0xb4 }]), [true, false]);
  assert.equal(truths("-m tos --tos 0x10/0x3f", [{ tos: 0x50 }, { tos: 0x11 }]), [true, false]);
  assert.equal(truths("-m pkttype --pkt-type multicast", [{ packetType: 2 }, { packetType: 0 }]), [true, false]);
  assert.equal(truths("-m iprange ! --src-range 10.0.0.1-10.0.0.9", [{ src0: 0x0a000009 }, { src0: 0x0a00000a }]), [false, true]);
});

test("-f is a later fragment", () => {
  assert.equal([truths("-f", [{ fragment: 1 }, { fragment: 2 }]), truths("! -f", [{ fragment: 1 }, { fragment: 2 }])], [[false, true], [true, false]]);
});

test("what no packet tells may hold or not, without a message", () => {
  for (const match of ["-m limit --limit 3/min", "-m quota --quota 5", "-m time --timestart 10:00:00", "-m set ! --match-set x src,dst", "-m mac --mac-source 02:00:00:00:00:01", "-m physdev --physdev-in eth0", "-m statistic --mode random --probability 0.5"]) {
    const { truth, codes } = read(match, 4);
    assert.equal([truth({}), codes], [null, []], match);
  }
});

test("a module or an option that is not modelled may hold or not, with a message", () => {
  for (const match of ["-m u32 --u32 0x0=0x1", "-m string --string x --algo bm", "-p tcp -m tcp --tcp-option 5", "-s 10.0.0.0/99", "-p nonesuch", "-m mark --mark x", "-m addrtype --dst-type NONE", "-m constructor"]) {
    const { truth, codes } = read(match, 4);
    assert.equal([truth({ proto: 6 }), codes], [null, ["WP1401"]], match);
  }
});

test("bytes that are no UTF-8 leave a device unknown", () => {
  assert.equal([read("-o \ufffd", 4).truth({}), read("-o \ufffd", 4).codes], [null, ["WP1401"]]);
  assert.equal(read('-m comment --comment "\ufffd"', 4).codes, []);
});

test("every rule of a save with each module is read, and only what is not modelled is unknown", () => {
  const { value } = parseIptables(readFileSync(new URL("../vectors/firewall/legacy4.txt", import.meta.url), "utf8"), 4, DEVICES);
  const rules = value.tables.flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules));
  const unknown = new Set(rules.flatMap(({ steps }) => steps.filter(isCondition).flatMap(({ rows }) => rows.flatMap((row) => row.unknown ?? []))).map((text) => text.split(" ").slice(0, 2).join(" ")));
  assert.equal([value.complete, rules.length], [true, 93]);
  assert.equal([...unknown].sort(), [
    "--suppl-groups", "-m addrtype", "-m connlimit", "-m conntrack", "-m cpu", "-m dccp", "-m devgroup", "-m hashlimit", "-m helper", "-m length", "-m limit", "-m mac", "-m physdev", "-m policy",
    "-m quota", "-m realm", "-m recent", "-m rpfilter", "-m sctp", "-m socket", "-m statistic", "-m string", "-m tcp", "-m time", "-m u32",
  ]);
});

test.run();
