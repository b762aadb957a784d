/** Packets of every origin that look for what a node and its rules tell apart, as lines for `wanproof explain NODE -`. */
import { CONNTRACK_STATES } from "../../../src/explain/packet.js";
import type { Family } from "../../../src/model/address.js";
import type { FlowView } from "../../../src/model/walk.js";
import type { Draft } from "../oracle/draft.js";
import type { Values } from "./values.js";

/** Fields of the contract, section 5. What is left out is unknown. */
export type Line = Readonly<Record<string, string | number>>;
/** A packet, with what conntrack remembers of its flow. */
export interface Asking {
  readonly line: Line;
  readonly entry?: FlowView;
}

export function drawLine(draft: Draft, values: Values): Line {
  const family = draft.family();
  const address = (): string => draft.pick(values.addresses[family]);
  const ends = { family, dst: address(), mark: draft.once(2) ? 0 : draft.pick(values.marks), ct: draft.once(2) ? "new" : draft.pick(CONNTRACK_STATES) };
  const layers = { ...layer(draft, family, values), ...some(draft, 6, () => ({ tos: draft.pick(values.tos) })), ...some(draft, 6, () => ({ hopLimit: draft.pick(values.hopLimits) })) };
  const device = (): string => draft.pick(values.devices);
  switch (draft.pick(["local", "local", "forward", "forward", "kernel"] as const)) {
    case "local": return { origin: "local", ...ends, ...some(draft, 3, () => ({ src: address() })), ...some(draft, 5, () => ({ oif: device() })), ...owner(draft, values, 8), ...socket(draft), ...layers };
    case "forward": return { origin: "forward", ...ends, src: address(), ...most(draft, () => ({ iif: device() })), ...layers };
    // Few of the kernel's packets belong to a process: a SYN-ACK does.
    case "kernel": return { origin: "kernel", ...ends, ...most(draft, () => ({ src: address() })), ...some(draft, 6, () => ({ oif: device() })), ...(draft.once(6) ? owner(draft, values, 4) : {}), ...layers };
  }
}

/** A later packet of a flow, by the entry that its first one left behind; null: not all of it is known. */
export function drawLater(draft: Draft, line: Line, { original, reply, mark }: FlowView, values: Values): Asking | null {
  const back = draft.once(2);
  const { src, dst, sport, dport } = back ? reply : original;
  if (src === null || dst === null) return null;
  const ends = { dst, src, ...(sport === undefined ? {} : { sport }), ...(dport === undefined ? {} : { dport }) };
  const ct = back ? "reply" : draft.pick(["established", "established", "new", "related"]);
  // An answer comes from outside.
  const origin = back ? { origin: "forward", iif: draft.pick(values.devices) } : {};
  return { line: { ...line, ...ends, ...origin, ct, ...(draft.once(2) ? {} : { mark: draft.pick(values.marks) }) }, entry: { original, reply, mark: draft.once(4) ? draft.pick(values.marks) : mark } };
}

/** Once in `times`. */
function some(draft: Draft, times: number, fields: () => Line): Line {
  return draft.once(times) ? fields() : {};
}

/** All but once in a while. */
function most(draft: Draft, fields: () => Line, times = 16): Line {
  return draft.once(times) ? {} : fields();
}

function owner(draft: Draft, values: Values, missing: number): Line {
  return { ...most(draft, () => ({ uid: draft.pick(values.uids) }), missing), ...most(draft, () => ({ gid: draft.pick(values.gids) }), missing) };
}

function socket(draft: Draft): Line {
  return {
    ...most(draft, () => ({ api: draft.pick(["connect", "sendto"]) })), ...most(draft, () => ({ markWhen: draft.once(4) ? "connected" : "create" })),
    ...most(draft, () => ({ socket: draft.pick(["raw", "ping"]) })),
  };
}

const FLAGS = ["S", "S", "SA", "A", "PA", "FA", "F", "R", "RA", "", "FSRPAU"];

function layer(draft: Draft, family: Family, values: Values): Line {
  if (draft.once(32)) return {};
  const proto = draft.pick([6, 6, 6, 17, 17, 17, 17, family === 4 ? 1 : 58, family === 4 ? 1 : 58, draft.pick(values.protocols)]);
  const port = (): number => (draft.once(8) ? draft.below(65_536) : draft.pick(values.ports));
  const ports = (): Line => ({ ...most(draft, () => ({ sport: port() })), ...most(draft, () => ({ dport: port() })) });
  if (proto === 6) return { proto, ...ports(), ...most(draft, () => ({ tcpFlags: draft.pick(FLAGS) })) };
  if (proto === 17) return { proto, ...ports() };
  if (proto !== 1 && proto !== 58) return { proto };
  const [types, codes] = [values.icmpTypes, values.icmpCodes];
  return { proto, ...most(draft, () => ({ icmpType: draft.pick(types) })), ...most(draft, () => ({ icmpCode: draft.once(2) ? 0 : draft.pick(codes) })), ...(draft.once(4) ? { icmpId: 1 + draft.below(60_000) } : {}) };
}
