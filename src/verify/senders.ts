/** Who may have sent a packet that was seen: packets to walk, the likeliest first. */
import { type Address, isLinkLocal, isMulticast, isUnspecified, sameAddress } from "../model/address.js";
import type { Observed } from "../core/observed.js";
import type { OpenField } from "../explain/classes.js";
import type { ConntrackState, Packet } from "../explain/packet.js";
import type { Node, Socket } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { Origin } from "../model/walk.js";
import { FLOW } from "../model/verdict.js";

const TCP = 6;
const UDP = 17;
const SYN = 2, ACK = 16;

/** Every packet that the one seen may have been when it was made. Empty: the state does not tell who could make it. */
export function sendersOf(seen: Observed, node: Node, policy: Policy): Packet[] {
  const origins = originsOf(seen, node);
  const devices = devicesOf(seen, node);
  return origins.flatMap((origin) => marksOf(seen, origin, node, policy).flatMap((mark) => sourcesOf(seen, origin, node).flatMap((src) =>
    devices.flatMap((oif) => statesOf(seen).map((ct) => packetOf(seen, origin, mark, src, oif, ct))))));
}

/** A packet with the sender's own mark, as a process makes it whose source the kernel chooses. */
export function packetOf(seen: Observed, origin: Origin, mark: number, src: Address | null, oif: string | null, ct: ConntrackState): Packet {
  const { family, dst } = seen;
  return { origin, family, dst, src, mark, isMarked: true, markWhen: null, api: null, socket: null, oif, iif: null, ct, entry: null, open: fieldsOf(seen) };
}

function fieldsOf({ proto, sport, dport, icmpType, icmpCode, tcpFlags, uid, gid }: Observed): Map<OpenField, number> {
  const fields = Object.entries({ sport, dport, icmpType, icmpCode, tcpFlags, uid, gid } satisfies Partial<Record<OpenField, number | null>>);
  return new Map<OpenField, number>([["proto", proto], ...fields.flatMap(([name, value]): [OpenField, number][] => (isOpen(name) && value !== null ? [[name, value]] : []))]);
}

const OPEN: readonly string[] = ["sport", "dport", "icmpType", "icmpCode", "tcpFlags", "uid", "gid"] satisfies OpenField[];

function isOpen(name: string): name is OpenField {
  return OPEN.includes(name);
}

/**
 * Without an owner the kernel made it, or a socket that its process has closed. Kernels before 5.7 show no input device in POSTROUTING, so what has somebody
 * else's source may as well be forwarded.
 */
function originsOf({ uid, proto, src }: Observed, node: Node): readonly Origin[] {
  if (uid !== null) return ["local"];
  if (!isUnspecified(src) && !isOwn(src, node)) return [];
  return proto === TCP ? ["kernel", "local"] : ["kernel"];
}

function isOwn(address: Address, node: Node): boolean {
  return node.addresses.some((own) => sameAddress(own.address, address));
}

/** Where a destination has no meaning without a device, the sender named one; and ss.txt tells of sockets that are bound to one. */
function devicesOf(seen: Observed, node: Node): readonly (string | null)[] {
  const bound = socketsOf(seen, node).map(({ local }) => local.dev).filter((dev) => dev !== null);
  const narrow = isMulticast(seen.dst) || isLinkLocal(seen.dst) || isBroadcast(seen.dst);
  return [...new Set([...(narrow ? [seen.dev] : []), ...bound, null])];
}

function isBroadcast({ family, words }: Address): boolean {
  return family === 4 && words[0] === 0xffffffff;
}

/** Rows of ss.txt that the packet's socket may be. */
function socketsOf({ proto, sport, src }: Observed, node: Node): Socket[] {
  if (proto !== TCP && proto !== UDP) return [];
  return (node.sockets ?? []).filter(({ proto: theirs, local }) => theirs === proto && local.port === sport && (local.address === null || sameAddress(local.address, src)));
}

/** Marks at creation: what senders.json and ss.txt tell of such a sender, the VPN's for its group, none; and, while nobody lists the senders, whatever was seen. */
function marksOf(seen: Observed, origin: Origin, node: Node, policy: Policy): readonly number[] {
  if (origin === "kernel") return kernelMarks(seen, node);
  const { uid, gid, mark } = seen;
  const listed = (node.senders ?? []).filter((sender) => fits(sender.uid, uid) && fits(sender.gid, gid)).map((sender) => sender.mark).filter((each) => each !== null);
  const sockets = socketsOf(seen, node).map((socket) => socket.mark);
  const mission = gid !== null && gid === policy.gid ? [policy.mark.value] : [];
  const marks = [...listed, ...sockets, ...mission, 0, ...(node.senders === null ? [mark] : [])];
  return [...new Set(marks)].sort((a, b) => Number(b === mark) - Number(a === mark));
}

function fits(listed: number | null, seen: number | null): boolean {
  return listed === null || listed === seen;
}

/** Answers carry no mark unless a switch reflects that of their cause; tunnels of the kernel (WireGuard, L2TP) have one of their own. */
function kernelMarks({ family, proto, mark }: Observed, node: Node): readonly number[] {
  const isOn = (name: string): boolean => (node.sysctl?.get(name) ?? "0") !== "0";
  const reflects = isOn(`net.ipv${family}.fwmark_reflect`) || isOn("net.ipv4.tcp_fwmark_accept");
  return mark !== 0 && (reflects || proto === UDP) ? [mark, 0] : [0];
}

/** What the kernel makes has its source from its cause; a process lets the kernel choose, or has bound its socket. */
function sourcesOf({ src }: Observed, origin: Origin, node: Node): readonly (Address | null)[] {
  if (origin === "kernel") return [src];
  return isUnspecified(src) || !isOwn(src, node) ? [null] : [null, src];
}

/** What connection tracking may think of it, as far as the flow is known. */
function statesOf({ family, proto, flow, tcpFlags, icmpType }: Observed): readonly ConntrackState[] {
  if (proto === TCP && tcpFlags !== null && (tcpFlags & SYN) !== 0) return (tcpFlags & ACK) === 0 ? ["new"] : ["reply"];
  if (icmpType !== null) return statesOfIcmp(family === 4 ? REQUESTS4 : REQUESTS6, family === 4 ? REPLIES4 : REPLIES6, icmpType);
  if (flow === FLOW.wan || flow === FLOW.listener) return ["reply"];
  return flow === FLOW.here ? ["new", "established"] : ["new", "established", "reply"];
}

function statesOfIcmp(requests: readonly number[], replies: readonly number[], type: number): readonly ConntrackState[] {
  if (requests.includes(type)) return ["new", "established"];
  return replies.includes(type) ? ["reply"] : ["related", "invalid"];
}

const REQUESTS4: readonly number[] = [8, 13, 15, 17];
const REPLIES4: readonly number[] = [0, 14, 16, 18];
const REQUESTS6: readonly number[] = [128, 139];
const REPLIES6: readonly number[] = [129, 140];
