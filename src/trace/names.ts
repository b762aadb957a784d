/** What captured DNS answers say of names. Only an answer to the node's own question counts: anyone can send the other kind. */
import type { Address, Family } from "../model/address.js";
import type { Resolution } from "../model/policy.js";
import { DNS_CLASS_IN, DNS_TYPES, type DnsAnswer, type DnsMessage, readDns } from "./dns.js";

/** A packet to or from port 53. */
export interface DnsPacket {
  readonly proto: 6 | 17;
  readonly family: Family;
  readonly src: Address;
  readonly dst: Address;
  readonly sport: number;
  readonly dport: number;
  /** What follows the UDP or TCP header. */
  readonly payload: Uint8Array;
  /** The capture kept less than the packet had. */
  readonly cut: boolean;
}

/** Questions that wait for an answer; the oldest is dropped for a new one. */
export const PENDING_MAX = 65_536;
/** Names, counted once for each family. */
export const NAMES_MAX = 4_096;
/** Addresses of one name and family. */
export const ADDRESSES_MAX = 1_024;
const ALIASES_MAX = 16;

const DNS_PORT = 53;
const RESPONSE = 0x80;
const RCODE_NOERROR = 0;
const RCODE_NXDOMAIN = 3;

interface Known {
  readonly name: string;
  readonly family: Family;
  readonly addresses: Map<string, Address>;
  complete: boolean;
}

/** Follows questions and answers through any number of captures. Memory is bounded by the limits above. */
export class NameMemory {
  readonly #isOwn: (address: Address) => boolean;
  readonly #wanted: ReadonlySet<string> | null;
  readonly #pending = new Set<string>();
  readonly #known = new Map<string, Known>();
  readonly #aliases = new Set<string>();
  #forgotten = 0;

  /** `isOwn` says whether an address is the node's; `wanted` are the names that matter, in any case, null for all. */
  constructor(isOwn: (address: Address) => boolean, wanted: Iterable<string> | null = null) {
    this.#isOwn = isOwn;
    this.#wanted = wanted === null ? null : new Set([...wanted].map(canonical));
  }

  /** Takes any packet; those that are no DNS, or answer no question of the node, change nothing. */
  see(packet: DnsPacket): void {
    const asks = packet.dport === DNS_PORT && this.#isOwn(packet.src);
    const answers = packet.sport === DNS_PORT && this.#pending.size > 0;
    if (!asks && !answers) return;
    for (const bytes of packet.proto === 17 ? [packet.payload] : messagesOf(packet.payload)) {
      const response = ((bytes[2] ?? 0) & RESPONSE) !== 0;
      if (response ? !answers : !asks) continue;
      const message = readDns(bytes);
      if (message === null) continue;
      if (response) this.#answer(packet, message);
      else this.#ask(packet, message);
    }
  }

