/** The only file that knows WebAssembly: loads the core, checks that both sides mean the same layout, and lends its memory. */
// Long because the names of every record that crosses the border stand here once, beside the door they are checked at.
import { readFile } from "node:fs/promises";
import { instantiate } from "@assemblyscript/loader";
import { FRAME_WORDS, type FrameArea } from "../model/capture.js";
import { FIELDS, HOOK_FIELDS } from "../model/packet.js";
import { CLASSES, DISPOSITIONS, REASON_NAMES } from "../model/verdict.js";

/** Records the host writes or reads: the published enum and the names it must have. */
const RECORDS = {
  Field: FIELDS,
  FrameAt: FRAME_WORDS,
  PacketAt: ["direction", "payload", "payloadEnd", "wholeEnd", "explained", "rule", "route", "device", "visible", "network", "SIZE"],
  MatchAt: ["field", "mask", "low", "span", "SIZE"],
  RowAt: ["matches", "count", "verdict", "reason", "SIZE"],
  RuleAt: ["matches", "count", "invert", "unknown", "action", "target", "suppressLength", "suppressGroup", "error", "bySource", "SIZE"],
  PrefixAt: ["word0", "word1", "word2", "word3", "mask0", "mask1", "mask2", "mask3", "length", "parent", "SIZE"],
  SlotAt: ["prefix", "first", "count", "SIZE"],
  RouteAt: [
    "kind", "tos", "length", "sourceLength", "source0", "source1", "source2", "source3", "hops", "hopCount", "table", "type", "metric", "scope", "rating",
    "traits", "prefsrc0", "SIZE",
  ],
  HopAt: ["device", "wan", "dead", "group", "gateway", "via0", "number", "onlink", "SIZE"],
  FibAt: [
    "rules", "ruleCount", "prefixes", "prefixCount", "slots", "tableCount", "routes", "routeCount", "bounds", "leaves", "boundCount", "asks", "unread", "SIZE",
  ],
  ListenerAt: ["family", "proto", "port", "anyAddress", "word0", "word1", "word2", "word3", "SIZE"],
  SourceAt: ["family", "word0", "word1", "word2", "word3", "SIZE"],
  ImageAt: [
    "fib4", "fib6", "rows", "rowCount", "macs", "macCount", "sources", "sourceCount", "listeners", "listenerCount", "listenersKnown",
    "portLow", "portHigh", "mark", "loopback", "devices", "deviceCount", "indexes", "bridges", "own", "ownCount", "translated", "SIZE",
  ],
  JudgementAt: ["verdict", "direction", "disposition", "foreign", "reason", "kinds", "device", "SIZE"],
  SettledAt: ["frame", "verdict", "reason", "capture", "device", "SIZE"],
  TotalsAt: [
    "frames", "egress", "ingress", "undecodable", "unmarked", "marked", "either", "neither", "flowsForgotten", "fragmentsForgotten",
    "findingsForgotten", "paired", "tagged", "marks", "asked", "askedBytes", "untold", "observedForgotten", "findingCount", "settledCount", "classes",
  ],
  FindingAt: [
    "frames", "bytes", "frame", "capture", "seconds", "nanos", "kind", "verdict", "reason", "family", "etherType", "proto", "src0", "dst0",
    "sport", "dport", "icmpType", "rule", "route", "explained", "flow", "device", "visible", "mark", "uid", "gid", "SIZE",
  ],
  ObservedAt: [
    "src0", "dst0", "family", "proto", "sport", "dport", "icmpType", "icmpCode", "tcpFlags", "mark", "uid", "gid", "visible", "device", "flow", "frames", "bytes", "frame",
    "capture", "seconds", "nanos", "SIZE",
  ],
  RunAt: ["bytes", "frames", "packets", "judgements", "chosen", "findings", "settled", "totals", "numbers", "asked", "observed", "observedCount"],
  RouterAt: [
    "fib4", "fib6", "merged", "fallback", "local", "main", "customLocal", "multicast6", "loopback", "devices", "deviceCount", "own4", "own4Count", "own6", "own6Count",
    "questions", "answers", "members", "SIZE",
  ],
  DeviceAt: ["traits", "group", "rpFilter", "SIZE"],
  OwnAt: ["word0", "word1", "word2", "word3", "length", "device", "scope", "traits", "SIZE"],
  QuestionAt: ["family", "dst0", "src0", "mark", "uid", "proto", "sport", "dport", "tos", "iif", "oif", "SIZE"],
  AnswerAt: ["outcome", "error", "type", "table", "device", "hop", "route", "source", "member", "memberCount", "place", "number", "SIZE"],
  MemberAt: ["hop", "route", "device", "source", "SIZE"],
  Limit: ["BATCH_FRAMES", "BATCH_BYTES", "FINDINGS", "CAPTURES", "QUESTIONS", "MEMBERS"],
  Asks: ["MARK", "SOURCE", "TOS", "MAYBE_GOTO"],
  Action: ["TABLE", "GOTO", "NOP", "STOP", "UNKNOWN"],
  RouteKind: ["FORWARD", "ERROR", "THROW"],
  RouteType: ["UNKNOWN", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW"],
  RouteTrait: ["MAYBE", "STAYS", "PREFSRC", "OBJECT", "OTHERS"],
  DeviceTrait: [
    "UP", "LOOPBACK", "FORWARDS4", "FORWARDS4_MAYBE", "ROUTE_LOCALNET", "ACCEPT_LOCAL", "SRC_VALID_MARK", "SEND_REDIRECTS", "BC_FORWARDING", "OWN_ADDRESS4",
    "OIF_ADDRESSES_ONLY", "VRF",
  ],
  OwnTrait: ["SECONDARY", "AVOIDED", "FAVOURED", "OPTIMISTIC"],
  Outcome: ["WAY", "ERROR", "UNDETERMINED"],
  Chosen: ["NOTHING", "DESTINATION", "ROUTE", "LOCALHOST"],
  Place: [
    "RULE", "ROUTE", "FORWARDING", "GROUPS", "MULTICAST", "VRF", "FILTER", "UNREAD", "FIELD", "SETTING", "FLOW", "MAKER", "ABOUT", "UNSEEN", "RANGE", "ORDER",
  ],
  Errno: ["EPERM", "EACCES", "EINVAL", "EMSGSIZE", "EADDRNOTAVAIL", "ENETUNREACH", "EHOSTUNREACH"],
  PathsAt: ["router", "side4", "side6", "loose", "forced6", "sent", "fates", "SIZE"],
  SideAt: ["wall", "complete", "nats", "setsEntryMark", "local", "asksOif", "dissects", "reflects", "forwards", "sources", "SIZE"],
  SentAt: [
    "origin", "family", "src0", "dst0", "hasSource", "mark", "uid", "gid", "hasOwner", "proto", "sport", "dport", "icmpType", "icmpCode", "tcpFlags", "tos", "hopLimit",
    "oif", "iif", "ct", "api", "moment", "socket", "hasFlow", "flowMark", "original", "reply", "SIZE",
  ],
  FateAt: [
    "ending", "error", "device", "table", "hop", "src0", "dst0", "sourceKnown", "sport", "dport", "portKept", "mark", "flow", "flowMark", "place", "number", "original",
    "reply", "SIZE",
  ],
  EndsAt: ["src0", "dst0", "sport", "dport", "known", "SIZE"],
  Known: ["SRC", "DST", "SPORT", "DPORT"],
  Ending: ["EGRESS", "LOCAL", "DROPPED", "REJECTED", "NO_ROUTE", "UNDETERMINED"],
  Origin: ["LOCAL", "FORWARD", "KERNEL"],
  Tracked: ["NEW", "ESTABLISHED", "REPLY", "RELATED", "INVALID", "UNTRACKED"],
  Api: ["UNKNOWN", "CONNECT", "SENDTO"],
  Moment: ["UNKNOWN", "CREATE", "CONNECTED"],
  Socket: ["UNKNOWN", "RAW", "PING"],
  Missing: ["API", "MARK_WHEN", "SOCKET", "OIF"],
  Setting: ["FWMARK_REFLECT", "FORWARDING6"],
  NatAt: ["kind", "hasAddress", "first0", "first1", "first2", "first3", "last0", "last1", "last2", "last3", "hasPorts", "portFirst", "portLast", "SIZE"],
  NatKind: ["DNAT", "SNAT", "MASQUERADE", "REDIRECT"],
  SpanAt: ["first", "count", "SIZE"],
  WallAt: ["hooks", "asksTypes", "rules", "chains", "pass", "SIZE"],
  StageAt: ["kind", "bases", "count", "trades", "SIZE"],
  StageKind: ["CONNTRACK", "NAT", "CHAIN"],
  HookField: HOOK_FIELDS,
  BaseAt: ["chain", "type", "drops", "number", "SIZE"],
  ChainType: ["FILTER", "NAT", "ROUTE"],
  End: ["ACCEPT", "DROP", "REJECT_RESET", "REJECT_ERROR", "UNKNOWN"],
  ChainAt: ["rules", "count", "index", "SIZE"],
  FilterRuleAt: ["matches", "matchCount", "tests", "testCount", "steps", "stepCount", "number", "SIZE"],
  PassAt: ["SIZE"],
  AlternativeAt: ["matches", "count", "unknown", "SIZE"],
  TestAt: ["rows", "count", "index", "negated", "SIZE"],
  EntryAt: ["rows", "count", "index", "then", "SIZE"],
  ChoiceAt: ["entries", "count", "index", "SIZE"],
  StepAt: ["kind", "target", "keep", "remembered", "value", "SIZE"],
  StepKind: [
    "TEST", "CHOICE", "ACCEPT", "DROP", "RETURN", "CONTINUE", "QUEUE", "JUMP", "GOTO", "REJECT", "RESET", "TRANSLATE", "UNKNOWN", "MARK", "CT_MARK", "TOS", "HOP_LIMIT", "NOTRACK",
  ],
  IndexAt: ["keys", "keyCount", "words", "summaries", "all", "SIZE"],
  KeyAt: ["field", "mask", "bounds", "rows", "count", "SIZE"],
  ProbeAt: ["end", "number", "asked", "path", "sourceKnown", "entry", "entryMarkKnown", "statusKnown", "directionKnown", "untracked", "packet", "SIZE"],
  Class: ["NONE", "LEAK", "UNDETERMINED", "HELD"],
  Reason: ["FRAGMENT", "DIRECTION", "DEVICE", "TAG", "LINK"],
  Disposition: ["UNKNOWN", "EGRESS", "INGRESS", "MALFORMED"],
  FindingKind: ["CONTAINMENT", "SOURCE", "CONFINEMENT", "MARK_MISSING", "STRANGER", "FORWARDED", "ASKED"],
  Visible: ["MARK", "UID", "GID", "FORWARDED", "EARLY", "BEFORE_NAT"],
  Translated: ["IPV4", "IPV6"],
} as const;

type Records = typeof RECORDS;
export type Layout = { readonly [R in keyof Records]: Readonly<Record<Records[R][number], number>> };

/** What assembly/index.ts exports. Addresses and counts arrive as signed numbers: see `unsigned`. */
interface Exports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  create(): number;
  start(run: number, image: number): void;
  begin(run: number): void;
  replaceImage(run: number, image: number): void;
  survey(run: number, count: number): number;
  judge(run: number, count: number): void;
  settle(run: number, index: number, foreign: boolean): void;
  giveUp(run: number): void;
  reserve(bytes: number): number;
  mark(): number;
  rewind(to: number): void;
  open(router: number): void;
  answer(router: number, count: number): number;
  openWays(paths: number): void;
  takePackets(paths: number, count: number): void;
  walkProbes(wall: number, router: number, probes: number, count: number, bases: number, baseCount: number): void;
  lookupLinear(fib: number, addresses: number, answers: number, count: number): void;
  lookupIntervals(fib: number, addresses: number, answers: number, count: number): void;
}

