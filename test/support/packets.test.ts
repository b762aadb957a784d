import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withFolder } from "./files.js";
import { type DnsRecord, dhcp4, dhcp6, dnsAnswer, dnsName, dnsQuery, overTcp } from "./messages.js";
import {
  ETHER_TYPE, type Upper, arp, destination, ethernet, fragment, hex, hopByHop, icmp4, icmp6, internetChecksum, ip, ipv4, ipv6, join, pseudoHeader, raw, routing, tcp, u16, u32, udp,
} from "./packets.js";
import { FIRST_SECOND, pcap } from "./pcapfile.js";

const NODE = "02:00:00:00:01:01";
const GATEWAY = "02:00:00:00:02:01";
const FOUR = { src: "192.0.2.62", dst: "198.51.100.10" } as const;
const SIX = { src: "2001:db8:178:1::62", dst: "2001:db8:100::10" } as const;
const show = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the checksum of RFC 1071's example is its own", () => {
  assert.is(internetChecksum(hex("0001f203f4f5f6f7")), ~0xddf2 & 0xffff);
});

test("an odd last byte counts as the high half of a word", () => {
  assert.is(internetChecksum([1]), 0xfeff);
});

test("a known IPv4 header has its known checksum", () => {
  const packet = ipv4({ src: "192.168.0.1", dst: "192.168.0.199", dontFragment: true, payload: raw(17, new Uint8Array(95)) });
  assert.is(show(packet.subarray(0, 20)), "4500007300004000" + "4011b861" + "c0a80001c0a800c7");
});

test("an IPv4 header with options sums to zero, whatever stands in it", () => {
  for (const options of [[], [1], [0x94, 4, 0, 0], new Array<number>(40).fill(1)]) {
    const packet = ipv4({ ...FOUR, ttl: 1, tos: 0xb8, id: 0xbeef, offset: 1480, more: true, options, payload: raw(17, [1, 2, 3]) });
    const length = ((packet[0] ?? 0) & 15) * 4;
    assert.is(length, 20 + Math.ceil(options.length / 4) * 4);
    assert.is(internetChecksum(packet.subarray(0, length)), 0);
    assert.is(show(packet.subarray(2, 8)), show(join(u16(length + 3), u16(0xbeef), u16(0x2000 | 185))));
  }
});

const UPPERS: Readonly<Record<string, (payload: ArrayLike<number>) => Upper>> = {
  udp: (payload) => udp({ sport: 40000, dport: 10000, payload }),
  tcp: (payload) => tcp({ sport: 40000, dport: 80, flags: "PA", seq: 0xffffffff, ack: 7, payload }),
  icmp6: (payload) => icmp6({ type: 128, rest: u32(1), payload }),
};
for (const [name, make] of Object.entries(UPPERS)) {
  test(`${name} sums to zero with its pseudo header in both families, at even and odd lengths`, () => {
    for (const ends of [FOUR, SIX]) {
      for (const length of [0, 1, 2, 17, 1400]) {
        const upper = make(new Uint8Array(length).fill(0xa5));
        const bytes = upper.pack(ends.src, ends.dst);
        assert.is(internetChecksum(pseudoHeader(upper.proto, bytes.length, ends.src, ends.dst), bytes), 0);
      }
    }
  });
}

test("a UDP checksum that comes out as zero is sent as all ones", () => {
  const silent = udp({ sport: 0, dport: 0, payload: [0, 0] }).pack(SIX.src, SIX.dst);
  const fitting = udp({ sport: 0, dport: 0, payload: silent.subarray(6, 8) }).pack(SIX.src, SIX.dst);
  assert.is(show(fitting.subarray(6, 8)), "ffff");
});

test("ICMP sums to zero on its own", () => {
  assert.is(internetChecksum(icmp4({ type: 8, rest: u32(0x00010002), payload: [1, 2, 3] }).pack(FOUR.src, FOUR.dst)), 0);
});

