// Records of the packet path: what a family's firewall is compiled to, and one packet on its way through it. Long words are spared: a match of a rule is the
// same Match as everywhere, and reads a packet's fields or those of Hooked, which stand behind them.

import { Packet } from "../layout";

/** What a packet is besides its headers while it passes a hook (HOOK_FIELDS in src/model/packet.ts). Stands right behind its Packet. */
@unmanaged @final export class Hooked {
  ctState: u32; // one bit of CtState
  ctDirection: u32; // 0 original, 1 reply
  ctStatus: u32; // bits of CT_STATUS in src/model/netfilter.ts
  ctMark: u32;
  owner: u32; // Owner
  srcType: u32; // one bit, 1 << RouteType; kept by whoever takes the packet through a hook where Wall.asksTypes
  dstType: u32;
  packetType: u32;
}
/** Byte offsets as matches have them, as Field for a packet's own. */
export enum HookField {
  ctState = offsetof<Packet>() + offsetof<Hooked>("ctState"),
  ctDirection = offsetof<Packet>() + offsetof<Hooked>("ctDirection"),
  ctStatus = offsetof<Packet>() + offsetof<Hooked>("ctStatus"),
  ctMark = offsetof<Packet>() + offsetof<Hooked>("ctMark"),
  owner = offsetof<Packet>() + offsetof<Hooked>("owner"),
  srcType = offsetof<Packet>() + offsetof<Hooked>("srcType"),
  dstType = offsetof<Packet>() + offsetof<Hooked>("dstType"),
  packetType = offsetof<Packet>() + offsetof<Hooked>("packetType"),
}
/** NF_CT_STATE_BIT, and nft's untracked. */
export enum CtState { INVALID = 1, ESTABLISHED = 2, RELATED = 4, NEW = 8, UNTRACKED = 64 }
/** Bits of `ctStatus` that the core itself sets or asks, as CT_STATUS in src/model/netfilter.ts. */
export enum CtStatus { SEEN_REPLY = 2, CONFIRMED = 8, SNAT = 16, DNAT = 32 }
/** As OWNER in src/model/netfilter.ts. */
export enum Owner { NONE = 0, KERNEL = 1, PROCESS = 2 }

/** In the order of HOOKS in src/model/netfilter.ts. */
export enum Hook { PREROUTING = 0, INPUT = 1, FORWARD = 2, OUTPUT = 3, POSTROUTING = 4, COUNT = 5 }

/** One family's firewall. */
@unmanaged @final export class Wall {
  hooks: u32; // Hook.COUNT Spans of Stages
  asksTypes: u32; // 1 when some match reads srcType or dstType
  rules: u32; // how many rules there are; numbers of Place.FILTER count them from 1
  chains: u32; // Chains, by number (chains.ts)
  pass: u32; // scratch of walks (Pass in conditions.ts)
}
export enum WallAt {
  hooks = offsetof<Wall>("hooks"),
  asksTypes = offsetof<Wall>("asksTypes"),
  rules = offsetof<Wall>("rules"),
  chains = offsetof<Wall>("chains"),
  pass = offsetof<Wall>("pass"),
  SIZE = offsetof<Wall>(),
}

/** Records that stand together. */
@unmanaged @final export class Span {
  first: u32; // address
  count: u32;
}
export enum SpanAt { first = offsetof<Span>("first"), count = offsetof<Span>("count"), SIZE = offsetof<Span>() }

/** What a packet meets at a hook, in order (stagesOf in src/explain/netfilter/stages.ts tells which and why). */
@unmanaged @final export class Stage {
  kind: u32; // StageKind
  bases: u32; // Base records: one for CHAIN, all of the hook's for NAT
  count: u32;
  trades: u32; // 1 when its order to the next stage is not known and may matter
}
export enum StageAt {
  kind = offsetof<Stage>("kind"), bases = offsetof<Stage>("bases"), count = offsetof<Stage>("count"), trades = offsetof<Stage>("trades"), SIZE = offsetof<Stage>(),
}
export enum StageKind { CONNTRACK = 0, NAT = 1, CHAIN = 2 }

