/** DNS messages (RFC 1035), read as far as an answer about a name needs: header, question, and A, AAAA and CNAME answers. */
import { type Address, fromBytes } from "../model/address.js";

/** `name` is lower case without the final dot, the root is `.`; bytes that are no plain letter stand as `\ddd`. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/** An answer of class IN. `name` is the record's owner, in the form of DnsQuestion. */
export type DnsAnswer =
  | { readonly kind: "address"; readonly name: string; readonly address: Address }
  | { readonly kind: "alias"; readonly name: string; readonly target: string };

export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  /** The TC bit: the server left records out. */
  readonly truncated: boolean;
  readonly rcode: number;
  /** The first question; null when there is none or it could not be read. */
  readonly question: DnsQuestion | null;
  readonly answers: readonly DnsAnswer[];
  /** False when a question or an answer was cut off or malformed; what stands here was whole. */
  readonly complete: boolean;
}

/** Record types this room reads. */
export const DNS_TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
export const DNS_CLASS_IN = 1;

const HEADER_BYTES = 12;
const NAME_BYTES_MAX = 255;
const LABEL_BYTES_MAX = 63;
/** Labels and pointers of one name: at most 127 labels, with a pointer before each. */
const NAME_STEPS_MAX = 256;

/** Reads a message as UDP carries it; null when not even its header is there. Never throws, whatever the bytes. */
export function readDns(bytes: Uint8Array): DnsMessage | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(2);
  const asked = readQuestions(bytes, view, view.getUint16(4));
  const answered = asked.next === null ? null : readAnswers(bytes, view, asked.next, view.getUint16(6));
  return {
    id: view.getUint16(0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    truncated: (flags & 0x0200) !== 0,
    rcode: flags & 15,
    question: asked.question,
    answers: answered?.answers ?? [],
    complete: answered?.complete ?? false,
  };
}

/** `next` is where the answers begin, null when the questions could not be read to their end. */
function readQuestions(bytes: Uint8Array, view: DataView, count: number): { question: DnsQuestion | null; next: number | null } {
  let question: DnsQuestion | null = null;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const owner = readName(bytes, at);
    if (owner === null || owner.next + 4 > bytes.length) return { question, next: null };
    question ??= { name: owner.name, type: view.getUint16(owner.next), class: view.getUint16(owner.next + 2) };
    at = owner.next + 4;
  }
  return { question, next: at };
}

function readAnswers(bytes: Uint8Array, view: DataView, start: number, count: number): { answers: DnsAnswer[]; complete: boolean } {
  const answers: DnsAnswer[] = [];
  let complete = true;
  let at = start;
  for (let i = 0; i < count; i++) {
    const owner = readName(bytes, at);
    if (owner === null || owner.next + 10 > bytes.length) return { answers, complete: false };
    const data = owner.next + 10;
    const end = data + view.getUint16(owner.next + 8);
    if (end > bytes.length) return { answers, complete: false };
    if (view.getUint16(owner.next + 2) === DNS_CLASS_IN) {
      const answer = readAnswer(bytes, owner.name, view.getUint16(owner.next), data, end);
      if (answer === "malformed") complete = false;
      else if (answer !== "other") answers.push(answer);
    }
    at = end;
  }
  return { answers, complete };
}

function readAnswer(bytes: Uint8Array, name: string, type: number, data: number, end: number): DnsAnswer | "other" | "malformed" {
  if (type === DNS_TYPES.CNAME) {
    const target = readName(bytes, data);
    return target !== null && target.next === end ? { kind: "alias", name, target: target.name } : "malformed";
  }
  if (type !== DNS_TYPES.A && type !== DNS_TYPES.AAAA) return "other";
  if (end - data !== (type === DNS_TYPES.A ? 4 : 16)) return "malformed";
  return { kind: "address", name, address: fromBytes(bytes.subarray(data, end)) };
}

/** A name that begins at `start`, and where the bytes behind it begin. RFC 1035 section 4.1.4: a pointer goes to a prior name. */
function readName(bytes: Uint8Array, start: number): { name: string; next: number } | null {
  let text = "";
  let size = 1;
  let at = start;
  let next: number | null = null;
  // Each pointer goes below all that was read of this name, so no loop can close.
  let floor = start;
  for (let step = 0; step < NAME_STEPS_MAX; step++) {
    const length = bytes[at];
    if (length === undefined) return null;
    if (length === 0) return { name: text === "" ? "." : text, next: next ?? at + 1 };
    if (length >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined) return null;
      next ??= at + 2;
      at = ((length & 0x3f) << 8) | low;
      if (at >= floor || at < HEADER_BYTES) return null;
      floor = at;
      continue;
    }
    size += length + 1;
    if (length > LABEL_BYTES_MAX || size > NAME_BYTES_MAX || at + length >= bytes.length) return null;
    text += (text === "" ? "" : ".") + labelText(bytes, at + 1, at + 1 + length);
    at += length + 1;
  }
  return null;
}

function labelText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, "0")}`;
  }
  return text.toLowerCase();
}
