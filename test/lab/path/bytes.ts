/** IPv4 and IPv6 packets as bytes: what is injected is written here, what is seen is read here. */
import { type Family, formatAddress, fromBytes, parseAddress, toBytes } from "../../../src/model/address.js";
import type { PathPacket } from "./words.js";

const ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58;
const FLAGS = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 } as const;
/** ICMP messages without a quoted packet. */
const ECHO: ReadonlySet<number> = new Set([0, 8, 128, 129]);
const REQUESTS: ReadonlySet<number> = new Set([8, 128]);
const ERRORS_MAX = 127;

/** A packet as it was seen. */
export interface Decoded {
  readonly family: Family;
  readonly proto: number;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  readonly tcpFlags?: string;
  readonly trace: Trace;
}

/** By what a packet and its answers are known, whatever NAT does to them. */
export interface Trace {
  /** Equal for one packet in all places, and different for its answers. */
  readonly key: string;
  /** What it answers, as that packet's `answers` has it; null: it answers nothing. */
  readonly about: string | null;
  /** What its answers are about. */
  readonly answers: readonly string[];
}

/** Reads a packet without its link header; null: neither IPv4 nor IPv6. */
export function decode(packet: Buffer): Decoded | null {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) return above(4, packet[9] ?? 0, packet.subarray(12, 16), packet.subarray(16, 20), packet.subarray(((packet[0] ?? 0) & 15) * 4));
  if (version === 6) return above(6, packet[6] ?? 0, packet.subarray(8, 24), packet.subarray(24, 40), packet.subarray(40));
  return null;
}

function above(family: Family, proto: number, from: Buffer, to: Buffer, load: Buffer): Decoded {
  const ends = { family, proto, src: formatAddress(fromBytes(from)), dst: formatAddress(fromBytes(to)) };
  const ports = (): { sport: number; dport: number } => ({ sport: load.readUInt16BE(0), dport: load.readUInt16BE(2) });
  if (proto === TCP) {
    const bits = load[13] ?? 0;
    const tcpFlags = Object.entries(FLAGS).filter(([, bit]) => (bits & bit) !== 0).map(([letter]) => letter).join("");
    return { ...ends, ...ports(), tcpFlags, trace: segmentTrace(load, tcpFlags) };
  }
  if (proto === UDP) return { ...ends, ...ports(), trace: traceOf(`udp ${load.subarray(8).toString("latin1")}`) };
  if (proto !== ICMP && proto !== ICMP6) return { ...ends, trace: traceOf(`${proto} ${load.toString("latin1")}`) };
  const [icmpType = 0, icmpCode = 0] = load;
  const echo = ECHO.has(icmpType);
  return { ...ends, icmpType, icmpCode, ...(echo ? { icmpId: load.readUInt16BE(4) } : {}), trace: echo ? echoTrace(icmpType, load) : errorTrace(icmpType, icmpCode, load) };
}

/** A packet whose answers are ICMP errors, which quote it. */
function traceOf(key: string, about: string | null = null, more: readonly string[] = []): Trace {
  return { key, about, answers: [`quote ${key}`, ...more] };
}

/** An answer acknowledges all that it answers, or begins where that one's acknowledgement ends (RFC 9293, section 3.5.2). */
function segmentTrace(load: Buffer, flags: string): Trace {
  const [sequence, acknowledged] = [load.readUInt32BE(4), load.readUInt32BE(8)];
  const length = load.length - 4 * ((load[12] ?? 0) >> 4) + Number(flags.includes("S")) + Number(flags.includes("F"));
  const about = flags.includes("A") ? `tcp up to ${acknowledged}` : flags.includes("R") ? `tcp from ${sequence}` : null;
  return traceOf(`tcp ${flags} ${sequence}`, about, [`tcp up to ${(sequence + length) >>> 0}`, ...(flags.includes("A") ? [`tcp from ${acknowledged}`] : [])]);
}

function echoTrace(type: number, load: Buffer): Trace {
  const text = load.subarray(8).toString("latin1");
  return REQUESTS.has(type) ? traceOf(`echo ${type} ${text}`, null, [`echo ${text}`]) : traceOf(`echo ${type} ${text}`, `echo ${text}`);
}

