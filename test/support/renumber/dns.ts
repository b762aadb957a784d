/** DNS messages (RFC 1035), renumbered in place: labels keep their length, so compression pointers stay right. */
import { fromBytes, toBytes } from "../../../src/model/address.js";
import { read16 } from "./checksums.js";
import type { Renumbering } from "./plan.js";

const HEADER = 12;
const QUESTION = 4; // type, class
const RECORD = 10; // type, class, TTL, length of the data
const A = 1, AAAA = 28;
/** Where a name begins in the data of the types that hold one: NS, CNAME, PTR, DNAME, MX, SRV. */
const NAME_AT: Readonly<Record<number, number>> = { 2: 0, 5: 0, 12: 0, 39: 0, 15: 2, 33: 6 };

/** Names, and the addresses in A and AAAA records. A message that is cut or malformed is renumbered up to there. */
export function renumberDns(message: Uint8Array, renumbering: Renumbering): void {
  if (message.length < HEADER) return;
  const questions = read16(message, 4);
  const records = read16(message, 6) + read16(message, 8) + read16(message, 10);
  let at = HEADER;
  for (let i = 0; i < questions && at < message.length; i++) at = renumberLabels(message, at, renumbering) + QUESTION;
  for (let i = 0; i < records && at < message.length; i++) {
    at = renumberLabels(message, at, renumbering);
    const data = at + RECORD;
    if (data > message.length) return;
    renumberData(message, read16(message, at), data, read16(message, at + 8), renumbering);
    at = data + read16(message, at + 8);
  }
}

/** Maps the labels that stand here, not those a pointer leads to: they stand elsewhere, and once. Returns where the name ends. */
function renumberLabels(message: Uint8Array, start: number, { label }: Renumbering): number {
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    const end = at + 1 + length;
    if (end > message.length) return message.length;
    message.set(Buffer.from(label(Buffer.from(message.subarray(at + 1, end)).toString("latin1")), "latin1"), at + 1);
    at = end;
  }
}

function renumberData(message: Uint8Array, type: number, at: number, length: number, renumbering: Renumbering): void {
  const end = at + length;
  if (end > message.length) return;
  if (type === A && length === 4 || type === AAAA && length === 16) {
    message.set(toBytes(renumbering.address(fromBytes(message.subarray(at, end)))), at);
  }
  const name = NAME_AT[type];
  if (name !== undefined) renumberLabels(message, at + name, renumbering);
}
