/** New IP addresses: a bijection that keeps each address in its kind and every prefix in use in one piece. */
import { type Address, type Family, fromBytes, parsePrefix, type Prefix, toBytes, WIDTH } from "../../../src/model/address.js";
import type { Random } from "./random.js";

export type AddressMap = (address: Address) => Address;

/** Bits before `length` say what kind of address it is; they never change. */
interface Kind {
  readonly text: string;
  readonly family: Family;
  readonly top: bigint;
  readonly length: number;
}

const kind = (family: Family, text: string): Kind => {
  const prefix = parsePrefix(text, family);
  if (prefix === null) throw new Error(`not a prefix: ${text}`);
  return { text, family, top: numberOf(prefix.address) >> BigInt(WIDTH[family] - prefix.length), length: prefix.length };
};

/** What stays as it is: unspecified, loopback, multicast, reserved, broadcast. */
const FIXED = [kind(4, "0.0.0.0/8"), kind(4, "127.0.0.0/8"), kind(4, "224.0.0.0/3")];
const KINDS = [
  kind(4, "10.0.0.0/8"), kind(4, "172.16.0.0/12"), kind(4, "192.168.0.0/16"), kind(4, "100.64.0.0/10"), kind(4, "169.254.0.0/16"),
  kind(6, "fe80::/64"), kind(6, "fc00::/7"), kind(6, "2000::/3"),
];
/** Whatever IPv4 address is of no other kind; its first byte is permuted among those that hold nothing else. */
const GLOBAL4: Kind = { text: "global IPv4", family: 4, top: 0n, length: 8 };
const MAPPED4 = kind(6, "::ffff:0:0/96");
const FIRST_BYTES = Array.from({ length: 223 }, (_, i) => i + 1).filter((byte) => ![10, 100, 127, 169, 172, 192].includes(byte));
/** Where the host part begins when no prefix of the kind is in use. */
const USUAL = { 4: 24, 6: 64 } as const;

/** The kind of an address as text; null for those that stay as they are. */
export function kindOf(address: Address): string | null {
  return kindFor(address)?.text ?? null;
}

/** Whether a prefix is of one kind, so that mapping its address maps all it covers; `default` and `fc00::/6` are not. */
export function insideKind(prefix: Prefix): boolean {
  const found = kindFor(prefix.address);
  return found !== null && prefix.length > found.length;
}

/** Draws a map under which hosts stay in the network, be it any of `prefixes`, that they were in. */
export function drawAddresses(random: Random, prefixes: readonly Prefix[]): AddressMap {
  const maps = new Map([...KINDS, GLOBAL4].map((each) => [each, drawKind(random, each, prefixes)]));
  const order = random.shuffled(FIRST_BYTES);
  const firstBytes = new Map(FIRST_BYTES.map((byte, i) => [byte, order[i] ?? byte]));
  const map = (address: Address): Address => {
    if (within(MAPPED4, address)) return mapped4(map, address);
    const found = kindFor(address);
    const moved = found === null ? undefined : maps.get(found);
    if (found === null || moved === undefined) return address;
    const bytes = toBytes(ofNumber(found.family, moved(numberOf(address))));
    if (found === GLOBAL4) bytes[0] = firstBytes.get(bytes[0] ?? 0) ?? bytes[0] ?? 0;
    const result = fromBytes(bytes);
    // The XOR is its own inverse, so leaving both ends where they are keeps it a bijection.
    return kindFor(result) === found ? result : address;
  };
  return map;
}

/** One XOR for the network part, one for the host part; what is network under one prefix and host under another stays. */
function drawKind(random: Random, { family, length, text }: Kind, prefixes: readonly Prefix[]): (address: bigint) => bigint {
  const width = WIDTH[family];
  const lengths = prefixes.filter((prefix) => insideKind(prefix) && kindOf(prefix.address) === text && prefix.length < width).map((prefix) => prefix.length);
  const usual = Math.max(length, USUAL[family]);
  const shortest = lengths.length === 0 ? usual : Math.min(...lengths);
  const longest = lengths.length === 0 ? usual : Math.max(...lengths);
  const network = random.bits(shortest - length) << BigInt(width - shortest);
  const host = hostMap(random.bits(width - longest), width - longest);
  const hosts = (1n << BigInt(width - longest)) - 1n;
  return (address) => ((address ^ network) & ~hosts) | host(address & hosts);
}

/** XOR that keeps the network's own address and its broadcast address; what would become one of them stays, too. */
function hostMap(mask: bigint, bits: number): (host: bigint) => bigint {
  const ones = (1n << BigInt(bits)) - 1n;
  const fixed = new Set([0n, ones, mask, mask ^ ones]);
  return (host) => (fixed.has(host) ? host : host ^ mask);
}

function mapped4(map: AddressMap, address: Address): Address {
  const bytes = toBytes(address);
  bytes.set(toBytes(map(fromBytes(bytes.subarray(12)))), 12);
  return fromBytes(bytes);
}

function kindFor(address: Address): Kind | null {
  if (FIXED.some((fixed) => within(fixed, address))) return null;
  return KINDS.find((each) => within(each, address)) ?? (address.family === 4 ? GLOBAL4 : null);
}

function within({ family, top, length }: Kind, address: Address): boolean {
  return address.family === family && numberOf(address) >> BigInt(WIDTH[family] - length) === top;
}

function numberOf(address: Address): bigint {
  return toBytes(address).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function ofNumber(family: Family, value: bigint): Address {
  const count = WIDTH[family] / 8;
  return fromBytes(Uint8Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * (count - 1 - i))) & 255n)));
}