export type Variant = "simd" | "release";

/** The smallest module with a v128 result: engines without SIMD refuse it. */
const SIMD_PROBE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

export function bestVariant(): Variant {
  return WebAssembly.validate(SIMD_PROBE) ? "simd" : "release";
}

/** One instance of the core with one run in it. Views are made anew on every call: growing memory detaches old ones. */
export class Core {
  readonly layout: Layout;
  private readonly exports: Exports;
  private readonly run: number;

  private constructor(exports: Exports) {
    this.exports = exports;
    this.layout = checkLayout(exports);
    this.run = unsigned(exports.create());
  }

  /** Instantiates a build of the core; throws when it does not publish what the model uses. */
  static async load(variant: Variant = bestVariant(), bytes?: Uint8Array): Promise<Core> {
    const wasm = bytes ?? (await readFile(new URL(`../../build/${variant}.wasm`, import.meta.url)));
    const { exports } = await instantiate<Exports>(wasm);
    return new Core(exports);
  }

  view(): DataView {
    return new DataView(this.exports.memory.buffer);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, at, length);
  }

  /** Zeroed memory that stays until a rewind. */
  reserve(bytes: number): number {
    return unsigned(this.exports.reserve(bytes));
  }

  mark(): number {
    return unsigned(this.exports.mark());
  }

  rewind(to: number): void {
    this.exports.rewind(to);
  }

  /** The areas a capture reader fills for the next batch. */
  frameArea(): FrameArea {
    const { BATCH_BYTES, BATCH_FRAMES } = this.layout.Limit;
    return {
      bytes: this.bytes(this.area("bytes"), BATCH_BYTES),
      index: new Uint32Array(this.exports.memory.buffer, this.area("frames"), BATCH_FRAMES * FRAME_WORDS.length),
    };
  }

  /** The address of an area of the run. */
  area(name: keyof Layout["RunAt"]): number {
    return this.view().getUint32(this.run + this.layout.RunAt[name], true);
  }

  start(image: number): void {
    this.exports.start(this.run, image);
  }

  /** New captures begin: frames count from 1, nothing has arrived yet. */
  begin(): void {
    this.exports.begin(this.run);
  }

  /** Judges by this image from the next batch on; what was seen stays in mind. */
  replaceImage(image: number): void {
    this.exports.replaceImage(this.run, image);
  }

  survey(count: number): number {
    return unsigned(this.exports.survey(this.run, count));
  }

  /** Indexes of the judged batch's frames that ask the WAN's resolvers for a name that was not read yet. */
  questions(): number[] {
    const count = this.area("asked");
    return count === 0 ? [] : [...new Uint32Array(this.exports.memory.buffer, this.area("chosen"), count)];
  }

  /** What was read in one of them: whether the name is no VPN server's. The core counts what asks for it from then on. */
  settle(index: number, foreign: boolean): void {
    this.exports.settle(this.run, index, foreign);
  }

  judge(count: number): void {
    this.exports.judge(this.run, count);
  }

  /** Stops waiting for first fragments: whatever is held is settled as undetermined. */
  giveUp(): void {
    this.exports.giveUp(this.run);
  }

  /** Gets a router ready for questions. */
  open(router: number): void {
    this.exports.open(router);
  }

  /** Answers the first `count` questions of the router's area. Returns how many it did; ask the rest again. */
  answer(router: number, count: number): number {
    return unsigned(this.exports.answer(router, count));
  }

  /** Gets a node ready for packets; its router has been opened. */
  openWays(paths: number): void {
    this.exports.openWays(paths);
  }

  /** Takes the first `count` packets of its area through the node. */
  takePackets(paths: number, count: number): void {
    this.exports.takePackets(paths, count);
  }

  /** Takes probes (ProbeAt) through the base chains whose addresses are listed, one behind the other, as long as each accepts. `router` is for translations. */
  walkProbes(wall: number, router: number, probes: number, count: number, bases: number, baseCount: number): void {
    this.exports.walkProbes(wall, router, probes, count, bases, baseCount);
  }

  /** 32-bit words of the core's memory, for as long as nothing is reserved. */
  words(at: number, count: number): Uint32Array {
    return new Uint32Array(this.exports.memory.buffer, at, count);
  }

  /** Prefix numbers for a batch of 16-byte addresses, by the oracle or by the fast structure. */
  lookup(structure: "linear" | "intervals", fib: number, addresses: number, answers: number, count: number): void {
    if (structure === "linear") this.exports.lookupLinear(fib, addresses, answers, count);
    else this.exports.lookupIntervals(fib, addresses, answers, count);
  }
}