/** A base chain. */
@unmanaged @final export class Base {
  chain: u32; // address of what chains.ts walks
  type: u32; // ChainType
  drops: u32; // 1 when its policy is to drop
  number: u32; // 1-based among the family's base chains
}
export enum BaseAt { chain = offsetof<Base>("chain"), type = offsetof<Base>("type"), drops = offsetof<Base>("drops"), number = offsetof<Base>("number"), SIZE = offsetof<Base>() }
export enum ChainType { FILTER = 0, NAT = 1, ROUTE = 2 }

/** How a packet leaves a base chain. */
export enum End { ACCEPT = 0, DROP = 1, REJECT_RESET = 2, REJECT_ERROR = 3, UNKNOWN = 4 }

/** A translation that a rule asks for. */
@unmanaged @final export class Nat {
  kind: u32; // NatKind
  hasAddress: u32;
  first0: u32;
  first1: u32;
  first2: u32;
  first3: u32;
  last0: u32;
  last1: u32;
  last2: u32;
  last3: u32;
  hasPorts: u32;
  portFirst: u32;
  portLast: u32;
}
export enum NatAt {
  kind = offsetof<Nat>("kind"),
  hasAddress = offsetof<Nat>("hasAddress"),
  first0 = offsetof<Nat>("first0"),
  first1 = offsetof<Nat>("first1"),
  first2 = offsetof<Nat>("first2"),
  first3 = offsetof<Nat>("first3"),
  last0 = offsetof<Nat>("last0"),
  last1 = offsetof<Nat>("last1"),
  last2 = offsetof<Nat>("last2"),
  last3 = offsetof<Nat>("last3"),
  hasPorts = offsetof<Nat>("hasPorts"),
  portFirst = offsetof<Nat>("portFirst"),
  portLast = offsetof<Nat>("portLast"),
  SIZE = offsetof<Nat>(),
}
export enum NatKind { DNAT = 0, SNAT = 1, MASQUERADE = 2, REDIRECT = 3 }
/** What came of a translation. LEFT: the rule does not apply. */
export enum Translation { DONE = 0, DROP = 1, LEFT = 2, UNKNOWN = 3 }

/** One packet on its way. `walk` follows its open choices, and its Packet is followed by a Hooked. */
@unmanaged @final export class Trip {
  walk: u32; // Walk
  packet: u32; // Packet, and Hooked behind it
  wall: u32; // Wall
  hook: u32; // Hook
  origin: u32; // Origin
  bound: u32; // device the socket is bound to; 0 = none
  sourceKnown: u32; // 0: matches on src0..src3 may hold or not
  portKept: u32; // 0: the source port is not told any more
  entry: u32; // 1: the packet has a conntrack entry
  entryMarkKnown: u32; // 0: ctMark is not told
  statusKnown: u32; // bits of ctStatus that are told
  directionKnown: u32;
  untracked: u32;
  settledSource: u32; // 1: nat chains are not asked for the source again
  settledDestination: u32;
  device: u32; // where the packet is bound for
  table: u32;
  hop: u32; // number of the next hop whose gateway counts; 0 = on the link
  route: u32;
  via0: u32; // that gateway's address if it is an IPv4 one, else 0
  paths: u32; // Paths
  side: u32; // Side: the packet's family
  sent: u32; // Sent: the packet as it was given
  answer: u32; // Answer: of the lookup that was made last
  owned: u32; // 1 while the packet has its socket
  api: u32; // Api, as far as it is told or was asked
  ending: u32; // Ending
  error: u32; // Errno that the sender sees
  hadFirst: u32; // 1: the ends of its flow's first packet, itself, were noted (Paths.ends)
  socket: u32; // Socket, as far as it is told or was asked
  anySource: u32; // of the lookup that was made last
}
/** Who made the packet: a process, somebody else, or the kernel. */
export enum Origin { LOCAL = 0, FORWARD = 1, KERNEL = 2 }

export function hookedOf(trip: Trip): Hooked {
  return changetype<Hooked>(trip.packet + <u32>offsetof<Packet>());
}
