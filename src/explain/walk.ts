/** How a packet of the node begins: socket, lookups and source choice. Unknowns are asked of `reader.choices`, which answers differently in the next run. */
import { type Address, formatAddress, isLinkLocal, isMulticast, type Prefix } from "../model/address.js";
import type { ErrorName } from "../model/walk.js";
import { asksForSource, LOOPBACK } from "./fib.js";
import { isLimitedBroadcast, isStrict, lookupOutput, type Output } from "./output.js";
import type { Question, Reader } from "./question.js";
import { isOwn } from "./own.js";
import type { Packet } from "./packet.js";
import { hex } from "./reasons.js";
import { type Source, source6 } from "./source.js";
import { sourceClasses } from "./sources.js";
import type { Trail } from "./trail.js";

/** How the routing part ended, before any hook. */
export interface Routed {
  readonly output: Output;
  /** The source the packet carries, or one that stands for those nobody gave; null: none is known. */
  readonly src: Address | null;
}

/** What one lookup of a local packet is asked. */
function asked(packet: Packet, src: Address | null, mark: number): Question {
  const { family, dst, oif } = packet;
  return { family, dst, src, mark, iif: LOOPBACK, oif, strict: isStrict(dst, oif, src, true), owned: true };
}

/** Socket, rules, tables and source choice of what a process sends. */
export function routeLocal(packet: Packet, reader: Reader, trail: Trail): Routed {
  tellSocket(packet, trail);
  const refusal = refusedBySocket(packet, reader);
  if (refusal !== null) {
    trail.tell({ station: "socket", text: refusal.text, why: `refused with ${refusal.error}`, decides: true });
    return { output: { kind: "error", error: refusal.error, disposition: "rejected" }, src: packet.src };
  }
  const late = isLate(packet, reader);
  const first = chosenRoute(packet, late ? 0 : packet.mark, reader, trail);
  if (!late || first.output.kind !== "way") return first;
  trail.see({ src: first.src, mark: packet.mark });
  trail.tell({ station: "socket", text: `the mark ${hex(packet.mark)} is set after connect: the route is looked up again, the source stays` });
  const output = lookupOutput(asked(packet, first.src, packet.mark), reader, trail);
  return { output, src: first.src };
}

function tellSocket(packet: Packet, trail: Trail): void {
  const bound = packet.oif === null ? "not bound to a device" : `bound to ${packet.oif}`;
  const from = packet.src === null ? "the kernel chooses the source" : `bound to ${formatAddress(packet.src)}`;
  trail.tell({ station: "socket", text: `a socket of the node, ${bound}, mark ${hex(packet.mark)}; ${from}` });
}

/** What the socket calls refuse before any lookup. */
function refusedBySocket(packet: Packet, reader: Reader): { readonly text: string; readonly error: ErrorName } | null {
  if (packet.family === 4 || packet.oif !== null) return null;
  if (isLinkLocal(packet.dst) && !isUdpSendto(packet, reader)) return { text: "a link-local destination needs a device", error: "EINVAL" };
  const scope = (packet.dst.words[0] >>> 16) & 0xf;
  const narrow = isMulticast(packet.dst) && (scope === 1 || scope === 2);
  return narrow && !isUdpSendto(packet, reader) ? { text: "multicast of this scope needs a device", error: "EINVAL" } : null;
}

/** udpv6_sendmsg() alone does not insist on a device. */
function isUdpSendto(packet: Packet, reader: Reader): boolean {
  return reader.read("proto") === 17 && api(packet, reader) === "sendto";
}

/** TCP connects; others may connect or send without it. */
function api(packet: Packet, reader: Reader): "connect" | "sendto" {
  if (packet.api !== null) return packet.api;
  if (packet.markWhen === "connected" || reader.read("proto") === 6) return "connect";
  return reader.choices.ask("api", APIS) === 0 ? "connect" : "sendto";
}

const APIS = [{ text: "connect" }, { text: "sendto" }] as const;
const MOMENTS = [{ text: "create" }, { text: "connected" }] as const;

/** Whether the mark came when the source had been chosen. Asked only where a rule looks at marks, or the lookup that it calls for sees a source that no lookup saw before (IPv6). */
function isLate(packet: Packet, reader: Reader): boolean {
  const fib = reader.ground.fibs[packet.family];
  const matters = fib.fields.has("mark") || (packet.family === 6 && packet.src === null && asksForSource(fib));
  if (packet.mark === 0 || packet.api === "sendto" || !matters) return false;
  return packet.markWhen === null ? reader.choices.ask("markWhen", MOMENTS) === 1 : packet.markWhen === "connected";
}

function chosenRoute(packet: Packet, mark: number, reader: Reader, trail: Trail): Routed {
  trail.see({ src: packet.src, mark });
  const output = lookupOutput(asked(packet, packet.src, mark), reader, trail);
  return packet.family === 4 ? settle4(packet, mark, output, reader, trail) : settle6(packet, mark, output, reader, trail);
}

