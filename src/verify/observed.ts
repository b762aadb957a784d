/** What was logged on a node against what the readable walk says of it: device, source and mark of every packet the node made. */
import type { Observed } from "../core/observed.js";
import type { Packet } from "../explain/packet.js";
import { type Address, sameAddress } from "../model/address.js";
import type { AddressRange } from "../model/netfilter.js";
import { type Lens, type Modelled, type Part, partOf } from "./lens.js";
import { statementsOf } from "./points.js";
import { sendersOf } from "./senders.js";

export interface Disagreement {
  readonly seen: Observed;
  readonly part: Part;
  /** What the packet would have been by the sender's hypothesis that comes nearest. */
  readonly modelled: Modelled;
  /** A socket that is bound to the device it was seen on would explain it. */
  readonly ifBound: boolean;
}

export interface Comparison {
  readonly disagreements: readonly Disagreement[];
  /** Frames: the model has them as they were seen; the state leaves open what they should have been; neither. */
  readonly agreed: number;
  readonly untold: number;
  readonly disagreed: number;
  /** Frames that were not walked any more, after WALKS_MAX. */
  readonly skipped: number;
}

/** Enough for every packet of a node that is as it was collected, and seconds even behind a firewall of thousands of rules. */
const WALKS_MAX = 32_768;

/** Walks every packet as each of its possible senders would have sent it. */
export function compareObserved(observed: readonly Observed[], lens: Lens, walksMax = WALKS_MAX): Comparison {
  const disagreements: Disagreement[] = [];
  const frames = { agreed: 0, untold: 0, disagreed: 0, skipped: 0 };
  for (const seen of observed) {
    const told = lens.walks < walksMax ? compare(seen, lens) : "skipped";
    if (typeof told === "string") {
      frames[told] += seen.frames;
      continue;
    }
    frames.disagreed += seen.frames;
    disagreements.push(told);
  }
  return { disagreements, ...frames };
}

function compare(seen: Observed, lens: Lens): "agreed" | "untold" | Disagreement {
  if (seen.dev === null || mayBeTranslated(seen, lens)) return "untold";
  const senders = sendersOf(seen, lens.node, lens.policy);
  const views: Modelled[] = [];
  let isOpen = false;
  for (const packet of senders) {
    const told = lens.look(packet, seen.hook);
    if (told.views.some((view) => partOf(view, seen) === null)) return "agreed";
    views.push(...told.views);
    isOpen ||= told.open;
  }
  const modelled = nearest(views, seen);
  if (isOpen || modelled === undefined) return "untold";
  return { seen, part: partOf(modelled, seen) ?? "device", modelled, ifBound: seen.uid !== null && senders.some((packet) => fitsBound(packet, seen, lens)) };
}

/** The first of those that have most in common with what was seen. A mark weighs more than a device: it tells whose packet it is. */
function nearest(views: readonly Modelled[], seen: Observed): Modelled | undefined {
  const of = (part: Part): readonly Modelled[] => views.filter((view) => partOf(view, seen) === part);
  return of("source")[0] ?? of("device").find(({ mark }) => mark === seen.mark) ?? of("mark")[0] ?? of("device")[0];
}

function fitsBound(packet: Packet, seen: Observed, lens: Lens): boolean {
  return lens.look({ ...packet, oif: seen.dev }, seen.hook).views.some((view) => partOf(view, seen) === null);
}

/** Behind a translation in OUTPUT the destination by which the packet was routed at first is not seen any more. */
function mayBeTranslated({ hook, dst }: Observed, { node }: Lens): boolean {
  if (hook === "output") return false;
  const statements = node.firewall.tables.flatMap((table) => [...table.chains.values()]).flatMap(statementsOf);
  return statements.some((statement) => (statement.kind === "redirect" ? isLoopback(dst) : statement.kind === "dnat" && statement.to !== null && isWithin(statement.to, dst)));
}

function isLoopback({ family, words }: Address): boolean {
  return family === 4 ? words[0] >>> 24 === 127 : words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
}

function isWithin({ first, last }: AddressRange, address: Address): boolean {
  return first.family === address.family && inOrder(first, address) && inOrder(address, last);
}

function inOrder(a: Address, b: Address): boolean {
  const at = a.words.findIndex((word, i) => word !== b.words[i]);
  return sameAddress(a, b) || (a.words[at] ?? 0) < (b.words[at] ?? 0);
}

/**
 * The rules that gave a packet its mark after the kernel had chosen the source it carries. Empty: no rule does, so its socket was marked when it was connected
 * already, or is bound to that source. null: the state does not tell.
 */
export function lateRules(seen: Observed, lens: Lens): Modelled["because"] | null {
  const unmarked = sendersOf(seen, lens.node, lens.policy).filter(({ mark, src }) => mark === 0 && src === null);
  const told = unmarked.map((packet) => lens.look(packet, seen.hook));
  const found = told.flatMap(({ views }) => views).find((view) => view.mark !== null && partOf(view, seen) === null);
  if (found !== undefined) return found.because.filter(({ station, at }) => station === "netfilter" && at !== null);
  return unmarked.length === 0 || told.some(({ open }) => open) ? null : [];
}
