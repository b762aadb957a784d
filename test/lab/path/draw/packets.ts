/** Packets that look for what rules and routing tell apart. */
import type { Family } from "../../../../src/model/address.js";
import type { Draft } from "../../oracle/draft.js";
import type { PathPacket } from "../words.js";
import { DEVICES, type Device, OWN, PEERS } from "../world.js";

/** Values that rules look for, and others. */
export const UIDS = [0, 100, 1000] as const;
export const GIDS = [0, 800, 1000] as const;
export const MARKS = [0x1, 0x2, 0x3, 0x10, 0x100, 0x101] as const;
export const DPORTS = [53, 54, 80, 123, 443, 9999, 10000] as const;
export const SPORTS = [123, 10000, 40000, 50000] as const;

export function drawPackets(draft: Draft, count: number): PathPacket[] {
  return Array.from({ length: count }, () => {
    const packet = draft.below(9) < 5 ? local(draft) : incoming(draft);
    return draft.once(8) ? followed(draft, packet) : packet;
  });
}

/** The second packet of a flow that passes through and that nobody but the lab answers: the same again, or what comes back. TCP's windows would have to fit. */
function followed(draft: Draft, packet: PathPacket): PathPacket {
  const { origin, family, dst, src, proto, sport, dport, icmpType, icmpCode, icmpId } = packet;
  const isQuestion = proto === 17 || icmpType === 8 || icmpType === 128;
  const back = DEVICES.filter((dev) => hostsOf(family, dev).includes(dst));
  if (origin !== "forward" || src === undefined || src === dst || !isQuestion || back.length === 0) return packet;
  const before = [{ ...packet }];
  if (draft.once(2)) return { ...packet, before };
  const ports = sport === undefined || dport === undefined ? {} : { sport: dport, dport: sport };
  const echo = icmpType === undefined || icmpCode === undefined || icmpId === undefined ? {} : { icmpType: icmpType === 8 ? 0 : 129, icmpCode, icmpId };
  return { origin, family, iif: draft.pick(back), src: dst, dst: src, proto, ...ports, ...echo, before };
}

function local(draft: Draft): PathPacket {
  const family = draft.family();
  const [peers, own] = [PEERS[family], OWN[family]];
  const near = draft.once(4) ? draft.pick([...Object.values(own), own.lo]) : draft.pick([peers.far, peers.far, peers.far, peers.farther, peers.wanHost, peers.meshHost, peers.client]);
  const oif = draft.once(6) ? draft.pick([...DEVICES, ...DEVICES, "lo"]) : undefined;
  // A link-local neighbour is nothing without a device.
  const dst = family === 6 && oif !== undefined && draft.once(6) ? draft.pick([peers.wanGate, peers.meshGate]) : near;
  const src = draft.once(4) ? draft.pick(Object.values(own)) : undefined;
  const protocol = layer(draft, family);
  const mark = draft.once(3) ? draft.pick([...MARKS, 1, 1]) : 0;
  const api = protocol.proto === 6 ? "connect" : draft.pick(["connect", "sendto"] as const);
  const late = mark !== 0 && protocol.proto !== 6 && api === "connect" && draft.once(3);
  return {
    origin: "local", family, dst, ...(src === undefined ? {} : { src }), ...(oif === undefined ? {} : { oif }), mark, ...(mark === 0 ? {} : { markWhen: late ? "connected" : "create" }),
    uid: draft.pick(UIDS), gid: draft.pick(GIDS), ...protocol, api,
    ...(protocol.proto === 1 || protocol.proto === 58 ? { socket: draft.pick(["raw", "ping"] as const) } : {}),
  };
}

/** Ports, or an echo request. */
function layer(draft: Draft, family: Family): Pick<PathPacket, "proto" | "sport" | "dport" | "icmpType" | "icmpCode" | "icmpId" | "tcpFlags"> {
  const ports = { sport: draft.pick(SPORTS), dport: draft.pick(DPORTS) };
  const kind = draft.below(10);
  if (kind < 5) return { proto: 17, ...ports };
  if (kind < 8) return { proto: 6, ...ports, tcpFlags: "S" };
  return { proto: family === 4 ? 1 : 58, icmpType: family === 4 ? 8 : 128, icmpCode: 0, icmpId: 1 + draft.below(60_000) };
}

/** Hosts behind each device. */
function hostsOf(family: Family, dev: Device): readonly string[] {
  const peers = PEERS[family];
  const far = [peers.far, peers.farther];
  return { wan0: [peers.wanHost, ...far], mesh0: [peers.meshHost, ...far], client0: [peers.client, peers.client] }[dev];
}

function incoming(draft: Draft): PathPacket {
  const family = draft.family();
  const [peers, own] = [PEERS[family], OWN[family]];
  const iif = draft.pick(DEVICES);
  const strange = [...Object.values(own), peers.client, peers.meshHost, peers.wanHost];
  const src = draft.once(9) ? draft.pick(strange) : draft.pick(hostsOf(family, iif));
  const dst = draft.once(2) ? draft.pick([own[iif], own[iif], ...Object.values(own)]) : draft.pick([peers.far, peers.farther, peers.wanHost, peers.meshHost, peers.client]);
  const protocol = layer(draft, family);
  const ends = { origin: "forward", family, iif, src, dst } as const;
  if (protocol.proto === 6) return { ...ends, ...protocol, tcpFlags: draft.pick(["S", "S", "S", "S", "A", "PA", "SA", "R", "FA"]) };
  if (protocol.proto === 17) return { ...ends, ...protocol };
  const kind = draft.below(8);
  if (kind === 0) return { ...ends, ...protocol, icmpType: family === 4 ? 0 : 129 };
  if (kind > 1) return { ...ends, ...protocol };
  const quoted: PathPacket = { ...ends, src: dst, dst: src, proto: 17, sport: draft.pick(SPORTS), dport: draft.pick(DPORTS) };
  return { ...ends, proto: protocol.proto, ...(family === 4 ? { icmpType: 3, icmpCode: 3 } : { icmpType: 1, icmpCode: 4 }), quoted };
}
