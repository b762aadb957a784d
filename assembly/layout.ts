// Long because every record is drawn once here, beside the offsets the host uses.
// Every record that crosses the border, and the offsets the host writes and reads it by.
// The enums named XAt are exported by index.ts: no number is written twice.

/** One captured frame, described by whoever read the capture (FRAME_WORDS in src/model/capture.ts). */
@unmanaged @final export class Frame {
  at: u32; // offset of the first byte from the start of the byte area
  captured: u32;
  original: u32;
  seconds: u32;
  nanos: u32;
  device: u32; // device number, 0 = the capture does not say
  linkType: u32;
  flags: u32; // FrameFlag
}
export enum FrameAt {
  at = offsetof<Frame>("at"),
  captured = offsetof<Frame>("captured"),
  original = offsetof<Frame>("original"),
  seconds = offsetof<Frame>("seconds"),
  nanos = offsetof<Frame>("nanos"),
  device = offsetof<Frame>("device"),
  linkType = offsetof<Frame>("linkType"),
  flags = offsetof<Frame>("flags"),
  SIZE = offsetof<Frame>(),
}
/** Bits of `flags`: the direction, where the capture tells it; from CAPTURE_SHIFT on, the number of the capture in a run over several. */
export enum FrameFlag { OUT = 1, IN = 2 }
export const CAPTURE_SHIFT: u32 = 8;

/** A packet is a row of fields (FIELDS in src/model/packet.ts), followed by what only the core needs. */
@unmanaged @final export class Packet {
  family: u32;
  etherType: u32;
  proto: u32;
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
  icmpType: u32;
  icmpCode: u32;
  tcpFlags: u32;
  hopLimit: u32;
  tos: u32;
  mark: u32;
  uid: u32;
  gid: u32;
  iif: u32;
  oif: u32;
  condition: u32;
  fragment: u32;
  ownHardware: u32;
  flow: u32;
  // Below: not matched by rows.
  direction: u32;
  group: u32; // 1 when the frame was sent to a multicast or broadcast hardware address
  fragmentId: u32;
  payload: u32; // address of the transport payload, or of the packet an ICMP error quotes
  payloadEnd: u32; // end of its captured bytes
  sequence: u32; // TCP
  acknowledged: u32; // TCP
  segment: u32; // TCP payload length plus one each for SYN and FIN
  explained: u32; // Explained bits
  rule: u32; // deciding rule of the walk that reaches the WAN, 1-based; 0 = none
  route: u32; // deciding route, 1-based
  wholeEnd: u32; // end of the IP packet as its header tells, which may lie beyond the capture
  entry: u32; // address of its FlowEntry, 0 = none
  network: u32; // address of what follows the link header, 0 = it was not found
  device: u32; // device number; 0 = the capture does not say, NONE = a device the node does not have
  visible: u32; // Visible bits
  station: u32; // 1 when the hardware address it came from is known and not the node's own
}
/** What the capture shows besides the packet, and what that says of its origin. */
export enum Visible { MARK = 1, UID = 2, GID = 4, FORWARDED = 8, EARLY = 16, BEFORE_NAT = 32 }
/** Bits of `translated`. */
export enum Translated { IPV4 = 1, IPV6 = 2 }
export enum Field {
  family = offsetof<Packet>("family"),
  etherType = offsetof<Packet>("etherType"),
  proto = offsetof<Packet>("proto"),
  src0 = offsetof<Packet>("src0"),
  src1 = offsetof<Packet>("src1"),
  src2 = offsetof<Packet>("src2"),
  src3 = offsetof<Packet>("src3"),
  dst0 = offsetof<Packet>("dst0"),
  dst1 = offsetof<Packet>("dst1"),
  dst2 = offsetof<Packet>("dst2"),
  dst3 = offsetof<Packet>("dst3"),
  sport = offsetof<Packet>("sport"),
  dport = offsetof<Packet>("dport"),
  icmpType = offsetof<Packet>("icmpType"),
  icmpCode = offsetof<Packet>("icmpCode"),
  tcpFlags = offsetof<Packet>("tcpFlags"),
  hopLimit = offsetof<Packet>("hopLimit"),
  tos = offsetof<Packet>("tos"),
  mark = offsetof<Packet>("mark"),
  uid = offsetof<Packet>("uid"),
  gid = offsetof<Packet>("gid"),
  iif = offsetof<Packet>("iif"),
  oif = offsetof<Packet>("oif"),
  condition = offsetof<Packet>("condition"),
  fragment = offsetof<Packet>("fragment"),
  ownHardware = offsetof<Packet>("ownHardware"),
  flow = offsetof<Packet>("flow"),
}
/** What the host reads of a packet besides its fields. */
export enum PacketAt {
  direction = offsetof<Packet>("direction"),
  payload = offsetof<Packet>("payload"),
  payloadEnd = offsetof<Packet>("payloadEnd"),
  wholeEnd = offsetof<Packet>("wholeEnd"),
  explained = offsetof<Packet>("explained"),
  rule = offsetof<Packet>("rule"),
  route = offsetof<Packet>("route"),
  device = offsetof<Packet>("device"),
  visible = offsetof<Packet>("visible"),
  network = offsetof<Packet>("network"),
  SIZE = offsetof<Packet>(),
}
if (offsetof<Packet>() != 176) ERROR("Packet is 176 bytes, a multiple of 16");

