/** Application messages for tests: DNS and DHCP, as payloads of UDP. */
import { type Upper, hex, ip, join, u16, u32, udp } from "./packets.js";

const TYPES = { A: 1, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, ANY: 255 } as const;
export type DnsType = keyof typeof TYPES;

/** A name without compression (RFC 1035 section 3.1). */
export function dnsName(name: string): Uint8Array {
  const labels = name.split(".").filter((label) => label !== "");
  return join(...labels.map((label) => join([label.length], Buffer.from(label, "latin1"))), [0]);
}

export interface DnsQuery {
  readonly id?: number;
  readonly name: string;
  readonly type?: DnsType;
  readonly class?: number;
}

export function dnsQuery({ id = 1, name, type = "A", class: dnsClass = 1 }: DnsQuery): Uint8Array {
  return join(u16(id), u16(0x0100), u16(1), u16(0), u16(0), u16(0), dnsName(name), u16(TYPES[type]), u16(dnsClass));
}

export interface DnsRecord {
  /** The question's name when left out. */
  readonly name?: string;
  readonly type: DnsType;
  /** An address for A and AAAA, a name for CNAME, text otherwise. */
  readonly data: string;
}

export interface DnsAnswer extends DnsQuery {
  readonly rcode?: number;
  readonly truncated?: boolean;
  readonly answers?: readonly DnsRecord[];
  /** Names that were written before become pointers; on by default. */
  readonly compress?: boolean;
}

export function dnsAnswer({ id = 1, name, type = "A", class: dnsClass = 1, rcode = 0, truncated = false, answers = [], compress = true }: DnsAnswer): Uint8Array {
  const flags = 0x8180 | (truncated ? 0x0200 : 0) | rcode;
  let message = join(u16(id), u16(flags), u16(1), u16(answers.length), u16(0), u16(0));
  const seen = new Map<string, number>();
  const written = (text: string, at: number): Uint8Array => (compress ? compressed(text, at, seen) : dnsName(text));
  message = join(message, written(name, message.length), u16(TYPES[type]), u16(dnsClass));
  for (const record of answers) {
    const head = join(written(record.name ?? name, message.length), u16(TYPES[record.type]), u16(1), u32(60));
    const data = dataOf(record, (text) => written(text, message.length + head.length + 2));
    message = join(message, head, u16(data.length), data);
  }
  return message;
}

function dataOf(record: DnsRecord, name: (text: string) => Uint8Array): Uint8Array {
  if (record.type === "A" || record.type === "AAAA") return ip(record.data);
  return record.type === "CNAME" ? name(record.data) : join([record.data.length], Buffer.from(record.data));
}

/** The name at offset `at`, ending in a pointer to the longest suffix that was written before. */
function compressed(name: string, at: number, seen: Map<string, number>): Uint8Array {
  const labels = name.split(".");
  const parts: Uint8Array[] = [];
  let offset = at;
  for (let i = 0; i < labels.length; i++) {
    const suffix = labels.slice(i).join(".");
    const before = seen.get(suffix);
    if (before !== undefined) return join(...parts, u16(0xc000 | before));
    seen.set(suffix, offset);
    const label = labels[i] ?? "";
    parts.push(join([label.length], Buffer.from(label, "latin1")));
    offset += label.length + 1;
  }
  return join(...parts, [0]);
}

/** One DNS message or more as TCP carries them, each behind its length. */
export function overTcp(...messages: readonly Uint8Array[]): Uint8Array {
  return join(...messages.map((message) => join(u16(message.length), message)));
}

/** A DHCPv4 client's message (RFC 2131): 1 discover, 3 request; sent from port 68 to port 67. */
export function dhcp4(mac: string, kind = 1): Upper {
  const fixed = join([1, 1, 6, 0], u32(0x12345678), u16(0), u16(0x8000), new Uint8Array(16), hex(mac), new Uint8Array(10 + 64 + 128));
  return udp({ sport: 68, dport: 67, payload: join(fixed, hex("63825363"), [53, 1, kind, 255]) });
}

/** A DHCPv6 client's message (RFC 8415): 1 solicit, 3 request; sent from port 546 to port 547. */
export function dhcp6(mac: string, kind = 1): Upper {
  const clientId = join(u16(1), u16(10), u16(3), u16(1), hex(mac));
  return udp({ sport: 546, dport: 547, payload: join([kind, 0x12, 0x34, 0x56], clientId, u16(8), u16(2), u16(0)) });
}
