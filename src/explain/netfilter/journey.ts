/** The whole way of a packet: sockets and lookups of walk.ts and input.ts, and every hook in between. */
import { type Address, formatAddress } from "../../model/address.js";
import type { Ending, Fate } from "../../model/walk.js";
import { LOOPBACK } from "../fib.js";
import { firewallStation, isUnseen } from "../firewall.js";
import { markOf, routeKernel } from "../kernel.js";
import { lookupInput, martian6 } from "../input.js";
import type { Output, Way } from "../output.js";
import { ANY4 } from "../own.js";
import type { Packet } from "../packet.js";
import { hasPorts, type Reader } from "../question.js";
import { hex } from "../reasons.js";
import type { Trail } from "../trail.js";
import { type Routed, routeLocal, someDevice, someSource } from "../walk.js";
import { type Devices, type HookEnd, passHook } from "./hooks.js";
import type { Wall, Walls } from "./stages.js";
import { Transit } from "./transit.js";

/** How a walk ended, apart from the verdict; `transit`: the packet as it was then, where it came as far as a hook. */
export interface Arrival {
  readonly ending: Omit<Ending, "verdict">;
  readonly transit: Transit | null;
}

export function travel(packet: Packet, reader: Reader, trail: Trail, walls: Walls): Arrival {
  if (packet.origin === "forward") return passThrough(packet, reader, trail, walls);
  const routed = packet.origin === "local" ? routeLocal(packet, reader, trail) : routeKernel(packet, reader, trail, walls[packet.family].sources ?? []);
  return leave(packet, routed, reader, trail, walls);
}

/** OUTPUT and POSTROUTING; what leaves on the loopback device comes in there again. */
function leave(packet: Packet, { output, src }: Routed, reader: Reader, trail: Trail, walls: Walls): Arrival {
  if (output.kind !== "way") return { ending: failure(output, packet), transit: null };
  const wall = walls[packet.family];
  // Where nothing fits as a source, IPv4 sends with none.
  const from = packet.origin !== "local" ? hooked(src, packet, wall) : (src ?? (packet.family === 4 ? ANY4 : null));
  const transit = new Transit(packet, wall, trail, reader, { src: from, dst: packet.dst, mark: markOf(packet, reader, wall.marks) });
  transit.way = output;
  return missed(transit) ?? pass(transit, "output", { iif: null, oif: output.dev }) ?? out(transit, null, transit.way);
}

/** A source that stands for those nobody gave, as rules see it; with too many of them, none does. */
function hooked(src: Address | null, packet: Packet, wall: Wall): Address | null {
  return packet.src === null && wall.sources === null ? null : src;
}

/** What the first hook begins with: whether a rule that nobody has seen takes the packet. */
function missed(transit: Transit): Arrival | null {
  const { reader: { ground: { node }, choices }, packet, trail } = transit;
  const told = firewallStation(node, packet);
  transit.see();
  if (told !== null) trail.tell(told);
  if (!isUnseen(node, packet.family) || choices.ask("the rules that are not known", UNSEEN) === 0) return null;
  trail.tell({ station: "netfilter", text: "a rule that is not known takes it", decides: true });
  return { ending: { disposition: "undetermined", egress: null }, transit };
}

const UNSEEN = [{ text: "let it pass as it is" }, { text: "take it" }] as const;

function out(transit: Transit, iif: string | null, way: Way): Arrival {
  const stopped = pass(transit, "postrouting", { iif, oif: way.dev });
  if (stopped !== null) return stopped;
  return way.dev === LOOPBACK && iif === null ? comeBack(transit) : { ending: egress(transit, way), transit };
}

/** The loopback device gives the packet back as it is, with its mark, its conntrack entry and its route; only the socket is gone. */
function comeBack(transit: Transit): Arrival {
  transit.disown();
  transit.see();
  const stopped = pass(transit, "prerouting", { iif: LOOPBACK, oif: null });
  if (stopped !== null) return stopped;
  return pass(transit, "input", { iif: LOOPBACK, oif: null }) ?? { ending: { disposition: "local", egress: null }, transit };
}

function pass(transit: Transit, hook: "output" | "postrouting" | "prerouting" | "input" | "forward", devices: Devices): Arrival | null {
  const end: HookEnd = passHook(hook, devices, transit);
  if (end === null) return null;
  return { ending: { disposition: end.disposition, egress: null, ...(end.error === null ? {} : { error: end.error }) }, transit };
}

/** PREROUTING, the lookup with what it left, then INPUT, or FORWARD and POSTROUTING. */
function passThrough(packet: Packet, reader: Reader, trail: Trail, walls: Walls): Arrival {
  const iif = packet.iif ?? someDevice(reader, "iif");
  const wall = walls[packet.family];
  const src = someSource(packet, reader, wall.sources ?? []);
  const transit = new Transit(packet, wall, trail, reader, { src: hooked(src, packet, wall), dst: packet.dst, mark: packet.mark });
  trail.see({ src, mark: packet.mark });
  trail.tell({ station: "input", text: `came in on ${iif}, mark ${hex(packet.mark)}` });
  const strange = packet.family === 6 ? martian6({ src, dst: packet.dst }) : null;
  if (strange !== null) {
    trail.tell({ station: "input", text: strange, why: "dropped before the first hook", decides: true });
    return { ending: { disposition: "dropped", egress: null }, transit: null };
  }
  const stopped = missed(transit) ?? pass(transit, "prerouting", { iif, oif: null });
  if (stopped !== null) return stopped;
  const question = { family: packet.family, dst: transit.dst, src: transit.src ?? src, mark: transit.mark, iif, oif: null, strict: false, owned: false };
  const output = lookupInput(question, transit.reader, trail);
  if (output.kind !== "way") return { ending: failure(output, packet), transit };
  transit.way = output;
  if (output.dev === LOOPBACK) return pass(transit, "input", { iif, oif: null }) ?? { ending: { disposition: "local", egress: null }, transit };
  // ip_forward() and ip6_forward() count before the hook sees the packet.
  const hops = transit.reader.open.get("hopLimit");
  if (hops !== undefined) transit.set("hopLimit", Math.max(0, hops - 1));
  return pass(transit, "forward", { iif, oif: output.dev }) ?? out(transit, iif, output);
}

function failure(output: Exclude<Output, Way>, packet: Packet): Arrival["ending"] {
  if (output.kind === "unknown") return { disposition: "undetermined", egress: null };
  const disposition: Fate = output.disposition;
  return { disposition, egress: null, ...(packet.origin === "local" ? { error: output.error } : {}) };
}

function egress(transit: Transit, way: Way): Arrival["ending"] {
  const { open } = transit.reader;
  const ports = hasPorts(open.get("proto") ?? 17);
  const sport = ports && transit.portKept ? open.get("sport") : undefined;
  const dport = ports ? open.get("dport") : undefined;
  const src = transit.told();
  return {
    disposition: "egress",
    egress: {
      dev: way.dev, table: way.table, ...(way.via === null ? {} : { via: formatAddress(way.via) }),
      src: src === null ? null : formatAddress(src), dst: formatAddress(transit.dst),
      ...(sport === undefined ? {} : { sport }), ...(dport === undefined ? {} : { dport }), mark: transit.mark,
    },
  };
}