/** Values of `condition`. */
export enum Condition { WHOLE = 0, CUT = 1, MALFORMED = 2, TAGGED = 3, UNREAD = 4 }
/** Values of `fragment`. */
export enum Fragment { NONE = 0, FIRST = 1, LATER = 2 }
/** Values of `direction`. */
export enum Direction { UNKNOWN = 0, OUT = 1, IN = 2 }
/** Values of `flow`, as FLOW in src/model/verdict.ts. */
export enum Flow { NONE = 0, HERE = 1, WAN = 2, LISTENER = 3, UNDER_WAY = 4, TRIGGER = 5, FORGOTTEN = 6 }
/** Bits of `explained`: which kind of sender the node's tables would let out on a WAN device. */
export enum Explained { UNMARKED = 1, MARKED = 2 }

/** Holds when ((packet[field] & mask) - low) <= span, unsigned. A span of 0 means equality. */
@unmanaged @final export class Match {
  field: u32; // byte offset into Packet, from Field
  mask: u32;
  low: u32;
  span: u32;
}
export enum MatchAt {
  field = offsetof<Match>("field"),
  mask = offsetof<Match>("mask"),
  low = offsetof<Match>("low"),
  span = offsetof<Match>("span"),
  SIZE = offsetof<Match>(),
}
if (offsetof<Match>() != 16) ERROR("Match is 16 bytes, four to a cache line");

/** A policy row: all its matches must hold. */
@unmanaged @final export class Row {
  matches: u32; // address of the first Match
  count: u32;
  verdict: u32; // 1-based number in CLASSES
  reason: u32; // 1-based number in REASON_NAMES, 0 = none
}
export enum RowAt {
  matches = offsetof<Row>("matches"),
  count = offsetof<Row>("count"),
  verdict = offsetof<Row>("verdict"),
  reason = offsetof<Row>("reason"),
  SIZE = offsetof<Row>(),
}

/** One policy routing rule (net/core/fib_rules.c). */
@unmanaged @final export class Rule {
  matches: u32;
  count: u32;
  invert: u32;
  unknown: u32; // 1 when a selector is not modelled: the rule may or may not match
  action: u32; // Action
  target: u32; // TABLE: table slot; GOTO: index of the rule to go on with, NONE when unresolved
  suppressLength: u32; // prefix lengths up to and including this one are suppressed; NONE = off
  suppressGroup: u32; // device group number that is suppressed; NONE = off
  error: u32; // STOP: Errno that ends the walk
  bySource: u32; // IPv6: 1 when the rule has a `from`, so that a packet without a source does not match it
}
export enum RuleAt {
  matches = offsetof<Rule>("matches"),
  count = offsetof<Rule>("count"),
  invert = offsetof<Rule>("invert"),
  unknown = offsetof<Rule>("unknown"),
  action = offsetof<Rule>("action"),
  target = offsetof<Rule>("target"),
  suppressLength = offsetof<Rule>("suppressLength"),
  suppressGroup = offsetof<Rule>("suppressGroup"),
  error = offsetof<Rule>("error"),
  bySource = offsetof<Rule>("bySource"),
  SIZE = offsetof<Rule>(),
}
export enum Action { TABLE = 0, GOTO = 1, NOP = 2, STOP = 3, UNKNOWN = 4 }
export const NONE: u32 = 0xffffffff;

/** A distinct destination prefix of any table of one family. */
@unmanaged @final export class Prefix {
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
  mask0: u32;
  mask1: u32;
  mask2: u32;
  mask3: u32;
  length: u32;
  parent: u32; // 1-based number of the longest prefix that covers this one; 0 = none
}
export enum PrefixAt {
  word0 = offsetof<Prefix>("word0"),
  word1 = offsetof<Prefix>("word1"),
  word2 = offsetof<Prefix>("word2"),
  word3 = offsetof<Prefix>("word3"),
  mask0 = offsetof<Prefix>("mask0"),
  mask1 = offsetof<Prefix>("mask1"),
  mask2 = offsetof<Prefix>("mask2"),
  mask3 = offsetof<Prefix>("mask3"),
  length = offsetof<Prefix>("length"),
  parent = offsetof<Prefix>("parent"),
  SIZE = offsetof<Prefix>(),
}

