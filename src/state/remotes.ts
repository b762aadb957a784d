/** A VPN server as fastd.conf and UCI write it: `remote ipv6 "vpn1.example.net" port 10000`. */
import { type Address, type Family, parseAddress } from "../model/address.js";
import type { Host } from "../model/node.js";
import type { Token } from "./tokens.js";

export interface HostPort {
  readonly host: Host;
  readonly port: number;
}

const FAMILY_WORDS = new Map<string, Family>([["ipv4", 4], ["ipv6", 6]]);

/** What follows the word `remote`; null when it is nothing that fastd would take. A missing port is not taken either. */
export function readRemote(tokens: readonly Token[]): HostPort | null {
  const [first] = tokens;
  const family = first?.kind === "word" ? FAMILY_WORDS.get(first.text) : undefined;
  const [place, ...rest] = family === undefined ? tokens : tokens.slice(1);
  const host = place === undefined ? null : readHost(place, family ?? null);
  const port = readPort(rest);
  return host === null || port === null || port === 0 ? null : { host, port };
}

/** The port of a `bind` address; null when it has none, so that fastd takes a random one. */
export function readBind(tokens: readonly Token[]): number | null {
  const port = readPort(tokens.slice(1, 3));
  return port === 0 ? null : port;
}

/** A name may stand for an address; fastd hands it to getaddrinfo(), which takes it as one. */
function readHost(token: Token, family: Family | null): Host | null {
  if (token.broken || token.kind === "mark") return null;
  const address = addressOf(token);
  if (address !== null) return family === null || address.family === family ? { kind: "address", address } : null;
  // Names go in quotes; a bare word that is no address is a typing mistake that fastd refuses.
  return token.kind === "string" && token.text !== "" ? { kind: "name", name: token.text, family } : null;
}

function addressOf(token: Token): Address | null {
  const address = parseAddress(token.text.replace(/%[^%]*$/, ""));
  return token.kind === "address6" && address?.family !== 6 ? null : address;
}

/** `port N` or `:N`, and the word `float` of older versions. */
function readPort(tokens: readonly Token[]): number | null {
  const [word, number, ...rest] = tokens;
  if (word === undefined || number?.kind !== "word" || (word.text !== "port" && word.text !== ":")) return null;
  if (rest.some((token) => token.text !== "float")) return null;
  return readNumber(number.text, 0xffff);
}

/** strtoull() with base 0: decimal, 0x hex, or octal after a leading 0. */
export function readNumber(text: string, max: number): number | null {
  const octal = /^0[0-7]{1,14}$/.test(text);
  if (!octal && !/^(?:0|[1-9]\d{0,14}|0x[\da-f]{1,12})$/i.test(text)) return null;
  const number = octal ? Number.parseInt(text, 8) : Number(text);
  return number <= max ? number : null;
}
