/** One hook: its stages in order, with the lookups that OUTPUT makes in between (nf_hook_slow). */
import { sameAddress } from "../../model/address.js";
import { type ChainType, CT_STATE, type Hook, type HookChain } from "../../model/netfilter.js";
import type { ErrorName, Fate } from "../../model/walk.js";
import { socketOf } from "../walk.js";
import { isAnswered } from "./answers.js";
import { hasProcess } from "./fields.js";
import { type ChainEnd, walkChain } from "./chains.js";
import { attach, track } from "./entry.js";
import { apply, giveBack, isAnswer } from "./remembered.js";
import { reroute } from "./reroute.js";
import { mayTrade, type Stage } from "./stages.js";
import type { Transit } from "./transit.js";

/** How the packet leaves a hook: on to what comes behind it (null), or not at all. */
export type HookEnd = { readonly disposition: Fate; readonly error: ErrorName | null } | null;

const UNKNOWN: HookEnd = { disposition: "undetermined", error: null };

export interface Devices {
  readonly iif: string | null;
  readonly oif: string | null;
}

/** Takes a packet through a hook. The devices are those of the hook's call and stay the same, wherever a reroute leads. */
export function passHook(hook: Hook, { iif, oif }: Devices, transit: Transit): HookEnd {
  transit.hook = hook;
  transit.iif = iif;
  transit.oif = oif;
  transit.see();
  if (hook === "output") attach(transit);
  for (const stage of ordered(transit.wall.stages[hook], transit)) {
    const end = passStage(stage, transit);
    if (end !== null) return end;
  }
  return null;
}

/** Neighbours whose order is not known change places in half of the walks. */
function ordered(stages: readonly Stage[], { reader }: Transit): readonly Stage[] {
  const list = [...stages];
  for (let i = 0; i + 1 < list.length; i++) {
    const [a, b] = [list[i], list[i + 1]];
    if (a?.kind !== "chain" || b?.kind !== "chain" || !mayTrade(a, b)) continue;
    if (reader.choices.ask(`${a.chain.chain.at} or ${b.chain.chain.at}`, [{ text: "the first one first" }, { text: "the second one first" }]) === 1) list.splice(i, 2, b, a);
  }
  return list;
}

function passStage(stage: Stage, transit: Transit): HookEnd {
  switch (stage.kind) {
    case "conntrack":
      track(transit);
      return null;
    case "nat": return passNat(stage.chains, transit);
    case "chain": return passChain(stage.chain, transit);
  }
}

function passChain(base: HookChain, transit: Transit): HookEnd {
  const before = routingView(transit);
  const end = walkChain(base, transit);
  if (end.kind !== "accept") return ended(end, transit);
  const isRoute = base.base.type === ("route" satisfies ChainType) && transit.hook === "output";
  const why = isRoute ? changedSince(before, transit) : null;
  return why === null ? null : again(transit, why);
}

interface RoutingView {
  readonly mark: number;
  readonly tos: number | undefined;
  readonly hopLimit: number | undefined;
}

function routingView({ mark, reader }: Transit): RoutingView {
  return { mark, tos: reader.open.get("tos"), hopLimit: reader.open.get("hopLimit") };
}

/** What a route chain looks at before and behind its rules (ipt_mangle_out, ip6t_mangle_out, nf_route_table_hook4 and 6); null: nothing changed. */
function changedSince(before: RoutingView, transit: Transit): string | null {
  const after = routingView(transit);
  if (before.mark !== after.mark) return "the mark is another one than before these rules";
  if (before.tos !== after.tos) return "the TOS is another one than before these rules";
  return transit.packet.family === 6 && before.hopLimit !== after.hopLimit ? "the hop limit is another one than before these rules" : null;
}

/** All nat chains of the hook; an entry is asked about once for each of its ends. */
function passNat(chains: readonly HookChain[], transit: Transit): HookEnd {
  const { entry, hook } = transit;
  if (entry === null) return null;
  const end = hook === "prerouting" || hook === "output" ? "dst" : "src";
  const before = transit.dst;
  if (entry.flow !== null) {
    apply(entry.flow, transit);
  } else if (isAnswer(transit)) {
    if (!giveBack(transit)) return UNKNOWN;
  } else if (!entry.settled[end]) {
    const failed = settle(chains, transit);
    if (failed !== null) return failed;
    entry.settled[end] = true;
  }
  return hook === "output" && !sameAddress(before, transit.dst) ? again(transit, "the destination is another one") : null;
}

/** Later packets of a flow get what its first one got; which that was is taken from the rules as they are. */
function settle(chains: readonly HookChain[], transit: Transit): HookEnd {
  const { entry } = transit;
  if (entry === null) return null;
  const remembered = entry.state !== CT_STATE.new && chains.some(({ chain }) => chain.rules.length > 0);
  if (remembered) {
    transit.trail.tell({ station: "netfilter", hook: transit.hook, text: "the nat rules were asked about the first packet of the flow", why: "this one gets what they would give it" });
    entry.state = CT_STATE.new;
  }
  try {
    const end = transit.hook === "prerouting" || transit.hook === "output" ? "dst" : "src";
    for (const chain of chains) {
      const led = walkChain(chain, transit);
      if (led.kind !== "accept") return ended(led, transit);
      if (entry.settled[end]) return null;
    }
    return null;
  } finally {
    if (remembered) entry.state = CT_STATE.established;
  }
}

function again(transit: Transit, why: string): HookEnd {
  const output = reroute(transit, why);
  if (output.kind === "way") return null;
  if (output.kind === "unknown") return UNKNOWN;
  if (transit.packet.origin !== "local" || !tellsSender(transit)) return { disposition: output.error === "ENETUNREACH" ? "noRoute" : "dropped", error: null };
  return { disposition: output.disposition, error: output.error };
}

const TCP = 6;
const ICMP6 = 58;

/** TCP sends again and says nothing at first; the ping socket of IPv6 never says anything. */
function tellsSender({ packet, reader }: Transit): boolean {
  const proto = packet.open.get("proto");
  return proto !== TCP && (proto !== ICMP6 || socketOf(packet, reader) === "raw");
}

function ended(end: ChainEnd, transit: Transit): HookEnd {
  if (end.kind === "unknown" || end.kind === "accept") return UNKNOWN;
  const sends = transit.packet.origin === "local" && (transit.hook === "output" || transit.hook === "postrouting") && hasProcess(transit) && tellsSender(transit);
  const disposition: Fate = end.kind === "reject" && isAnswered(end.reset, transit) ? "rejected" : "dropped";
  return { disposition, error: sends ? "EPERM" : null };
}