/** What one table holds at one prefix or, when nothing, at the nearest shorter prefix that has a route in it. */
@unmanaged @final export class Slot {
  prefix: u32; // 1-based number of that prefix; 0 = the table has no covering route
  first: u32; // 1-based number of its first route, in the kernel's order
  count: u32;
  reserved: u32;
}
export enum SlotAt {
  prefix = offsetof<Slot>("prefix"),
  first = offsetof<Slot>("first"),
  count = offsetof<Slot>("count"),
  SIZE = offsetof<Slot>(),
}

/** One route; next hops of a multipath route stand together. */
@unmanaged @final export class Route {
  kind: u32; // RouteKind
  tos: u32;
  length: u32; // of the destination prefix
  sourceLength: u32; // 0 = not source-specific
  source0: u32;
  source1: u32;
  source2: u32;
  source3: u32;
  hops: u32; // address of the first Hop
  hopCount: u32;
  table: u32; // number of its table
  type: u32; // RouteType
  metric: u32;
  scope: u32; // IPv4: RT_SCOPE numbers, the larger the nearer
  rating: u32; // router preference as rt6_score_route() counts it: 4, 8 or 12
  traits: u32; // RouteTrait bits
  prefsrc0: u32; // first word of the source it names
}
export enum RouteAt {
  kind = offsetof<Route>("kind"),
  tos = offsetof<Route>("tos"),
  length = offsetof<Route>("length"),
  sourceLength = offsetof<Route>("sourceLength"),
  source0 = offsetof<Route>("source0"),
  source1 = offsetof<Route>("source1"),
  source2 = offsetof<Route>("source2"),
  source3 = offsetof<Route>("source3"),
  hops = offsetof<Route>("hops"),
  hopCount = offsetof<Route>("hopCount"),
  table = offsetof<Route>("table"),
  type = offsetof<Route>("type"),
  metric = offsetof<Route>("metric"),
  scope = offsetof<Route>("scope"),
  rating = offsetof<Route>("rating"),
  traits = offsetof<Route>("traits"),
  prefsrc0 = offsetof<Route>("prefsrc0"),
  SIZE = offsetof<Route>(),
}
/** FORWARD is any ordinary route, ERROR stops the walk, THROW goes on with the next rule. */
export enum RouteKind { FORWARD = 0, ERROR = 1, THROW = 2 }
/** The kernel's RTN_ numbers (include/uapi/linux/rtnetlink.h); UNKNOWN: a type that was not understood. */
export enum RouteType { UNKNOWN = 0, UNICAST = 1, LOCAL = 2, BROADCAST = 3, ANYCAST = 4, MULTICAST = 5, BLACKHOLE = 6, UNREACHABLE = 7, PROHIBIT = 8, THROW = 9 }
/** MAYBE: part of its text was not understood. STAYS: what it takes is delivered on the node, on lo. PREFSRC: it names a source. OBJECT: its next hops are those of an object (ip-nexthop(8)). OTHERS: somebody made it, not the kernel. */
export enum RouteTrait { MAYBE = 1, STAYS = 2, PREFSRC = 4, OBJECT = 8, OTHERS = 16 }

@unmanaged @final export class Hop {
  device: u32; // device number
  wan: u32; // 1 when the device belongs to the WAN
  dead: u32; // 1 when the kernel skips it
  group: u32; // group number of the device
  gateway: u32; // Gateway
  via0: u32; // the gateway's address if it is an IPv4 one
  number: u32; // 1-based among the family's next hops
  onlink: u32; // 1 when its gateway is on the link because somebody said so
}
export enum HopAt {
  device = offsetof<Hop>("device"),
  wan = offsetof<Hop>("wan"),
  dead = offsetof<Hop>("dead"),
  group = offsetof<Hop>("group"),
  gateway = offsetof<Hop>("gateway"),
  via0 = offsetof<Hop>("via0"),
  number = offsetof<Hop>("number"),
  onlink = offsetof<Hop>("onlink"),
  SIZE = offsetof<Hop>(),
}

/** Whether packets go to a next hop's gateway. DEVICE: it stands for its device alone; OPEN, which is both: that depends on when the route was made. The host writes 0 or 1. */
export enum Gateway { NONE = 0, COUNTS = 1, DEVICE = 2, OPEN = 3 }

/** The tables and rules of one family. */
@unmanaged @final export class Fib {
  rules: u32;
  ruleCount: u32;
  prefixes: u32; // longest first
  prefixCount: u32;
  slots: u32; // prefixCount rows of tableCount Slots
  tableCount: u32;
  routes: u32;
  routeCount: u32;
  bounds: u32; // sorted lower bounds of the intervals between prefixes, two u64 each
  leaves: u32; // for each bound the 1-based prefix that covers its interval
  boundCount: u32;
  asks: u32; // Asks: what the answer may depend on besides the destination
  unread: u32; // 1 when there is a route that nobody could read, which may take any packet
}
/** Which fields any rule or route of a family looks at; MAYBE_GOTO: a goto whose selectors are not all understood. */
export enum Asks { MARK = 1, SOURCE = 2, TOS = 4, MAYBE_GOTO = 8 }
export enum FibAt {
  rules = offsetof<Fib>("rules"),
  ruleCount = offsetof<Fib>("ruleCount"),
  prefixes = offsetof<Fib>("prefixes"),
  prefixCount = offsetof<Fib>("prefixCount"),
  slots = offsetof<Fib>("slots"),
  tableCount = offsetof<Fib>("tableCount"),
  routes = offsetof<Fib>("routes"),
  routeCount = offsetof<Fib>("routeCount"),
  bounds = offsetof<Fib>("bounds"),
  leaves = offsetof<Fib>("leaves"),
  boundCount = offsetof<Fib>("boundCount"),
  asks = offsetof<Fib>("asks"),
  unread = offsetof<Fib>("unread"),
  SIZE = offsetof<Fib>(),
}

