/** From what taps and wires saw to what became of a packet and of what it made the kernel send. */
import { isLinkLocal, parseAddress } from "../../../src/model/address.js";
import type { Decoded } from "./bytes.js";
import type { Echo, Loss, Tap, Wire } from "./play.js";
import type { Observed, PathPacket, Place, Seen, Sighting } from "./words.js";
import { OWN } from "./world.js";

const LOOPBACK = "lo";
/** What says no to a sender: TCP RST, ICMP unreachable of either family, parameter problem. */
const REFUSALS: Readonly<Record<number, ReadonlySet<number>>> = { 1: new Set([3]), 58: new Set([1, 4]) };
/** Words for the end of a packet that are no end: a socket may not want it, INPUT let it through. */
const DELIVERED: ReadonlySet<string> = new Set(["NO_SOCKET", "SOCKET_FILTER", "TCP_RESET", "TCP_CLOSE", "TCP_FLAGS", "TCP_INVALID_SYN", "NOT_SPECIFIED"]);

/** States of a packet that rules of this very node have not made. */
const STATES: ReadonlySet<string> = new Set(["invalid", "established", "reply", "related"]);

/**
 * The fate of a packet, then of each packet that the kernel made because of it, in order of their birth. `at`: the packet's number in the list; `listeners`: as in
 * trial.ts.
 */
export function sightingsOf(packet: PathPacket, echo: Echo, at: number, listeners: readonly string[]): Sighting[] {
  const groups = new Map<string, Tap[]>();
  for (const tap of echo.taps) groups.set(tap.packet.trace.key, [...(groups.get(tap.packet.trace.key) ?? []), tap]);
  const first = echo.taps.find((tap) => tap.hook === (packet.origin === "local" ? "output" : "prerouting"));
  const mine = first === undefined ? [] : (groups.get(first.packet.trace.key) ?? []);
  const answers = [...groups.values()].filter((taps) => taps !== mine && taps[0]?.hook === "output");
  const ct = stateOf(mine);
  const asked: Sighting = { packet: ct !== null && STATES.has(ct) ? { ...packet, ct } : packet, observed: observe(packet, mine, echo, answers), ...(echo.stirred ? { stirred: true } : {}) };
  const all = [asked];
  for (const taps of answers) {
    // What answers something else than the packet itself, a SYN-ACK for instance, stands behind it.
    const cause = 1 + answers.slice(0, all.length - 1).findIndex(([tap]) => tap !== undefined && isAbout(taps, tap));
    const made = { ...relatedTo(answers[cause - 1] ?? mine, taps), ...packetOf(taps, at + cause, listeners) };
    // What the sender's own socket adds, the third packet of a handshake, is bound as that socket is.
    const oif = packet.origin === "local" && made.ct === "established" ? (packet.oif ?? null) : namedDevice(made, all[cause] ?? asked);
    const observed = observe(made, taps, { ...echo, error: null, stage: null, losses: [] }, answers);
    all.push({ packet: oif === null ? made : { ...made, oif }, observed, ...(echo.stirred ? { stirred: true } : {}) });
  }
  return all;
}

/** What came to an end before conntrack looked, by a rule of raw, and yet had an entry: that of the packet it is about, which errors and the resets of rules bring along. */
function relatedTo(cause: readonly Tap[], answer: readonly Tap[]): { ct?: string } {
  const [last, born] = [cause.at(-1), answer[0]];
  const brings = last !== undefined && born !== undefined && isRefusal(born.packet) && (born.packet.proto !== TCP || last.edge !== "9");
  return brings && TRACKED.has(stateOf(cause) ?? "") ? { ct: "related" } : {};
}

const TCP = 6;
const TRACKED: ReadonlySet<string> = new Set(["new", "established", "reply", "related"]);

function isAbout([answer]: readonly Tap[], { packet: { trace } }: Tap): boolean {
  return answer !== undefined && answer.packet.trace.about !== null && trace.answers.includes(answer.packet.trace.about);
}

/**
 * The device that the kernel names in the lookup for an answer; null: none. IPv6 echo replies, RSTs to ::1 and whatever is for a link-local address name the one their
 * cause came in on; for what comes over lo that is the device which has the address (IP6CB's iif is that of the route's idev), but for echo replies to ::1, which name lo.
 */
function namedDevice({ family, dst, icmpType, tcpFlags = "" }: PathPacket, { packet, observed: { delivered, lost } }: Sighting): string | null {
  // The reset of a REJECT on the way out is bound to what the sender's socket is bound to (ip_route_me_harder).
  if (family === 4) return packet.origin === "local" && lost?.inside === true && SENDING.has(lost.place) && tcpFlags.includes("R") ? (packet.oif ?? null) : null;
  const names = icmpType === 129 || isNarrow(dst) || (dst === OWN[6].lo && tcpFlags.includes("R"));
  if (!names) return null;
  if (delivered === undefined) return packet.iif ?? null;
  const owner = Object.entries(OWN[6]).find(([, address]) => address === delivered.dst)?.[0];
  return delivered.dev === LOOPBACK && (icmpType !== 129 || dst !== OWN[6].lo) ? (owner ?? null) : delivered.dev;
}

