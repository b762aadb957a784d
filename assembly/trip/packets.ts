// Records of packets that are taken through a node: as they are given, what became of them, and the node as their ways depend on it.

/** One direction of a conntrack entry, as `conntrack -L` prints it. Two of them stand behind each Sent and each Fate: the original direction and the reply. */
@unmanaged @final export class Ends {
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  sport: u32;
  dport: u32;
  known: u32; // bits of Known
  reserved: u32;
}
export enum EndsAt {
  src0 = offsetof<Ends>("src0"), dst0 = offsetof<Ends>("dst0"), sport = offsetof<Ends>("sport"), dport = offsetof<Ends>("dport"), known = offsetof<Ends>("known"),
  SIZE = offsetof<Ends>(),
}
/** What is told of a direction's ends. */
export enum Known { SRC = 1, DST = 2, SPORT = 4, DPORT = 8 }

/** A packet as it was given. */
@unmanaged @final export class Sent {
  origin: u32; // Origin
  family: u32;
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  hasSource: u32; // 0: of a local packet the socket is not bound; else it is not told
  mark: u32;
  uid: u32;
  gid: u32;
  hasOwner: u32; // 1: the uid or gid was given
  proto: u32;
  sport: u32;
  dport: u32;
  icmpType: u32;
  icmpCode: u32;
  tcpFlags: u32;
  tos: u32;
  hopLimit: u32;
  oif: u32; // device the socket is bound to, or the kernel was told; 0 = none
  iif: u32; // device it came in on
  ct: u32; // Tracked
  api: u32; // Api
  moment: u32; // Moment
  socket: u32; // Socket
  hasFlow: u32; // 1: the ends behind tell what conntrack remembers of its flow
  flowMark: u32;
  reserved: u32;
}
export enum SentAt {
  origin = offsetof<Sent>("origin"),
  family = offsetof<Sent>("family"),
  src0 = offsetof<Sent>("src0"),
  dst0 = offsetof<Sent>("dst0"),
  hasSource = offsetof<Sent>("hasSource"),
  mark = offsetof<Sent>("mark"),
  uid = offsetof<Sent>("uid"),
  gid = offsetof<Sent>("gid"),
  hasOwner = offsetof<Sent>("hasOwner"),
  proto = offsetof<Sent>("proto"),
  sport = offsetof<Sent>("sport"),
  dport = offsetof<Sent>("dport"),
  icmpType = offsetof<Sent>("icmpType"),
  icmpCode = offsetof<Sent>("icmpCode"),
  tcpFlags = offsetof<Sent>("tcpFlags"),
  tos = offsetof<Sent>("tos"),
  hopLimit = offsetof<Sent>("hopLimit"),
  oif = offsetof<Sent>("oif"),
  iif = offsetof<Sent>("iif"),
  ct = offsetof<Sent>("ct"),
  api = offsetof<Sent>("api"),
  moment = offsetof<Sent>("moment"),
  socket = offsetof<Sent>("socket"),
  hasFlow = offsetof<Sent>("hasFlow"),
  flowMark = offsetof<Sent>("flowMark"),
  original = offsetof<Sent>(),
  reply = offsetof<Sent>() + offsetof<Ends>(),
  SIZE = offsetof<Sent>() + 2 * offsetof<Ends>(),
}
/** Conntrack's states as they are given; REPLY is the reply direction of an entry. */
export enum Tracked { NEW = 0, ESTABLISHED = 1, REPLY = 2, RELATED = 3, INVALID = 4, UNTRACKED = 5 }
/** How a socket sends. UNKNOWN here and below: it was not given. */
export enum Api { UNKNOWN = 0, CONNECT = 1, SENDTO = 2 }
/** When a socket got its mark. */
export enum Moment { UNKNOWN = 0, CREATE = 1, CONNECTED = 2 }
/** Fields that the core itself may miss; numbers of Place.FIELD. */
export enum Missing { API = 1, MARK_WHEN = 2, SOCKET = 3, OIF = 4 }
/** Switches of the kernel that nothing tells; numbers of Place.SETTING. */
export enum Setting { FWMARK_REFLECT = 1, FORWARDING6 = 2 }
/** What sends an echo request. */
export enum Socket { UNKNOWN = 0, RAW = 1, PING = 2 }