/** One device, as lookups see it. */
@unmanaged @final export class Device {
  traits: u32; // DeviceTrait bits
  group: u32;
  rpFilter: u32; // the larger one of its own and of `all`
}
export enum DeviceAt {
  traits = offsetof<Device>("traits"),
  group = offsetof<Device>("group"),
  rpFilter = offsetof<Device>("rpFilter"),
  SIZE = offsetof<Device>(),
}
/** Switches of a device (Documentation/networking/ip-sysctl.rst). FORWARDS4_MAYBE: nothing tells. VRF: it is one or belongs to one, which is not modelled. */
export enum DeviceTrait {
  UP = 1, LOOPBACK = 2, FORWARDS4 = 4, FORWARDS4_MAYBE = 8, ROUTE_LOCALNET = 16, ACCEPT_LOCAL = 32, SRC_VALID_MARK = 64, SEND_REDIRECTS = 128,
  BC_FORWARDING = 256, OWN_ADDRESS4 = 512, OIF_ADDRESSES_ONLY = 1024, VRF = 2048,
}

/** An address of the node, in the kernel's order: device by device. */
@unmanaged @final export class Own {
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
  length: u32;
  device: u32;
  scope: u32; // IPv4: RT_SCOPE numbers; IPv6: filled in by the core
  label: u32; // IPv6 (ip-addrlabel(8)): filled in by the core
  traits: u32; // OwnTrait bits
}
export enum OwnAt {
  word0 = offsetof<Own>("word0"),
  word1 = offsetof<Own>("word1"),
  word2 = offsetof<Own>("word2"),
  word3 = offsetof<Own>("word3"),
  length = offsetof<Own>("length"),
  device = offsetof<Own>("device"),
  scope = offsetof<Own>("scope"),
  traits = offsetof<Own>("traits"),
  SIZE = offsetof<Own>(),
}
/** SECONDARY is IPv4's. AVOIDED: deprecated, or optimistic where such addresses are not wanted. FAVOURED: temporary or not, as its device wants it. */
export enum OwnTrait { SECONDARY = 1, AVOIDED = 2, FAVOURED = 4, OPTIMISTIC = 8 }

/** What lookups are answered by: the root of a node without a policy. */
@unmanaged @final export class Router {
  fib4: u32; // address of a Fib
  fib6: u32;
  merged: u32; // IPv4 table slot of local and main as one; NONE = they are two, and rules are walked
  fallback: u32; // IPv4 table slot of `default`, asked after `merged`
  local: u32; // IPv4 table slot that tells the node's own addresses
  main: u32; // IPv4 table slot of main
  customLocal: u32; // 1 when somebody added a local IPv4 route
  multicast6: u32; // 1 when the kernel routes IPv6 multicast, 0 when it cannot, NONE when nothing tells
  loopback: u32; // device number of lo
  devices: u32; // Device records by number; number 0 is no device
  deviceCount: u32;
  own4: u32; // Own records
  own4Count: u32;
  own6: u32;
  own6Count: u32;
  questions: u32; // areas of a batch
  answers: u32;
  members: u32;
  packet: u32; // scratch
  walk: u32;
  second: u32; // one Answer
}
export enum RouterAt {
  fib4 = offsetof<Router>("fib4"),
  fib6 = offsetof<Router>("fib6"),
  merged = offsetof<Router>("merged"),
  fallback = offsetof<Router>("fallback"),
  local = offsetof<Router>("local"),
  main = offsetof<Router>("main"),
  customLocal = offsetof<Router>("customLocal"),
  multicast6 = offsetof<Router>("multicast6"),
  loopback = offsetof<Router>("loopback"),
  devices = offsetof<Router>("devices"),
  deviceCount = offsetof<Router>("deviceCount"),
  own4 = offsetof<Router>("own4"),
  own4Count = offsetof<Router>("own4Count"),
  own6 = offsetof<Router>("own6"),
  own6Count = offsetof<Router>("own6Count"),
  questions = offsetof<Router>("questions"),
  answers = offsetof<Router>("answers"),
  members = offsetof<Router>("members"),
  SIZE = offsetof<Router>(),
}