/** What follows an error's head is the packet that it is about; neighbour discovery and group reports quote nothing. */
function errorTrace(type: number, code: number, load: Buffer): Trace {
  if (type > ERRORS_MAX) return traceOf(`message ${type} ${load.toString("latin1")}`);
  const quoted = decode(load.subarray(8))?.trace.key ?? "";
  return traceOf(`error ${type} ${code} ${quoted}`, `quote ${quoted}`);
}

/** Writes a packet; `token` is what it carries and is found by. */
export function encode(packet: PathPacket, token: string): Buffer {
  const { family, proto } = packet;
  const [from, to] = [bytesOf(packet.src ?? ""), bytesOf(packet.dst)];
  const load = payload(packet, token);
  const at = proto === TCP ? 16 : proto === UDP ? 6 : 2;
  const pseudo = Buffer.concat([from, to, family === 4 ? Buffer.from([0, proto, load.length >> 8, load.length & 255]) : Buffer.from([0, 0, load.length >> 8, load.length & 255, 0, 0, 0, proto])]);
  load.writeUInt16BE(proto === ICMP ? checksum(load) : checksum(Buffer.concat([pseudo, load])), at);
  return Buffer.concat([family === 4 ? header4(proto, load.length, from, to) : header6(proto, load.length, from, to), load]);
}

function payload(packet: PathPacket, token: string): Buffer {
  const text = Buffer.from(token, "latin1");
  const { proto, sport = 0, dport = 0 } = packet;
  if (proto === UDP) {
    const head = Buffer.alloc(8);
    [sport, dport, text.length + 8].forEach((value, i) => head.writeUInt16BE(value, 2 * i));
    return Buffer.concat([head, text]);
  }
  if (proto === TCP) return segment(packet, token);
  const head = Buffer.from([packet.icmpType ?? 0, packet.icmpCode ?? 0, 0, 0, 0, 0, 0, 1]);
  if (packet.quoted !== undefined) return Buffer.concat([head, encode(packet.quoted, token)]);
  head.writeUInt16BE(packet.icmpId ?? 0, 4);
  return Buffer.concat([head, text]);
}

/** The sequence number carries the token's number, so that one packet is told from another; acknowledged is whatever. */
function segment({ sport = 0, dport = 0, tcpFlags = "S" }: PathPacket, token: string): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(sport, 0);
  head.writeUInt16BE(dport, 2);
  head.writeUInt32BE(SEQUENCE + Number(/\d+$/.exec(token)?.[0] ?? 0), 4);
  if (tcpFlags.includes("A")) head.writeUInt32BE(SEQUENCE * 2, 8);
  head[12] = 5 << 4;
  head[13] = Object.entries(FLAGS).reduce((bits, [letter, bit]) => (tcpFlags.includes(letter) ? bits | bit : bits), 0);
  head.writeUInt16BE(64_000, 14);
  return head;
}

const SEQUENCE = 1_000_000_000;

function header4(proto: number, length: number, from: Buffer, to: Buffer): Buffer {
  const head = Buffer.from([0x45, 0, 0, 0, 0, 1, 0, 0, 60, proto, 0, 0]);
  head.writeUInt16BE(length + 20, 2);
  const whole = Buffer.concat([head, from, to]);
  whole.writeUInt16BE(checksum(whole), 10);
  return whole;
}

function header6(proto: number, length: number, from: Buffer, to: Buffer): Buffer {
  const head = Buffer.from([0x60, 0, 0, 0, 0, 0, proto, 60]);
  head.writeUInt16BE(length, 4);
  return Buffer.concat([head, from, to]);
}

/** An Ethernet frame around a packet, from an address that nobody has. */
export function frameTo(mac: string, family: Family, packet: Buffer): Buffer {
  const head = Buffer.from(`${mac.replaceAll(":", "")}02aa00000099${family === 4 ? "0800" : "86dd"}`, "hex");
  return Buffer.concat([head, packet]);
}

function bytesOf(text: string): Buffer {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is not an address`);
  return Buffer.from(toBytes(address));
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += (bytes[i] ?? 0) << (i % 2 === 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
