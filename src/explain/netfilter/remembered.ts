/** Translations that an entry remembers: what the packets behind the first one, and those the other way, get without asking any rule (nf_nat_packet). */
import { type Address, sameAddress } from "../../model/address.js";
import { CT_DIRECTION, CT_STATUS, type Hook, type Nat } from "../../model/netfilter.js";
import type { Flow } from "../flow.js";
import { isOwn } from "../own.js";
import { hasPorts } from "../question.js";
import { translations } from "./entry.js";
import { shown } from "./statements.js";
import type { Transit } from "./transit.js";

/** Gives a packet what the entry of its flow says (nf_nat_packet, nf_nat_icmp_reply_translation). */
export function apply(flow: Flow, transit: Transit): void {
  const { hook, packet: { open } } = transit;
  const isReply = transit.entry?.direction === CT_DIRECTION.reply;
  const isDestination = hook === "output" || hook === "prerouting";
  // An ICMP error of somebody on the way keeps its own ends where nothing was translated.
  if ((translations(flow) & (isDestination === isReply ? CT_STATUS.snat : CT_STATUS.dnat)) === 0) return;
  const other = isReply ? flow.original : flow.reply;
  const [address, port] = isDestination ? [other.src, other.sport] : [other.dst, other.dport];
  const before = isDestination ? transit.dst : transit.src;
  if (address === null || (before !== null && sameAddress(before, address) && (port === null || transit.reader.open.get(isDestination ? "dport" : "sport") === port))) return;
  transit.trail.tell({ station: "netfilter", hook, text: `conntrack remembers: the ${isDestination ? "destination" : "source"} ${shown(before)} becomes ${shown(address)}`, decides: isDestination });
  if (isDestination) transit.dst = address;
  else transit.src = address;
  if (port !== null && hasPorts(open.get("proto") ?? 0)) transit.set(isDestination ? "dport" : "sport", port);
  transit.see();
}

/** Gives a packet of a flow's other direction its addresses back. false: what they are is not told. */
export function giveBack(transit: Transit): boolean {
  const { hook } = transit;
  return hook === "output" || hook === "prerouting" ? giveDestination(transit) : giveSource(transit);
}

/** Where the first packet of such a flow had its source translated, and where its destination. */
function hooksOf({ packet }: Transit): { readonly src: readonly Hook[]; readonly dst: readonly Hook[] } {
  return packet.origin === "forward" ? { src: ["postrouting"], dst: ["prerouting", "output"] } : { src: ["input", "postrouting"], dst: ["prerouting", "output"] };
}

function natOf(transit: Transit, hooks: readonly Hook[]): Nat[] {
  return hooks.flatMap((hook) => transit.wall.statements[hook]).flatMap((one) => (one.kind === "dnat" || one.kind === "snat" || one.kind === "masquerade" || one.kind === "redirect" ? [one] : []));
}

/** Whether a translation may have led to this address. */
function mayMake(nat: Nat, address: Address | null, transit: Transit): boolean {
  if (address === null) return true;
  if (!("to" in nat)) return isOwn(transit.reader.ground, address);
  // Ports alone were translated: the addresses are the same.
  if (nat.to === null) return false;
  const { first, last } = nat.to;
  return compare(first, address) <= 0 && compare(address, last) <= 0;
}

function compare(a: Address, b: Address): number {
  const i = a.words.findIndex((word, at) => word !== b.words[at]);
  return i < 0 ? 0 : (a.words[i] ?? 0) - (b.words[i] ?? 0);
}

const TRANSLATED = [{ text: "was not translated" }, { text: "was translated" }] as const;

function giveDestination(transit: Transit): boolean {
  const makers = natOf(transit, hooksOf(transit).src).filter((nat) => mayMake(nat, transit.dst, transit));
  if (makers.length === 0 || transit.reader.choices.ask("the source of its flow", TRANSLATED) === 0) return true;
  transit.trail.tell({ station: "netfilter", hook: transit.hook, text: "conntrack gives the packet its destination back", why: `which address stood in place of ${shown(transit.dst)} is not told`, decides: true });
  return false;
}

function giveSource(transit: Transit): boolean {
  const makers = natOf(transit, hooksOf(transit).dst).filter((nat) => mayMake(nat, transit.src, transit));
  if (makers.length === 0 || transit.reader.choices.ask("the destination of its flow", TRANSLATED) === 0) return true;
  transit.trail.tell({ station: "netfilter", hook: transit.hook, text: "conntrack gives the packet its source back", why: `which address stood in place of ${shown(transit.src)} is not told` });
  transit.src = null;
  transit.portKept = false;
  transit.see();
  return true;
}

/** Whether a packet runs against the direction in which its flow was translated. */
export function isAnswer({ entry }: Transit): boolean {
  return entry !== null && entry.direction !== CT_DIRECTION.original;
}