/** What one lookup is asked. Everything that was not said is 0. */
@unmanaged @final export class Question {
  family: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  mark: u32;
  uid: u32;
  proto: u32;
  sport: u32;
  dport: u32;
  tos: u32;
  iif: u32; // device it came in on; 0 = the node sends it
  oif: u32;
}
export enum QuestionAt {
  family = offsetof<Question>("family"),
  dst0 = offsetof<Question>("dst0"),
  src0 = offsetof<Question>("src0"),
  mark = offsetof<Question>("mark"),
  uid = offsetof<Question>("uid"),
  proto = offsetof<Question>("proto"),
  sport = offsetof<Question>("sport"),
  dport = offsetof<Question>("dport"),
  tos = offsetof<Question>("tos"),
  iif = offsetof<Question>("iif"),
  oif = offsetof<Question>("oif"),
  SIZE = offsetof<Question>(),
}

/** What the kernel would say. */
@unmanaged @final export class Answer {
  outcome: u32; // Outcome
  error: u32; // Errno
  type: u32; // RouteType
  table: u32; // number of the table; 0 = none was asked, or none had a route
  device: u32;
  hop: u32; // number of the next hop whose gateway counts; 0 = on the link
  route: u32; // number of the route that decided; 0 = none
  source: u32; // number of an own address, or one of Chosen
  member: u32; // index of the first Member
  memberCount: u32; // more than one where the choice is not in the state
  place: u32; // UNDETERMINED: Place of what was not understood
  number: u32; // of that rule or route
}
export enum AnswerAt {
  outcome = offsetof<Answer>("outcome"),
  error = offsetof<Answer>("error"),
  type = offsetof<Answer>("type"),
  table = offsetof<Answer>("table"),
  device = offsetof<Answer>("device"),
  hop = offsetof<Answer>("hop"),
  route = offsetof<Answer>("route"),
  source = offsetof<Answer>("source"),
  member = offsetof<Answer>("member"),
  memberCount = offsetof<Answer>("memberCount"),
  place = offsetof<Answer>("place"),
  number = offsetof<Answer>("number"),
  SIZE = offsetof<Answer>(),
}
export enum Outcome { WAY = 0, ERROR = 1, UNDETERMINED = 2 }
/** Sources that are not an address of a device. DESTINATION: the destination itself. ROUTE: the one that the route names. LOCALHOST: 127.0.0.1. */
export enum Chosen { NOTHING = 0, DESTINATION = 0xfffffffd, ROUTE = 0xfffffffe, LOCALHOST = 0xffffffff }
/**
 * Where text, or the lack of it, leaves an answer open. Of packets only: FIELD, one that was not given; SETTING, a switch of the kernel; FLOW, what its conntrack entry
 * had translated; MAKER, who makes a reset; ABOUT, whom an ICMP error tells about; UNSEEN, rules that were not collected; RANGE, one of several addresses; ORDER, which of two chains
 * comes first.
 */
export enum Place {
  RULE = 1, ROUTE = 2, FORWARDING = 3, GROUPS = 4, MULTICAST = 5, VRF = 6, FILTER = 7, UNREAD = 8, FIELD = 9, SETTING = 10, FLOW = 11, MAKER = 12, ABOUT = 13, UNSEEN = 14, RANGE = 15,
  ORDER = 16,
}
/** Linux's numbers (include/uapi/asm-generic/errno.h). */
export enum Errno { EPERM = 1, EACCES = 13, EINVAL = 22, EMSGSIZE = 90, EADDRNOTAVAIL = 99, ENETUNREACH = 101, EHOSTUNREACH = 113 }

/** One of several next hops among which the kernel chooses by what no dump shows. */
@unmanaged @final export class Member {
  hop: u32; // number
  route: u32; // number
  device: u32;
  source: u32; // as in Answer
}
export enum MemberAt {
  hop = offsetof<Member>("hop"),
  route = offsetof<Member>("route"),
  device = offsetof<Member>("device"),
  source = offsetof<Member>("source"),
  SIZE = offsetof<Member>(),
}

/** A port that listens: a UDP flow to it was opened from outside. */
@unmanaged @final export class Listener {
  family: u32;
  proto: u32;
  port: u32;
  anyAddress: u32;
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
}
export enum ListenerAt {
  family = offsetof<Listener>("family"),
  proto = offsetof<Listener>("proto"),
  port = offsetof<Listener>("port"),
  anyAddress = offsetof<Listener>("anyAddress"),
  word0 = offsetof<Listener>("word0"),
  word1 = offsetof<Listener>("word1"),
  word2 = offsetof<Listener>("word2"),
  word3 = offsetof<Listener>("word3"),
  SIZE = offsetof<Listener>(),
}

/** An address that belongs on the WAN. */
@unmanaged @final export class Source {
  family: u32;
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
  reserved: u32;
}
export enum SourceAt {
  family = offsetof<Source>("family"),
  word0 = offsetof<Source>("word0"),
  word1 = offsetof<Source>("word1"),
  word2 = offsetof<Source>("word2"),
  word3 = offsetof<Source>("word3"),
  SIZE = offsetof<Source>(),
}