test("TCP flags are the letters of the header's low byte", () => {
  const flags = (text: string): number | undefined => tcp({ sport: 1, dport: 2, flags: text }).pack(FOUR.src, FOUR.dst)[13];
  assert.equal(["F", "S", "R", "P", "A", "U", "SA", ""].map(flags), [1, 2, 4, 8, 16, 32, 18, 0]);
});

test("an Ethernet frame is destination, source, tags, type, payload and padding", () => {
  const frame = ethernet({ src: NODE, dst: GATEWAY, tags: [[ETHER_TYPE.qinq, 5], 7], payload: hex("45ff"), pad: 26 });
  assert.is(show(frame), "020000000201" + "020000000101" + "88a80005" + "81000007" + "0800" + "45ff" + "0000");
});

test("the type is told by the payload unless given", () => {
  const type = (payload: Uint8Array, given = {}): string => show(ethernet({ src: NODE, dst: GATEWAY, payload, ...given }).subarray(12, 14));
  const request = arp({ sender: [NODE, FOUR.src], target: ["00:00:00:00:00:00", "192.0.2.1"] });
  assert.equal([type(hex("60")), type(hex("45")), type(request), type(hex("45"), { type: ETHER_TYPE.batman })], ["86dd", "0800", "0806", "4305"]);
});

test("ARP carries both pairs of addresses", () => {
  const reply = arp({ operation: 2, sender: [NODE, "192.0.2.62"], target: [GATEWAY, "192.0.2.1"] });
  assert.is(show(reply), "0001080006040002" + "020000000101" + "c000023e" + "020000000201" + "c0000201");
});

test("IPv6 extension headers are chained in order, in multiples of eight bytes", () => {
  const extensions = [hopByHop([5, 2, 0, 0]), destination(), routing(), fragment({ id: 9, offset: 16, more: true })];
  const packet = ipv6({ ...SIX, hopLimit: 3, trafficClass: 0xb8, flowLabel: 0x12345, extensions, payload: raw(17, [1]) });
  assert.is(show(packet.subarray(0, 8)), "6b812345" + "0021" + "0003");
  assert.is(show(packet.subarray(40)), "3c00050200000100" + "2b00010400000000" + "2c00040000000000" + "1100001100000009" + "01");
});

test("every length of options is padded to whole headers", () => {
  for (let length = 0; length < 20; length++) {
    const packed = destination(new Uint8Array(length)).pack(17);
    assert.is(packed.length % 8, 0);
    assert.is(packed.length, 8 * ((packed[1] ?? -1) + 1));
  }
});

test("a compressed answer is shorter than a plain one", () => {
  const answers: DnsRecord[] = [{ type: "CNAME", data: "b.example" }, { name: "b.example", type: "A", data: "192.0.2.1" }];
  const [short, long] = [true, false].map((compress) => dnsAnswer({ name: "a.example", answers, compress }).length);
  // Pointers spare "a.example", "example" and "b.example".
  assert.is((long ?? 0) - (short ?? 0), 9 + 7 + 9);
});

test("a name is its labels behind their lengths", () => {
  assert.is(show(dnsName("gw.example")), "026777076578616d706c6500");
  assert.is(show(dnsName(".")), "00");
});

test("an address that is none is an error", () => {
  assert.throws(() => ip("192.0.2.256"), /not an address/);
});

test("a pcap record tells time and lengths, cut to the snap length unless they are claimed", () => {
  const file = pcap([new Uint8Array(100), { bytes: new Uint8Array(2), seconds: 5, nanos: 7999, captured: 8, original: 9 }], { snaplen: 3 });
  const words = (at: number): number[] => Array.from(new Uint32Array(file.slice(at, at + 16).buffer));
  assert.equal(words(24), [FIRST_SECOND, 0, 3, 100]);
  assert.equal(words(24 + 19), [5, 7, 8, 9]);
  assert.is(file.length, 24 + 19 + 18);
});

