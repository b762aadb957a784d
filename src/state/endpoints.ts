/** `address%device:port` in the ways that ss and fastd print it. */
import { type Address, type Family, isUnspecified, parseAddress } from "../model/address.js";

export interface Endpoint {
  /** null: `*`, either family. */
  readonly family: Family | null;
  /** null: any address of the family. */
  readonly address: Address | null;
  /** null: `*`, any port. */
  readonly port: number | null;
  readonly dev: string | null;
}

/** `0.0.0.0:53`, `[::]:53`, `:::53`, `*:53`, `[fe80::1]%br-wan:546`, `[fe80::1%br-wan]:546`, `192.0.2.2%eth0:68`, `0.0.0.0:*`; null for anything else. */
export function parseEndpoint(text: string): Endpoint | null {
  const colon = text.lastIndexOf(":");
  const port = colon < 0 ? null : portOf(text.slice(colon + 1));
  if (port === null || text.length > 100) return null;
  const [, bracket, plain, after] = /^(?:\[([^\]]*)\]|([^%[\]]*))(?:%([^\][%]+))?$/.exec(text.slice(0, colon)) ?? [];
  const [host = "", inner] = (bracket ?? plain ?? "").split("%");
  const dev = after ?? inner ?? null;
  if (host === "*") return { family: null, address: null, port: port.number, dev };
  const address = unmapped(parseAddress(host));
  if (address === null) return null;
  return { family: address.family, address: isUnspecified(address) ? null : address, port: port.number, dev };
}

function portOf(text: string): { readonly number: number | null } | null {
  if (text === "*") return { number: null };
  const number = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return number <= 0xffff ? { number } : null;
}

/** ::ffff:192.0.2.1 in an IPv6 socket is IPv4 on the wire (RFC 4291 section 2.5.5.2). */
function unmapped(address: Address | null): Address | null {
  if (address?.family !== 6) return address;
  const [a, b, c, d] = address.words;
  return a === 0 && b === 0 && c === 0xffff ? { family: 4, words: [d, 0, 0, 0] } : address;
}