/** A node and a policy, compiled: the root of everything the host wrote. */
@unmanaged @final export class Image {
  fib4: u32; // address of a Fib
  fib6: u32;
  rows: u32;
  rowCount: u32;
  macs: u32; // own hardware addresses, one u64 each: the six bytes as a big-endian number
  macCount: u32;
  sources: u32;
  sourceCount: u32;
  listeners: u32;
  listenerCount: u32;
  listenersKnown: u32; // 0: no ss.txt, the local port range decides
  portLow: u32;
  portHigh: u32;
  mark: u32; // the VPN's mark
  loopback: u32; // device number of lo, the input device of local packets
  devices: u32; // one byte for each device number: 1 when the device belongs to the WAN
  deviceCount: u32;
  indexes: u32; // the kernel's interface index of each device number, u32 each
  bridges: u32; // one u16 for each device number: the bridge it is or belongs to, 0 = none
  own: u32; // every address of the node, as Source records
  ownCount: u32;
  translated: u32; // Translated bits: families whose source the firewall may still change on the WAN
}
export enum ImageAt {
  fib4 = offsetof<Image>("fib4"),
  fib6 = offsetof<Image>("fib6"),
  rows = offsetof<Image>("rows"),
  rowCount = offsetof<Image>("rowCount"),
  macs = offsetof<Image>("macs"),
  macCount = offsetof<Image>("macCount"),
  sources = offsetof<Image>("sources"),
  sourceCount = offsetof<Image>("sourceCount"),
  listeners = offsetof<Image>("listeners"),
  listenerCount = offsetof<Image>("listenerCount"),
  listenersKnown = offsetof<Image>("listenersKnown"),
  portLow = offsetof<Image>("portLow"),
  portHigh = offsetof<Image>("portHigh"),
  mark = offsetof<Image>("mark"),
  loopback = offsetof<Image>("loopback"),
  devices = offsetof<Image>("devices"),
  deviceCount = offsetof<Image>("deviceCount"),
  indexes = offsetof<Image>("indexes"),
  bridges = offsetof<Image>("bridges"),
  own = offsetof<Image>("own"),
  ownCount = offsetof<Image>("ownCount"),
  translated = offsetof<Image>("translated"),
  SIZE = offsetof<Image>(),
}

/** What the core says of one frame. */
@unmanaged @final export class Judgement {
  verdict: u8; // 1-based number in CLASSES; 0 = did not leave on the WAN; HELD = told later
  direction: u8;
  disposition: u8; // Disposition
  foreign: u8; // 1 when the source address does not belong on the WAN
  reason: u8;
  kinds: u8; // one bit for each FindingKind this frame adds to
  device: u16; // device number, as in Packet, its low 16 bits
}
export enum JudgementAt {
  verdict = offsetof<Judgement>("verdict"),
  direction = offsetof<Judgement>("direction"),
  disposition = offsetof<Judgement>("disposition"),
  foreign = offsetof<Judgement>("foreign"),
  reason = offsetof<Judgement>("reason"),
  kinds = offsetof<Judgement>("kinds"),
  device = offsetof<Judgement>("device"),
  SIZE = offsetof<Judgement>(),
}
if (offsetof<Judgement>() != 8) ERROR("Judgement is 8 bytes");

/** Classes the core itself must know; numbers as in CLASSES. */
export enum Class { NONE = 0, FASTD = 1, WAN_DNS = 2, ANSWER = 9, BRIDGED = 11, LEAK = 12, UNDETERMINED = 13, HELD = 255 }
/** Reasons the core itself gives; numbers as in REASON_NAMES. */
export enum Reason { NONE = 0, FRAGMENT = 6, DIRECTION = 9, DEVICE = 11, TAG = 12, LINK = 13 }
export enum Disposition { UNKNOWN = 0, EGRESS = 1, INGRESS = 2, MALFORMED = 3 }

/** A later fragment whose first came after it: what the held frame turned out to be. */
@unmanaged @final export class Settled {
  frame: u64; // number in its capture, from 1
  verdict: u32;
  reason: u32;
  capture: u32;
  device: u32;
}
export enum SettledAt {
  frame = offsetof<Settled>("frame"),
  verdict = offsetof<Settled>("verdict"),
  reason = offsetof<Settled>("reason"),
  capture = offsetof<Settled>("capture"),
  device = offsetof<Settled>("device"),
  SIZE = offsetof<Settled>(),
}