const SENDING: ReadonlySet<Place> = new Set(["output", "postrouting"]);

function isNarrow(text: string): boolean {
  const address = parseAddress(text);
  return address !== null && isLinkLocal(address);
}

/** What conntrack said when it first saw the packet; null: it got nowhere near. */
function stateOf(taps: readonly Tap[]): string | null {
  return taps.find(({ edge }) => edge === "1")?.ct ?? null;
}

/** What the kernel made, as it came to OUTPUT. */
function packetOf(taps: readonly Tap[], answerTo: number, listeners: readonly string[]): PathPacket {
  const [born] = taps;
  if (born === undefined) throw new Error("no tap saw it");
  const { family, dst, proto } = born.packet;
  const fields = Object.fromEntries(Object.entries(born.packet).filter(([name]) => name !== "trace"));
  const ct = stateOf(taps);
  return { origin: "kernel", family, dst, proto, ...fields, mark: born.mark, ...(born.owner ?? ownerOf(born.packet, listeners)), ...(ct === null ? {} : { ct }), answerTo };
}

/** A SYN-ACK has the owner of the socket that listens, which NFLOG does not tell. */
function ownerOf({ family, tcpFlags, sport }: Decoded, listeners: readonly string[]): { uid: number; gid: number } | undefined {
  const mine = tcpFlags !== "SA" ? undefined : listeners.find((words) => words.includes("proto=tcp") && words.includes(family === 4 ? "src=0.0.0.0 " : "src=:: ") && words.split(" ").includes(`port=${sport ?? 0}`));
  const number = (key: string): number => Number(new RegExp(` ${key}=(\\d+)`).exec(mine ?? "")?.[1] ?? 0);
  return mine === undefined ? undefined : { uid: number("uid"), gid: number("gid") };
}

function isRefusal({ proto, tcpFlags = "", icmpType = -1 }: Decoded): boolean {
  return proto === TCP ? tcpFlags.includes("R") : (REFUSALS[proto]?.has(icmpType) ?? false);
}

/** `answers`: what the kernel made because of the same packet. */
function observe(packet: PathPacket, taps: readonly Tap[], echo: Echo, answers: readonly (readonly Tap[])[]): Observed {
  const { error: name, stage, wires, losses } = echo;
  const error = name !== null && stage !== null ? { error: name, call: stage } : {};
  const last = taps.at(-1);
  if (last === undefined) {
    const place = packet.origin === "local" ? "socket" : "device";
    const disposition = packet.origin !== "local" ? "dropped" : name === "ENETUNREACH" ? "noRoute" : "rejected";
    return { disposition, egress: null, lost: { place, inside: false, ...(place === "socket" ? {} : reasonOf(losses, false)) }, ...error };
  }
  if (last.edge === "9" && last.hook === "input") {
    return { disposition: "local", egress: null, delivered: { dev: last.in ?? "", ...seenBy(last) }, ...error };
  }
  const wire = last.edge === "9" && last.hook === "postrouting" ? wireOf(last, wires) : undefined;
  if (wire !== undefined) return { disposition: "egress", egress: { dev: wire.dev, via: wire.via ?? "?", ...seenBy(last) }, ...error };
  const inside = last.edge !== "9";
  const refused = answers.some((answer) => isAbout(answer, last) && answer[0] !== undefined && isRefusal(answer[0].packet));
  return { disposition: ended(last, inside, name, refused), egress: null, lost: { place: last.hook, inside, ...reasonOf(losses, inside) }, ...error };
}

/** The frame of a packet that POSTROUTING let out. */
function wireOf({ out, packet }: Tap, wires: readonly Wire[]): Wire | undefined {
  return out === LOOPBACK ? undefined : wires.find((wire) => wire.dev === out && wire.packet.trace.key === packet.trace.key);
}

function ended({ hook }: Tap, inside: boolean, error: string | null, refused: boolean): Observed["disposition"] {
  if (inside && hook === "output" && error !== null && error !== "EPERM") return error === "ENETUNREACH" ? "noRoute" : "rejected";
  return refused ? "rejected" : "dropped";
}

function seenBy({ packet, mark }: Tap): Seen {
  const { src, dst, sport, dport } = packet;
  return { src, dst, ...(sport === undefined ? {} : { sport }), ...(dport === undefined ? {} : { dport }), mark };
}

function reasonOf(losses: readonly Loss[], inside: boolean): { reason?: string; by?: string } {
  const rules = losses.find(({ reason }) => reason === "NETFILTER_DROP");
  const others = losses.find(({ reason }) => reason !== "NETFILTER_DROP" && !DELIVERED.has(reason)) ?? losses.find(({ reason }) => reason === "NOT_SPECIFIED");
  return (inside ? (rules ?? others) : others) ?? {};
}
