/** New translations: what a nat rule makes of the first packet of a flow (nf_nat_setup_info, net/netfilter/nf_nat_core.c). */
import { type Address, formatAddress, isLinkLocal, sameAddress, type Words } from "../../model/address.js";
import { type AddressRange, CT_STATUS, type Nat, type PortRange } from "../../model/netfilter.js";
import { LOOPBACK } from "../fib.js";
import { selectAddress4, source6 } from "../source.js";
import { shown } from "./statements.js";
import type { Transit } from "./transit.js";

export type Translated =
  | { readonly kind: "done"; readonly why: string }
  | { readonly kind: "drop"; readonly why: string }
  /** The rule does not apply: on to the next one. */
  | { readonly kind: "left" };

/** Translates the packet and settles its entry. */
export function translate(nat: Nat, transit: Transit): Translated {
  const { entry } = transit;
  if (entry === null) return { kind: "left" };
  const end = nat.kind === "dnat" || nat.kind === "redirect" ? "dst" : "src";
  entry.settled[end] = true;
  const before = end === "dst" ? transit.dst : transit.src;
  const to = addressOf(nat, transit);
  if (to === "drop") return { kind: "drop", why: "dropped: there is no address to translate to" };
  const address = to ?? before;
  const port = portOf(nat.ports, end, transit);
  const field = end === "dst" ? "dport" : "sport";
  const isSame = (before !== null && address !== null ? sameAddress(before, address) : before === address) && (port === null || transit.reader.open.get(field) === port);
  if (end === "dst" && address !== null) transit.dst = address;
  if (end === "src") {
    transit.src = address;
    transit.portKept = nat.ports === null ? isSame : port !== null;
  }
  if (port !== null) transit.set(field, port);
  if (!isSame) entry.status |= end === "dst" ? CT_STATUS.dnat : CT_STATUS.snat;
  const shownPort = port === null ? "" : ` port ${port}`;
  return { kind: "done", why: `the ${end === "dst" ? "destination" : "source"} ${shown(before)} becomes ${shown(address)}${shownPort}` };
}

/** null: it stays as it is. */
function addressOf(nat: Nat, transit: Transit): Address | null | "drop" {
  switch (nat.kind) {
    case "dnat": return nat.to === null ? null : picked(nat.to, transit.dst, transit);
    case "snat": return nat.to === null ? null : picked(nat.to, transit.src, transit);
    case "redirect": return ownAddress(transit) ?? "drop";
    case "masquerade": return deviceAddress(transit) ?? "drop";
  }
}

/** Addresses of a range that are tried one by one; of a larger one only both ends. */
const RANGE_MAX = 16;

/** An address in the range stays; else the kernel takes one by a hash of the flow. */
function picked({ first, last }: AddressRange, present: Address | null, { reader }: Transit): Address {
  if (present !== null && compare(first.words, present.words) <= 0 && compare(present.words, last.words) <= 0) return present;
  const all = [first];
  for (let next = following(first); all.length < RANGE_MAX && compare(next.words, last.words) <= 0; next = following(next)) all.push(next);
  const options = compare(all.at(-1)?.words ?? first.words, last.words) < 0 ? [first, last] : all;
  return options[reader.choices.ask(`the address of ${formatAddress(first)}-${formatAddress(last)}`, options.map((option) => ({ text: formatAddress(option) })))] ?? first;
}

function compare(a: Words, b: Words): number {
  const i = a.findIndex((word, at) => word !== b[at]);
  return i < 0 ? 0 : (a[i] ?? 0) - (b[i] ?? 0);
}

function following({ family, words }: Address): Address {
  const next: [number, number, number, number] = [...words];
  for (let i = family === 4 ? 0 : 3; i >= 0; i--) {
    const sum = ((next[i] ?? 0) + 1) >>> 0;
    next[i] = sum;
    if (sum !== 0) break;
  }
  return { family, words: next };
}

/** A port in the range stays; a destination takes the lowest one, a source any (null: not told). */
function portOf(ports: PortRange | null, end: "src" | "dst", { reader }: Transit): number | null {
  if (ports === null) return null;
  if (ports.first === ports.last) return ports.first;
  const present = reader.read(end === "dst" ? "dport" : "sport");
  if (present >= ports.first && present <= ports.last) return present;
  return end === "dst" ? ports.first : null;
}

const LOOPBACK4: Address = { family: 4, words: [0x7f000001, 0, 0, 0] };
const LOOPBACK6: Address = { family: 6, words: [0, 0, 0, 1] };

/** nf_nat_redirect.c: the loopback in OUTPUT, else the first address of the device it came in on. */
function ownAddress({ packet: { family }, hook, iif, dst, reader }: Transit): Address | null {
  if (hook === "output") return family === 4 ? LOOPBACK4 : LOOPBACK6;
  const own = reader.ground.node.addresses.filter(({ dev, address }) => dev === (iif ?? LOOPBACK) && address.family === family).filter(({ flags }) => !flags.includes("tentative") || flags.includes("optimistic"));
  // A link-local destination takes an address of its own scope.
  return own.find(({ address }) => family === 4 || !isLinkLocal(dst) || isLinkLocal(address))?.address ?? null;
}

/** nf_nat_masquerade.c: an address of the output device, for IPv4 better one in whose network the next hop lies. */
function deviceAddress({ packet: { family }, oif, way, dst, src, reader: { ground } }: Transit): Address | null {
  const dev = oif ?? LOOPBACK;
  if (family === 6) return source6(ground, dst, dev)?.address ?? null;
  if (src !== null && src.words[0] === 0) return src;
  return selectAddress4(ground, dev, way?.via?.family === 4 ? way.via : dst, 0)?.address ?? null;
}