  /** Every name that was answered, in the order of the first answer. No addresses: it does not exist in that family. */
  resolutions(): Resolution[] {
    return [...this.#known.values()].map(({ name, family, addresses, complete }) => ({ name, family, addresses: [...addresses.values()], complete }));
  }

  /** Every name that an answer gave to a name that was asked for (CNAME). */
  aliases(): string[] {
    return [...this.#aliases];
  }

  /** How many questions, names and addresses were dropped for want of room. */
  get forgotten(): number {
    return this.#forgotten;
  }

  #ask(packet: DnsPacket, message: DnsMessage): void {
    const question = keyOf(message, packet.proto, packet.src, packet.sport, packet.dst, packet.dport);
    if (question === null || !(this.#wanted?.has(question.name) ?? true)) return;
    // Asked again: it moves to the young end.
    this.#pending.delete(question.key);
    this.#pending.add(question.key);
    if (this.#pending.size <= PENDING_MAX) return;
    for (const oldest of this.#pending) {
      this.#pending.delete(oldest);
      this.#forgotten++;
      break;
    }
  }

  #answer(packet: DnsPacket, message: DnsMessage): void {
    const question = keyOf(message, packet.proto, packet.dst, packet.dport, packet.src, packet.sport);
    // A question is answered once; a later message with its id may be anybody's.
    if (question === null || !this.#pending.delete(question.key)) return;
    // A truncated answer is asked again over TCP, and a failure says nothing of the name.
    if (message.truncated || (message.rcode !== RCODE_NOERROR && message.rcode !== RCODE_NXDOMAIN)) return;
    const known = this.#remember(question.name, question.family);
    if (known === null) return;
    const { addresses, names, complete } = follow(question.name, message.answers);
    for (const name of names) if (name !== question.name && this.#aliases.size < NAMES_MAX) this.#aliases.add(name);
    if (packet.cut || !message.complete || !complete) known.complete = false;
    for (const address of addresses) {
      if (address.family !== question.family) continue;
      const key = address.words.join();
      if (known.addresses.size < ADDRESSES_MAX || known.addresses.has(key)) known.addresses.set(key, address);
      else {
        known.complete = false;
        this.#forgotten++;
      }
    }
  }

  #remember(name: string, family: Family): Known | null {
    const key = `${family} ${name}`;
    const old = this.#known.get(key);
    if (old !== undefined) return old;
    if (this.#known.size >= NAMES_MAX) {
      this.#forgotten++;
      return null;
    }
    const known: Known = { name, family, addresses: new Map(), complete: true };
    this.#known.set(key, known);
    return known;
  }
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** What an answer must share with its question; null for a message that asks for something else than the addresses of a name. */
function keyOf(message: DnsMessage, proto: number, client: Address, port: number, server: Address, serverPort: number): { key: string; name: string; family: Family } | null {
  const { question } = message;
  if (question === null || question.class !== DNS_CLASS_IN || message.opcode !== 0) return null;
  if (question.type !== DNS_TYPES.A && question.type !== DNS_TYPES.AAAA) return null;
  const key = [message.id, proto, client.family, client.words.join(), port, server.words.join(), serverPort, question.type, question.name].join(" ");
  return { key, name: question.name, family: question.type === DNS_TYPES.A ? 4 : 6 };
}

/** The addresses that stand behind a name, over its aliases (RFC 1034 section 3.6.2), whatever the order of the records. */
function follow(name: string, answers: readonly DnsAnswer[]): { addresses: Address[]; names: ReadonlySet<string>; complete: boolean } {
  const names = new Set([name]);
  let targets = targetsOf(names, answers);
  for (let hop = 0; hop < ALIASES_MAX && targets.length > 0; hop++) {
    targets.forEach((target) => names.add(target));
    targets = targetsOf(names, answers);
  }
  const addresses = answers.flatMap((answer) => (answer.kind === "address" && names.has(answer.name) ? [answer.address] : []));
  return { addresses, names, complete: targets.length === 0 };
}

/** Names that aliases lead to and that are not in `names` yet. */
function targetsOf(names: ReadonlySet<string>, answers: readonly DnsAnswer[]): string[] {
  return answers.flatMap((answer) => (answer.kind === "alias" && names.has(answer.name) && !names.has(answer.target) ? [answer.target] : []));
}

/** The messages a packet carries: one in a datagram, any number in a segment. */
export function messagesIn({ proto, payload }: Pick<DnsPacket, "proto" | "payload">): DnsMessage[] {
  const parts = proto === 17 ? [payload] : messagesOf(payload);
  return parts.map(readDns).filter((message) => message !== null);
}

/** RFC 1035 section 4.2.2: each message behind its length. Only a segment that holds whole messages and nothing else is read. */
function messagesOf(segment: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= segment.length) {
    const end = at + 2 + (((segment[at] ?? 0) << 8) | (segment[at + 1] ?? 0));
    if (end > segment.length) return [];
    messages.push(segment.subarray(at + 2, end));
    at = end;
  }
  return at === segment.length ? messages : [];
}