/** IPv4: connect() looks up a second time, with the source that the first lookup chose (ip_route_connect); sendto() does not. */
function settle4(packet: Packet, mark: number, first: Output, reader: Reader, trail: Trail): Routed {
  if (first.kind !== "way") return { output: first, src: packet.src };
  const src = carries(packet, first.source, reader, trail, mark);
  const matters = asksForSource(reader.ground.fibs[4]) || isMulticast(packet.dst) || isLimitedBroadcast(packet.dst);
  if (packet.src !== null || src === null || !matters || api(packet, reader) === "sendto") return { output: first, src };
  trail.see({ src, mark });
  trail.tell({ station: "socket", text: "connect() asks again, now with this source" });
  const second = lookupOutput(asked(packet, src, mark), reader, trail);
  return { output: second, src };
}

/** IPv6: the source is chosen for the route that was found; without a route one is chosen for no device, and the lookup is made again with it (ip6_dst_lookup_tail). */
function settle6(packet: Packet, mark: number, first: Output, reader: Reader, trail: Trail): Routed {
  if (first.kind === "unknown") return { output: first, src: packet.src };
  if (first.kind === "way") {
    const named = first.route?.prefsrc ?? null;
    const source = named === null ? source6(reader.ground, packet.dst, first.routeDev) : { address: named, at: first.route?.at ?? "", why: "the route names it (src)" };
    if (packet.src !== null || source !== null) return connected6(packet, mark, { output: first, src: carries(packet, source, reader, trail, mark) }, reader, trail);
    return { output: noSource(trail, first.routeDev), src: null };
  }
  if (packet.src !== null) return { output: first, src: packet.src };
  const source = source6(reader.ground, packet.dst, null);
  if (source === null) return { output: noSource(trail, null), src: null };
  // Without a rule or a route that looks at the source the answer stays.
  if (!asksForSource(reader.ground.fibs[6])) return { output: first, src: null };
  const src = carries(packet, source, reader, trail, mark);
  trail.see({ src, mark });
  trail.tell({ station: "socket", text: "the lookup failed without a source, so it is made again with this one" });
  return { output: lookupOutput(asked(packet, src, mark), reader, trail), src };
}

/** A raw socket that is connected asks with the source that connect() chose for each packet (rawv6_sendmsg); others keep the route that connect() found. */
function connected6(packet: Packet, mark: number, first: Routed, reader: Reader, trail: Trail): Routed {
  const proto = reader.open.get("proto");
  const isRaw = (): boolean => proto !== undefined && proto !== TCP && proto !== UDP && socketOf(packet, reader) === "raw";
  if (packet.src !== null || !asksForSource(reader.ground.fibs[6]) || !isRaw() || api(packet, reader) === "sendto") return first;
  trail.see({ src: first.src, mark });
  trail.tell({ station: "socket", text: "a raw socket asks again for each packet, now with this source" });
  return { output: lookupOutput(asked(packet, first.src, mark), reader, trail), src: first.src };
}

const TCP = 6;
const UDP = 17;
const ICMP6 = 58;

/** Only echo requests have a socket of their own kind. */
export function socketOf(packet: Packet, reader: Reader): "raw" | "ping" {
  if (packet.socket !== null || packet.open.get("proto") !== ICMP6 || packet.open.get("icmpType") !== ECHO6) return packet.socket ?? "raw";
  return reader.choices.ask("socket", SOCKETS) === 0 ? "raw" : "ping";
}

const ECHO6 = 128;
const SOCKETS = [{ text: "raw" }, { text: "ping" }] as const;

function noSource(trail: Trail, dev: string | null): Output {
  trail.tell({ station: "source", text: `no address of the node fits${dev === null ? "" : ` on ${dev}`}`, decides: true });
  return { kind: "error", error: "EADDRNOTAVAIL", disposition: "rejected" };
}

/** The source of the packet from here on. */
function carries(packet: Packet, source: Source | null, reader: Reader, trail: Trail, mark: number): Address | null {
  if (packet.src !== null) {
    trail.tell({ station: "source", text: formatAddress(packet.src), why: isOwn(reader.ground, packet.src) ? "the socket is bound to it" : "the socket is bound to it, although the node has no such address" });
    return packet.src;
  }
  if (source === null) return null;
  trail.see({ src: source.address, mark });
  trail.tell({ station: "source", text: formatAddress(source.address), at: source.at === "" ? null : source.at, why: source.why });
  return source.address;
}

/** A device that nobody named: each of the node's that has IP (a bridge's ports leave that to the bridge), one after another. */
export function someDevice(reader: Reader, name: string): string {
  const devices = reader.ground.node.links.filter((link) => link.up && link.master === null && link.name !== LOOPBACK).map((link) => link.name);
  return devices[reader.choices.ask(name, devices.map((text) => ({ text })))] ?? LOOPBACK;
}

/** A source that nobody gave counts only where rules, routes or (`named`) the firewall look at it. */
export function someSource(packet: Packet, reader: Reader, named: readonly Prefix[]): Address | null {
  const fib = reader.ground.fibs[packet.family];
  if (packet.src !== null || (!asksForSource(fib) && named.length === 0)) return packet.src;
  const classes = sourceClasses(fib, named);
  return classes[reader.choices.ask("src", classes)]?.address ?? null;
}