/** One frame or more of every builder, all well formed. */
function everything(): Uint8Array[] {
  const link = (payload: Uint8Array, tags: readonly number[] = []): Uint8Array => ethernet({ src: NODE, dst: GATEWAY, payload, tags });
  const answers: DnsRecord[] = [{ type: "CNAME", data: "b.example" }, { name: "b.example", type: "A", data: "192.0.2.1" }, { name: "b.example", type: "AAAA", data: "2001:db8::1" }, { type: "TXT", data: "hi" }];
  const dns = [true, false].map((compress) => dnsAnswer({ name: "a.example", answers, compress }));
  const whole = udp({ sport: 40000, dport: 10000, payload: new Uint8Array(48) }).pack(FOUR.src, FOUR.dst);
  const pieces = [{ id: 5, offset: 0, more: true }, { id: 5, offset: 32, more: false }];
  const alert = [hopByHop([5, 2, 0, 0])];
  return [
    link(arp({ sender: [NODE, FOUR.src], target: [GATEWAY, FOUR.dst] })),
    link(ipv4({ ...FOUR, payload: udp({ sport: 40000, dport: 53, payload: dnsQuery({ name: "a.example" }) }) })),
    ...dns.map((payload) => link(ipv4({ ...FOUR, payload: udp({ sport: 53, dport: 40000, payload }) }), [7])),
    link(ipv6({ ...SIX, payload: tcp({ sport: 40000, dport: 53, flags: "PA", payload: overTcp(dnsQuery({ name: "a.example", type: "AAAA" })) }) })),
    link(ipv4({ ...FOUR, options: [0x94, 4, 0, 0], payload: icmp4({ type: 8, rest: u32(1), payload: whole }) })),
    link(ipv4({ ...FOUR, payload: icmp4({ type: 3, code: 3, payload: ipv4({ src: FOUR.dst, dst: FOUR.src, payload: udp({ sport: 1, dport: 2 }) }) }) })),
    ...pieces.map((piece) => link(ipv4({ ...FOUR, ...piece, payload: raw(17, piece.more ? whole.subarray(0, 32) : whole.subarray(32)) }))),
    ...pieces.map((piece) => link(ipv6({ ...SIX, extensions: [destination(), fragment(piece)], payload: raw(17, udp({ sport: 1, dport: 2, payload: new Uint8Array(48) }).pack(SIX.src, SIX.dst).subarray(piece.offset, piece.more ? 32 : 56)) }))),
    link(ipv6({ ...SIX, extensions: [routing({ type: 4, left: 0, addresses: [SIX.dst] })], payload: udp({ sport: 1, dport: 2 }) })),
    link(ipv6({ src: "fe80::1", dst: "ff02::16", hopLimit: 1, extensions: alert, payload: icmp6({ type: 143, rest: u32(1), payload: join([4, 0, 0, 0], ip("ff02::fb")) }) })),
    link(ipv6({ src: "fe80::1", dst: "fe80::2", hopLimit: 255, payload: icmp6({ type: 135, payload: join(ip("fe80::2"), [1, 1], hex(NODE)) }) })),
    link(ipv4({ src: "0.0.0.0", dst: "255.255.255.255", payload: dhcp4(NODE) })),
    link(ipv6({ src: "fe80::1", dst: "ff02::1:2", payload: dhcp6(NODE) })),
  ];
}

test("tshark finds every frame well formed and every checksum right", () =>
  withFolder(async (folder) => {
    const path = joinPath(folder, "all.pcap");
    await writeFile(path, pcap(everything()));
    const checks = ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"].flatMap((option) => ["-o", option]);
    const wrong = "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0";
    const run = spawnSync("tshark", ["-r", path, ...checks, "-Y", wrong], { encoding: "utf8" });
    if (run.error !== undefined) {
      process.stdout.write("tshark is not on PATH: frames were checked by recomputation only\n");
      return;
    }
    assert.is(run.status, 0, run.stderr);
    assert.is(run.stdout, "");
  }));

test.run();
