/** Writes captures for the benchmarks: small frames of the node in node.ts, the same bytes for the same seed.
 *    node --import tsx bench/generate.ts --bytes 1000000000 [--seed 1] [--out bench.pcap] [--node FOLDER] */
import { strict as assert } from "node:assert";
import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { dnsAnswer, dnsQuery } from "../test/support/messages.js";
import { type Upper, arp, ethernet, fragment, hopByHop, icmp4, icmp6, ip, ipv4, ipv6, raw, tcp, u16, u32, udp } from "../test/support/packets.js";
import { FASTD_PORT, REMOTES, REMOTE_PORT, SSH_PORT, WAN, writeBenchNode } from "./node.js";

export { writeBenchNode };

/** An integer below the bound. */
export type Random = (below: number) => number;
type Family = 4 | 6;

export interface Generated {
  readonly frames: number;
  /** Of the file, its headers included; at most what was asked for. */
  readonly bytes: number;
  readonly seed: number;
}

const BUFFER_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
/** Different frames of a capture; each is drawn many times. */
const POOL_FRAMES = 16_384;
/** Addresses that VPN-like packets go to and come from, the configured remotes among them. */
const REMOTES_ALL = 256;
/** Time from frame to frame. */
const STEP_MICROS = 10;
const FIRST_SECOND = 1_700_000_000;
/** The least that Ethernet carries, without its checksum. IPv6 needs more: 62 bytes for an empty UDP datagram. */
const WIRE_BYTES_MIN = 60;

/** Marsaglia's xorshift of 32 bits. */
export function xorshift(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Writes a capture of at most `bytes` bytes, 4 MB at a time. */
export async function generate(path: string, { bytes, seed }: { readonly bytes: number; readonly seed: number }): Promise<Generated> {
  assert.ok(Number.isSafeInteger(bytes) && bytes >= HEADER_BYTES, `a capture has at least the ${HEADER_BYTES} bytes of its header`);
  const random = xorshift(seed);
  const pool = framePool(random).map(record);
  const buffer = new Uint8Array(BUFFER_BYTES);
  const view = new DataView(buffer.buffer);
  const file = await open(path, "w");
  try {
    [0xa1b2c3d4, 0x0004_0002, 0, 0, 262_144, 1].forEach((word, i) => { view.setUint32(4 * i, word, true); });
    let [at, written, frames] = [HEADER_BYTES, 0, 0];
    for (;;) {
      const next = pool[random(pool.length)] ?? new Uint8Array(0);
      const full = written + at + next.length > bytes;
      if (full || at + next.length > BUFFER_BYTES) {
        await file.writeFile(buffer.subarray(0, at));
        written += at;
        at = 0;
      }
      if (full) return { frames, bytes: written, seed };
      const micros = frames * STEP_MICROS;
      buffer.set(next, at);
      view.setUint32(at, FIRST_SECOND + Math.floor(micros / 1e6), true);
      view.setUint32(at + 4, micros % 1e6, true);
      at += next.length;
      frames++;
    }
  } finally {
    await file.close();
  }
}

/** A frame behind its record header, in which only the time is missing. */
function record(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES + frame.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, frame.length, true);
  bytes.set(frame, RECORD_BYTES);
  return bytes;
}

interface Draw {
  readonly random: Random;
  readonly out: boolean;
  readonly family: Family;
  /** Addresses of VPN servers and others by family; the configured ones come first. */
  readonly remotes: Readonly<Record<Family, readonly string[]>>;
}

/** Kind of frame -> its share in percent, and how to make one. */
const MIX: Readonly<Record<string, readonly [share: number, make: (draw: Draw) => Uint8Array]>> = {
  fastd: [46, fastdFrame],
  fragments: [2, fragmentFrame],
  wanDns: [12, dnsFrame],
  tcp: [8, sshFrame],
  ndp: [8, ndpFrame],
  echo: [8, echoFrame],
  others: [8, otherFrame],
  ntp: [4, ntpFrame],
  arp: [2, arpFrame],
  groups: [2, groupFrame],
};