/** Counters of a run. */
@unmanaged @final export class Totals {
  frames: u64;
  egress: u64;
  ingress: u64;
  undecodable: u64;
  unmarked: u64; // explained by an unmarked socket only
  marked: u64; // explained by the VPN's mark only
  either: u64;
  neither: u64;
  flowsForgotten: u64;
  fragmentsForgotten: u64;
  findingsForgotten: u64;
  paired: u64; // frames of a bridge port that are on its bridge as well, or the other way round
  tagged: u64; // frames with a switch's tag
  marks: u64; // frames that left with their mark visible
  asked: u64; // frames that ask the WAN's resolvers for a name that is no VPN server's
  askedBytes: u64;
  untold: u64; // frames whose foreign source the firewall may still have changed
  observedForgotten: u64; // logged frames that the table of observed.ts had no place for
  findingCount: u32;
  settledCount: u32;
  classes: u64; // first of 16 counters, by class number
}
export enum TotalsAt {
  frames = offsetof<Totals>("frames"),
  egress = offsetof<Totals>("egress"),
  ingress = offsetof<Totals>("ingress"),
  undecodable = offsetof<Totals>("undecodable"),
  unmarked = offsetof<Totals>("unmarked"),
  marked = offsetof<Totals>("marked"),
  either = offsetof<Totals>("either"),
  neither = offsetof<Totals>("neither"),
  flowsForgotten = offsetof<Totals>("flowsForgotten"),
  fragmentsForgotten = offsetof<Totals>("fragmentsForgotten"),
  findingsForgotten = offsetof<Totals>("findingsForgotten"),
  paired = offsetof<Totals>("paired"),
  tagged = offsetof<Totals>("tagged"),
  marks = offsetof<Totals>("marks"),
  asked = offsetof<Totals>("asked"),
  askedBytes = offsetof<Totals>("askedBytes"),
  untold = offsetof<Totals>("untold"),
  observedForgotten = offsetof<Totals>("observedForgotten"),
  findingCount = offsetof<Totals>("findingCount"),
  settledCount = offsetof<Totals>("settledCount"),
  classes = offsetof<Totals>("classes"),
}
export const TOTALS_BYTES: u32 = 288;

/** One group of frames worth telling: same claim, class, reason, addresses, protocol and service. */
@unmanaged @final export class Finding {
  frames: u64;
  bytes: u64;
  frame: u64; // number of the first frame in its capture
  capture: u32;
  seconds: u32;
  nanos: u32;
  kind: u32; // FindingKind
  verdict: u32;
  reason: u32;
  family: u32;
  etherType: u32;
  proto: u32;
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  sport: u32; // of the first frame
  dport: u32; // NONE where a later fragment hides it
  icmpType: u32; // NONE for everything but ICMP
  rule: u32;
  route: u32;
  explained: u32;
  flow: u32; // of the first frame
  device: u32;
  visible: u32;
  mark: u32;
  uid: u32;
  gid: u32;
  reserved: u32;
}
export enum FindingAt {
  frames = offsetof<Finding>("frames"),
  bytes = offsetof<Finding>("bytes"),
  frame = offsetof<Finding>("frame"),
  capture = offsetof<Finding>("capture"),
  seconds = offsetof<Finding>("seconds"),
  nanos = offsetof<Finding>("nanos"),
  kind = offsetof<Finding>("kind"),
  verdict = offsetof<Finding>("verdict"),
  reason = offsetof<Finding>("reason"),
  family = offsetof<Finding>("family"),
  etherType = offsetof<Finding>("etherType"),
  proto = offsetof<Finding>("proto"),
  src0 = offsetof<Finding>("src0"),
  src1 = offsetof<Finding>("src1"),
  src2 = offsetof<Finding>("src2"),
  src3 = offsetof<Finding>("src3"),
  dst0 = offsetof<Finding>("dst0"),
  dst1 = offsetof<Finding>("dst1"),
  dst2 = offsetof<Finding>("dst2"),
  dst3 = offsetof<Finding>("dst3"),
  sport = offsetof<Finding>("sport"),
  dport = offsetof<Finding>("dport"),
  icmpType = offsetof<Finding>("icmpType"),
  rule = offsetof<Finding>("rule"),
  route = offsetof<Finding>("route"),
  explained = offsetof<Finding>("explained"),
  flow = offsetof<Finding>("flow"),
  device = offsetof<Finding>("device"),
  visible = offsetof<Finding>("visible"),
  mark = offsetof<Finding>("mark"),
  uid = offsetof<Finding>("uid"),
  gid = offsetof<Finding>("gid"),
  SIZE = offsetof<Finding>(),
}
if (offsetof<Finding>() != 144) ERROR("Finding is 144 bytes");
/**
 * What a group of frames tells. CONTAINMENT: it should not have left, or could not be judged. SOURCE: a foreign source address. CONFINEMENT: the mission's
 * traffic, or a marked packet, left elsewhere. MARK_MISSING: the mission's, without its mark. STRANGER: a leak with the mark. FORWARDED: an answer of somebody else.
 */
export enum FindingKind { CONTAINMENT = 0, SOURCE = 1, CONFINEMENT = 2, MARK_MISSING = 3, STRANGER = 4, FORWARDED = 5, ASKED = 6 }