/** What became of a packet. */
@unmanaged @final export class Fate {
  ending: u32; // Ending
  error: u32; // Errno that the sender sees; 0 = none
  device: u32; // EGRESS: the device; all below as it leaves
  table: u32; // 0 = none was asked
  hop: u32; // number of the next hop whose gateway counts; 0 = on the link
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  sourceKnown: u32;
  sport: u32;
  dport: u32;
  portKept: u32; // 0: the source port is not told
  mark: u32;
  flow: u32; // 1: the ends behind are those of the conntrack entry that it leaves behind
  flowMark: u32;
  place: u32; // UNDETERMINED: Place of what was not understood
  number: u32; // of that rule, route, field or switch
}
export enum FateAt {
  ending = offsetof<Fate>("ending"),
  error = offsetof<Fate>("error"),
  device = offsetof<Fate>("device"),
  table = offsetof<Fate>("table"),
  hop = offsetof<Fate>("hop"),
  src0 = offsetof<Fate>("src0"),
  dst0 = offsetof<Fate>("dst0"),
  sourceKnown = offsetof<Fate>("sourceKnown"),
  sport = offsetof<Fate>("sport"),
  dport = offsetof<Fate>("dport"),
  portKept = offsetof<Fate>("portKept"),
  mark = offsetof<Fate>("mark"),
  flow = offsetof<Fate>("flow"),
  flowMark = offsetof<Fate>("flowMark"),
  place = offsetof<Fate>("place"),
  number = offsetof<Fate>("number"),
  original = offsetof<Fate>(),
  reply = offsetof<Fate>() + offsetof<Ends>(),
  SIZE = offsetof<Fate>() + 2 * offsetof<Ends>(),
}
/** As FATES in src/model/walk.ts, but for `depends`. NONE: still on its way. */
export enum Ending { NONE = 0, EGRESS = 1, LOCAL = 2, DROPPED = 3, REJECTED = 4, NO_ROUTE = 5, UNDETERMINED = 6 }

/** One family of a node, besides its tables: the firewall, and switches. */
@unmanaged @final export class Side {
  wall: u32; // Wall
  complete: u32; // 0: there may be rules that were not collected
  nats: u32; // Hook.COUNT Spans of Nat: every translation that some chain of the hook may make
  setsEntryMark: u32; // 1 when some rule gives a conntrack entry a mark
  local: u32; // table slot of local
  asksOif: u32; // 1 when some rule looks at the output device
  dissects: u32; // 1 when some rule for what does not come from the node wants protocol or ports (fib_rule_requires_fldissect)
  reflects: u32; // fwmark_reflect: 0, 1, or NONE when nothing tells
  forwards: u32; // IPv6: conf.all.forwarding, likewise
  sources: u32; // IPv6: the source that each route names, 16 bytes by route number
}
export enum SideAt {
  wall = offsetof<Side>("wall"),
  complete = offsetof<Side>("complete"),
  nats = offsetof<Side>("nats"),
  setsEntryMark = offsetof<Side>("setsEntryMark"),
  local = offsetof<Side>("local"),
  asksOif = offsetof<Side>("asksOif"),
  dissects = offsetof<Side>("dissects"),
  reflects = offsetof<Side>("reflects"),
  forwards = offsetof<Side>("forwards"),
  sources = offsetof<Side>("sources"),
  SIZE = offsetof<Side>(),
}

/** A node that packets are taken through: the root of everything the host wrote. */
@unmanaged @final export class Paths {
  router: u32; // Router
  side4: u32; // Side
  side6: u32;
  loose: u32; // nf_conntrack_tcp_loose
  forced6: u32; // one byte for each device number: 1 where force_forwarding is on
  sent: u32; // areas of a batch
  fates: u32;
  trip: u32; // scratch
  packet: u32; // a Packet and a Hooked
  ends: u32; // first and last ends of a new flow
  fate: u32; // of another combination of open choices
  answer: u32; // of the lookup that was made last
}
export enum PathsAt {
  router = offsetof<Paths>("router"),
  side4 = offsetof<Paths>("side4"),
  side6 = offsetof<Paths>("side6"),
  loose = offsetof<Paths>("loose"),
  forced6 = offsetof<Paths>("forced6"),
  sent = offsetof<Paths>("sent"),
  fates = offsetof<Paths>("fates"),
  SIZE = offsetof<Paths>(),
}

/** The ends behind a Sent, or (with its size) behind a Fate: the original direction, then the reply. */
export function originalOf(sent: Sent): Ends {
  return changetype<Ends>(changetype<usize>(sent) + offsetof<Sent>());
}

export function replyOf(sent: Sent): Ends {
  return changetype<Ends>(changetype<usize>(sent) + offsetof<Sent>() + offsetof<Ends>());
}