/** All the frames a capture is drawn from, in shares of MIX. */
export function framePool(random: Random): Uint8Array[] {
  const some = (count: number, make: () => string): string[] => Array.from({ length: count }, make);
  const strangers = REMOTES_ALL / 2 - REMOTES[4].length;
  const remotes = {
    4: [...REMOTES[4], ...some(strangers, () => `203.0.113.${1 + random(254)}`)],
    6: [...REMOTES[6], ...some(strangers, () => `2001:db8:200::${random(0xffff).toString(16)}:${random(0xffff).toString(16)}`)],
  };
  return Object.values(MIX).flatMap(([share, make]) =>
    Array.from({ length: Math.floor((POOL_FRAMES * share) / 100) }, () => make({ random, remotes, out: random(2) === 0, family: random(5) < 3 ? 4 : 6 })),
  );
}

/** A packet between the node and a peer: out or in by the hardware addresses. */
function between(draw: Draw, peer: string, payload: Upper, tags: readonly number[] = []): Uint8Array {
  const node = WAN[draw.family].node;
  const ends = draw.out ? { src: node, dst: peer } : { src: peer, dst: node };
  return link(draw.out, draw.family === 4 ? ipv4({ ...ends, payload, dontFragment: true }) : ipv6({ ...ends, payload }), tags);
}

function link(out: boolean, payload: Uint8Array, tags: readonly number[] = []): Uint8Array {
  const ends = out ? { src: WAN.mac, dst: WAN.gatewayMac } : { src: WAN.gatewayMac, dst: WAN.mac };
  return ethernet({ ...ends, payload, tags, pad: WIRE_BYTES_MIN });
}

const ports = (out: boolean, node: number, peer: number): { sport: number; dport: number } => (out ? { sport: node, dport: peer } : { sport: peer, dport: node });

/** Seven of eight go to a configured remote: the rest is what a leak looks like. */
function remoteOf({ random, remotes, family }: Draw): string {
  const configured = random(8) > 0;
  return remotes[family][random(configured ? REMOTES[family].length : remotes[family].length)] ?? REMOTES[family][0] ?? "";
}

function fastdFrame(draw: Draw): Uint8Array {
  const payload = draw.family === 4 ? u32(draw.random(0x7fffffff)) : [];
  return between(draw, remoteOf(draw), udp({ ...ports(draw.out, FASTD_PORT, REMOTE_PORT), payload }), draw.random(24) === 0 ? [7] : []);
}

/** One piece of a long datagram: identifiers are few, so first and later pieces meet. */
function fragmentFrame(draw: Draw): Uint8Array {
  const id = 1 + draw.random(64);
  const first = draw.random(2) === 0;
  // The same peer for the same identifier: pieces belong together by both.
  const peer = REMOTES[draw.family][id % REMOTES[draw.family].length] ?? "";
  const ends = draw.out ? { src: WAN[draw.family].node, dst: peer } : { src: peer, dst: WAN[draw.family].node };
  const { sport, dport } = ports(draw.out, FASTD_PORT, REMOTE_PORT);
  const payload = raw(17, first ? [...u16(sport), ...u16(dport), ...u16(16), 0, 0] : u32(id).concat(u32(id)));
  const piece = { id, offset: first ? 0 : 8, more: first };
  return link(draw.out, draw.family === 4 ? ipv4({ ...ends, payload, ...piece }) : ipv6({ ...ends, payload, extensions: [fragment(piece)] }));
}

function dnsFrame(draw: Draw): Uint8Array {
  const question = { id: draw.random(65_536), name: `g${draw.random(10)}.example`, type: draw.random(2) === 0 ? "A" : "AAAA" } as const;
  const payload = draw.out ? dnsQuery(question) : dnsAnswer(question);
  return between(draw, WAN[draw.family].gateway, udp({ ...ports(draw.out, 40_000 + draw.random(1000), 53), payload }));
}