/** wasm's u32 arrives as a signed number. */
function unsigned(value: number): number {
  return value >>> 0;
}

/** Collects the published numbers; speaks early when a name is missing or means something else on the other side. */
function checkLayout(exports: Exports): Layout {
  const layout: Record<string, Record<string, number>> = {};
  for (const [record, names] of Object.entries(RECORDS)) {
    const published = exports[record];
    layout[record] = Object.fromEntries(names.map((name) => [name, numberOf(published, record, name)]));
  }
  const checked = layout as Layout;
  FRAME_WORDS.forEach((name, i) => { same(`FrameAt.${name}`, checked.FrameAt[name], 4 * i); });
  same("Class.LEAK", checked.Class.LEAK, CLASSES.indexOf("leak") + 1);
  same("Class.UNDETERMINED", checked.Class.UNDETERMINED, CLASSES.indexOf("undetermined") + 1);
  same("Reason.FRAGMENT", checked.Reason.FRAGMENT, REASON_NAMES.indexOf("fragment") + 1);
  same("Reason.DIRECTION", checked.Reason.DIRECTION, REASON_NAMES.indexOf("direction") + 1);
  same("Reason.DEVICE", checked.Reason.DEVICE, REASON_NAMES.indexOf("device") + 1);
  same("Reason.TAG", checked.Reason.TAG, REASON_NAMES.indexOf("tag") + 1);
  same("Reason.LINK", checked.Reason.LINK, REASON_NAMES.indexOf("link") + 1);
  DISPOSITIONS.forEach((name, i) => { same(`Disposition.${name}`, numberOf(checked.Disposition, "Disposition", name.toUpperCase()), i); });
  return checked;
}

function numberOf(published: unknown, record: string, name: string): number {
  if (typeof published !== "object" || published === null) throw new Error(`the core does not publish ${record}`);
  const value: unknown = Reflect.get(published, name);
  const number: unknown = value instanceof WebAssembly.Global ? value.value : value;
  if (typeof number !== "number") throw new Error(`the core does not publish ${record}.${name}`);
  return unsigned(number);
}

function same(name: string, published: number, expected: number): void {
  if (published !== expected) throw new Error(`the core's ${name} is ${published}, the model says ${expected}`);
}