/** What the node was seen to send at a hook of its own: the same packet in all that its way depends on, with its first frame. The first 96 bytes are the key. */
@unmanaged @final export class Observed {
  src0: u32;
  src1: u32;
  src2: u32;
  src3: u32;
  dst0: u32;
  dst1: u32;
  dst2: u32;
  dst3: u32;
  family: u32;
  proto: u32;
  sport: u32; // ICMP: identifier, as in Packet; 0 for what comes by sequence
  dport: u32;
  icmpType: u32;
  icmpCode: u32;
  tcpFlags: u32; // FIN, SYN, RST and ACK
  mark: u32;
  uid: u32;
  gid: u32;
  visible: u32; // Visible bits
  device: u32; // device number; 0 or NONE as in Packet
  flow: u32; // Flow, as far as the WAN's flows are followed
  reserved0: u32;
  reserved1: u32;
  reserved2: u32;
  frames: u64;
  bytes: u64;
  frame: u64; // number of the first frame in its capture
  capture: u32;
  seconds: u32;
  nanos: u32;
  reserved3: u32;
}
export enum ObservedAt {
  src0 = offsetof<Observed>("src0"),
  dst0 = offsetof<Observed>("dst0"),
  family = offsetof<Observed>("family"),
  proto = offsetof<Observed>("proto"),
  sport = offsetof<Observed>("sport"),
  dport = offsetof<Observed>("dport"),
  icmpType = offsetof<Observed>("icmpType"),
  icmpCode = offsetof<Observed>("icmpCode"),
  tcpFlags = offsetof<Observed>("tcpFlags"),
  mark = offsetof<Observed>("mark"),
  uid = offsetof<Observed>("uid"),
  gid = offsetof<Observed>("gid"),
  visible = offsetof<Observed>("visible"),
  device = offsetof<Observed>("device"),
  flow = offsetof<Observed>("flow"),
  frames = offsetof<Observed>("frames"),
  bytes = offsetof<Observed>("bytes"),
  frame = offsetof<Observed>("frame"),
  capture = offsetof<Observed>("capture"),
  seconds = offsetof<Observed>("seconds"),
  nanos = offsetof<Observed>("nanos"),
  SIZE = offsetof<Observed>(),
}
if (offsetof<Observed>() != 136) ERROR("Observed is 136 bytes, its key 96");

/** Everything one replay needs: areas of a batch, tables of what came before, and where the host put the image. */
@unmanaged @final export class Run {
  arrivals: u64; // packets that arrived on the WAN since the run of captures began
  bytes: u32; // areas of a batch
  frames: u32;
  packets: u32;
  judgements: u32;
  chosen: u32; // frame indexes, u32 each: those a survey chose, or those of a judged batch that ask the WAN's resolvers something new
  flows: u32; // tables
  fragments: u32;
  held: u32;
  findings: u32;
  settled: u32;
  totals: u32;
  key: u32; // one flow entry, one fragment entry and one packet of scratch
  quoted: u32;
  record: u32; // one NFLOG record
  image: u32;
  numbers: u32; // of each capture: frames seen, frames that could not be read, u64 each
  pairs: u32; // table of pairs.ts
  capture: u32; // number of the present frame's capture, from 0
  started: u32; // seconds of its first frame
  now: u32; // seconds of the frame being judged
  forgottenUntil: u32; // until then, a flow that is not remembered may have been forgotten
  heldFree: u32; // first free held record, 1-based
  heldCount: u32;
  names: u32; // table of names.ts
  asked: u32; // how many frames of the judged batch stand in `chosen`
  observed: u32; // records of observed.ts, the first `observedCount` of them in use
  observedCount: u32;
  observedPlaces: u32; // table of record numbers, 1-based
}
export enum RunAt {
  bytes = offsetof<Run>("bytes"),
  frames = offsetof<Run>("frames"),
  packets = offsetof<Run>("packets"),
  judgements = offsetof<Run>("judgements"),
  chosen = offsetof<Run>("chosen"),
  findings = offsetof<Run>("findings"),
  settled = offsetof<Run>("settled"),
  totals = offsetof<Run>("totals"),
  numbers = offsetof<Run>("numbers"),
  asked = offsetof<Run>("asked"),
  observed = offsetof<Run>("observed"),
  observedCount = offsetof<Run>("observedCount"),
}

/** Bounds, published so that the host lends areas of the same size. */
export enum Limit {
  BATCH_FRAMES = 1024,
  BATCH_BYTES = 655360, // two 256 KB chunks and one record's worth more
  FLOWS = 65536,
  FRAGMENTS = 1024,
  HELD = 4096,
  SETTLED = 16384,
  FINDINGS = 4096,
  CAPTURES = 4096,
  PAIRS = 4096,
  QUESTIONS = 1024,
  OBSERVED = 4096,
  MEMBERS = 16384, // of a batch's answers together
  HOPS = 4096, // of one answer
}