/** Strangers knock at the node's SSH port and are answered. */
function sshFrame(draw: Draw): Uint8Array {
  const peer = draw.random(64);
  const flags = draw.out ? "SA" : draw.random(2) === 0 ? "S" : "A";
  return between(draw, draw.remotes[draw.family][32 + peer] ?? "", tcp({ ...ports(draw.out, SSH_PORT, 50_000 + peer), flags, seq: draw.random(0xffffffff) }));
}

function ndpFrame({ random, out }: Draw): Uint8Array {
  const { node, gateway } = WAN.linkLocal;
  const ends = out ? { src: node, dst: gateway } : { src: gateway, dst: node };
  const type = random(2) === 0 ? 135 : 136;
  const target = type === 135 ? ends.dst : ends.src;
  return link(out, ipv6({ ...ends, hopLimit: 255, payload: icmp6({ type, rest: type === 136 ? [0x60, 0, 0, 0] : [0, 0, 0, 0], payload: ip(target) }) }));
}

function echoFrame(draw: Draw): Uint8Array {
  const peer = draw.random(64);
  const rest = [...u16(peer), ...u16(1)];
  const payload = draw.family === 4 ? icmp4({ type: draw.out ? 0 : 8, rest }) : icmp6({ type: draw.out ? 129 : 128, rest });
  return between(draw, draw.remotes[draw.family][32 + peer] ?? "", payload);
}

/** Neighbours on the WAN talk to each other; a bridge floods that to the node. */
function otherFrame({ random }: Draw): Uint8Array {
  const host = 100 + random(100);
  const payload = ipv4({ src: `192.0.2.${host}`, dst: "192.0.2.255", payload: udp({ sport: 5000 + random(1000), dport: 5000 + random(1000) }) });
  return ethernet({ src: `02:00:5e:20:00:${host.toString(16)}`, dst: "ff:ff:ff:ff:ff:ff", payload, pad: WIRE_BYTES_MIN });
}

/** The time daemon's socket is not marked: stock nodes ask over the WAN. Mode 3 is a client, 4 a server (RFC 5905). */
function ntpFrame(draw: Draw): Uint8Array {
  const server = draw.random(4);
  return between({ ...draw, family: 4 }, draw.remotes[4][100 + server] ?? "", udp({ ...ports(draw.out, 60_000 + server, 123), payload: [draw.out ? 0x23 : 0x24, ...new Uint8Array(47)] }));
}

function arpFrame({ out, random }: Draw): Uint8Array {
  const node = [WAN.mac, WAN[4].node] as const;
  const gateway = [WAN.gatewayMac, WAN[4].gateway] as const;
  const [sender, target] = out ? [node, gateway] : [gateway, node];
  return link(out, arp({ operation: 1 + random(2), sender, target }));
}

/** Group membership: IGMPv2 and MLDv1 reports of the node. */
function groupFrame({ family }: Draw): Uint8Array {
  const [group4, group6] = ["224.0.0.251", "ff02::fb"];
  const options = [0x94, 4, 0, 0];
  const igmp = raw(2, [0x16, 0, ...u16(0x0904), ...ip(group4)]);
  const mld = icmp6({ type: 131, payload: ip(group6) });
  return family === 4
    ? ethernet({ src: WAN.mac, dst: "01:00:5e:00:00:fb", payload: ipv4({ src: WAN[4].node, dst: group4, ttl: 1, options, payload: igmp }), pad: WIRE_BYTES_MIN })
    : ethernet({ src: WAN.mac, dst: "33:33:00:00:00:fb", payload: ipv6({ src: WAN.linkLocal.node, dst: group6, hopLimit: 1, extensions: [hopByHop([5, 2, 0, 0])], payload: mld }) });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { bytes: { type: "string", default: "100000000" }, seed: { type: "string", default: "1" }, out: { type: "string", default: "bench.pcap" }, node: { type: "string" } },
  });
  const { frames, bytes, seed } = await generate(values.out, { bytes: Number(values.bytes), seed: Number(values.seed) });
  process.stderr.write(`${values.out}: ${frames} frames, ${bytes} bytes, seed ${seed}\n`);
  if (values.node !== undefined) await writeBenchNode(values.node);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
