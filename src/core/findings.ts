/** From the core's groups of frames to findings a person can read: which line let them out, what it is, what to do. */
import { type Address, covers, type Family, formatAddress, sameAddress } from "../model/address.js";
import { type KnownId, knownBehaviour } from "../model/known.js";
import type { FibRule, Node, Route, Socket } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { Because, Finding, FlowTuple } from "../model/report.js";
import { CLASSES, type Class, REASON_NAMES, REASONS, type Reason } from "../model/verdict.js";
import type { Core } from "./core.js";
import type { Image } from "./image.js";

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ARP = 0x0806;
const MAIN = 254;
/** The core's word for "does not apply". */
const NONE = 0xffffffff;
/** The bit of `explained` that says an unmarked sender's packet would leave here. */
const UNMARKED = 1;
/** netifd's rule priority for "locally generated" (IPRULE_PRIORITY_NW). */
const LOCAL_OUTPUT_PRIORITY = 90000;

export interface Context {
  readonly core: Core;
  readonly node: Node;
  readonly policy: Policy;
  readonly image: Image;
  readonly captures: readonly string[];
}

/** One group as the core keeps it. */
interface Group {
  readonly kind: number;
  readonly class: Class;
  readonly reason: Reason | null;
  readonly family: Family | 0;
  readonly etherType: number;
  readonly proto: number;
  readonly src: Address | null;
  readonly dst: Address | null;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly icmpType: number | null;
  readonly rule: FibRule | null;
  readonly route: Route | null;
  readonly explained: number;
  readonly frames: number;
  readonly bytes: number;
  readonly frame: number;
  readonly capture: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** Every finding of the run: leaks first, then foreign sources, then what could not be judged; each by its first frame. */
export function readFindings(context: Context): Finding[] {
  const { core } = context;
  const { FindingAt, Limit } = core.layout;
  const at = core.area("findings");
  const groups: Group[] = [];
  for (let i = 0; i < Limit.FINDINGS; i++) {
    const group = readGroup(context, at + i * FindingAt.SIZE);
    if (group !== null) groups.push(group);
  }
  const rank = (group: Group): number => (group.kind === core.layout.FindingKind.SOURCE ? 1 : group.class === "leak" ? 0 : 2);
  groups.sort((a, b) => rank(a) - rank(b) || a.capture - b.capture || a.frame - b.frame);
  return groups.map((group) => (group.kind === core.layout.FindingKind.SOURCE ? sourceFinding(context, group) : containmentFinding(context, group)));
}

function readGroup(context: Context, at: number): Group | null {
  const { FindingAt } = context.core.layout;
  const view = context.core.view();
  const word = (name: Exclude<keyof typeof FindingAt, "SIZE">): number => view.getUint32(at + FindingAt[name], true);
  const optional = (name: "sport" | "dport" | "icmpType"): number | null => (word(name) === NONE ? null : word(name));
  const frames = Number(view.getBigUint64(at + FindingAt.frames, true));
  if (frames === 0) return null;
  const family = word("family") === 4 ? 4 : word("family") === 6 ? 6 : 0;
  const addressed = family !== 0 ? family : word("etherType") === ARP ? 4 : 0;
  const address = (start: number): Address | null => {
    const words = [0, 4, 8, 12].map((offset) => view.getUint32(start + offset, true));
    return addressed === 0 ? null : { family: addressed, words: [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0] };
  };
  const fib = family === 0 ? null : context.image.fib[family];
  return {
    kind: word("kind"),
    class: CLASSES[word("verdict") - 1] ?? "undetermined",
    reason: REASON_NAMES[word("reason") - 1] ?? null,
    family,
    etherType: word("etherType"),
    proto: word("proto"),
    src: address(at + FindingAt.src0),
    dst: address(at + FindingAt.dst0),
    sport: optional("sport"),
    dport: optional("dport"),
    icmpType: optional("icmpType"),
    rule: fib?.rules[word("rule") - 1] ?? null,
    route: fib?.routes[word("route") - 1] ?? null,
    explained: word("explained"),
    frames,
    bytes: Number(view.getBigUint64(at + FindingAt.bytes, true)),
    frame: Number(view.getBigUint64(at + FindingAt.frame, true)),
    capture: word("capture"),
    seconds: word("seconds"),
    nanos: word("nanos"),
  };
}

function base(context: Context, group: Group): Pick<Finding, "class" | "accepted" | "frames" | "bytes" | "first" | "flow" | "attributed"> {
  return {
    class: group.class,
    accepted: false,
    frames: group.frames,
    bytes: group.bytes,
    first: { capture: context.captures[group.capture] ?? "", frame: group.frame, time: timeText(group.seconds, group.nanos) },
    flow: flowOf(group),
    attributed: attribute(context.node, group),
  };
}

function containmentFinding(context: Context, group: Group): Finding {
  const known = group.class === "leak" ? knownOf(group) : null;
  const service = serviceOf(group);
  const why = group.reason === null ? null : REASONS[group.reason];
  return {
    claim: "containment",
    id: group.class === "leak" ? `leak:${service}` : `undetermined:${group.reason ?? "unknown"}:${service}`,
    reason: group.reason,
    known,
    ...base(context, group),
    because: group.class === "leak" ? pathOf(group) : policyLines(context, group),
    what: why === null ? leakSentence(group) : `This could not be judged: ${why}.`,
    todo: group.class === "leak" ? leakAdvice(group, known) : adviceFor(group.reason),
  };
}

function sourceFinding(context: Context, group: Group): Finding {
  const owner = context.node.addresses.find((candidate) => group.src !== null && sameAddress(candidate.address, group.src));
  const text = group.src === null ? "" : formatAddress(group.src);
  const whose: Because = owner === undefined
    ? { station: "source", text: `${text} is no address of this node`, at: "addr.json" }
    : { station: "source", text: `${text} is the address of ${owner.dev}, not of the WAN`, at: owner.at };
  const known = owner !== undefined && group.class !== "answer" && group.class !== "leak" ? "W8" : null;
  return {
    claim: "source",
    id: `source:${group.class}`,
    reason: null,
    known,
    ...base(context, group),
    because: [whose, ...pathOf(group)],
    what: "What leaves on the WAN must carry an address of the WAN: replies to this one will not come back, and it shows the mesh's address to the home network.",
    todo: (known === null ? null : knownBehaviour(known)?.fix) ?? "Find what chose this source: a mark set after the socket was bound or connected, or a reply to a forged packet.",
  };
}

/** The lines of the node's own text that let the packet out. */
function pathOf(group: Group): Because[] {
  if (group.rule === null || group.route === null) return [];
  return [
    { station: "rule", text: group.rule.text, at: group.rule.at },
    { station: "table", text: group.route.text, at: group.route.at },
  ];
}

/** For an undetermined frame: the policy rows that gave the reason. */
function policyLines(context: Context, group: Group): Because[] {
  const rows = context.policy.rows.filter((row) => row.reason === group.reason && row.reason !== null && row.at !== "capture");
  const concerned = rows.filter((row) => row.matches.every((match) => match.field !== "dport" || group.dport === null || match.low === group.dport));
  const lines = concerned.map((row) => ({ station: "policy", text: row.why, at: row.at }));
  return lines.filter((line, i) => lines.findIndex((other) => other.text === line.text && other.at === line.at) === i);
}

/** Which known behaviour of stock Gluon the deciding lines are (docs/known.md). */
function knownOf(group: Group): KnownId | null {
  if (isReply(group)) return "W5";
  if (group.rule === null || group.route === null || (group.explained & UNMARKED) === 0) return null;
  if (group.family === 4) return group.route.table !== MAIN ? null : group.route.destination.length === 0 ? "W1" : "W3";
  if (group.rule.iif === "lo" && group.rule.priority >= LOCAL_OUTPUT_PRIORITY) return "W2";
  if (group.rule.to !== null && group.dst !== null && covers(group.rule.to, group.dst)) return "W3";
  return null;
}

/** ICMP messages that only ever answer something. */
function isReply(group: Group): boolean {
  if (group.icmpType === null) return false;
  const replies = group.proto === ICMP ? [0, 3, 4, 5, 11, 12, 14] : [1, 2, 3, 4, 129, 137];
  return replies.includes(group.icmpType);
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 41: "ipv6", 47: "gre", 50: "esp", 58: "icmpv6", 132: "sctp" };

/** `udp/123`, `icmp/8`, `proto/47`, `ethertype/0x88cc`. */
function serviceOf(group: Group): string {
  if (group.family === 0) return `ethertype/0x${group.etherType.toString(16).padStart(4, "0")}`;
  const name = PROTOCOLS[group.proto];
  if (name === undefined) return `proto/${group.proto}`;
  const detail = group.icmpType ?? group.dport;
  return detail === null ? name : `${name}/${detail}`;
}

function flowOf(group: Group): FlowTuple {
  return {
    family: group.family,
    src: group.src === null ? "" : formatAddress(group.src),
    dst: group.dst === null ? "" : formatAddress(group.dst),
    proto: group.proto,
    sport: group.sport,
    dport: group.dport,
  };
}

/** The socket in ss.txt that has this flow's local port; a time-wait socket has lost its owner. */
function attribute(node: Node, group: Group): Finding["attributed"] {
  const fits = (socket: Socket): boolean =>
    socket.proto === group.proto && socket.local.port === group.sport && socket.state !== "TIME-WAIT" &&
    (socket.local.address === null || (group.src !== null && sameAddress(socket.local.address, group.src))) &&
    (socket.peer.port === null || socket.peer.port === group.dport);
  const socket = group.proto === TCP || group.proto === UDP ? (node.sockets ?? []).find(fits) : undefined;
  return { mark: socket?.mark ?? null, uid: socket?.uid ?? null, gid: null };
}

function leakSentence(group: Group): string {
  if (isReply(group)) return "It answers something that did not arrive on the WAN.";
  if (group.family === 0) return "It is no IP packet, and nothing in the policy lets it out.";
  if (group.rule === null) return "The node's tables would not send this out on the WAN: a socket bound to the device did, or the state is not the one of the capture.";
  if ((group.explained & UNMARKED) === 0) return "Only a packet with the VPN's mark is sent out here, yet it goes to no VPN server and no resolver of the WAN.";
  return "It is neither the VPN nor its DNS; an ordinary process sent it, and routing let it out.";
}

function leakAdvice(group: Group, known: KnownId | null): string {
  if (known !== null) return knownBehaviour(known)?.fix ?? "";
  const port = group.dport === null ? "" : ` to port ${group.dport}`;
  return `Find the process that sends${port} and bind it to the mesh, or reject it in the firewall's OUTPUT on the WAN.`;
}

function adviceFor(reason: Reason | null): string {
  switch (reason) {
    case "name":
      return "Start the capture before fastd starts, so that the DNS answers are in it, or add fastd-status.json or ss.txt to the node's state.";
    case "remotes":
      return "Add fastd.conf or uci.txt with the VPN's peers to the node's state.";
    case "upstreams":
      return "Add wan-resolv.conf to the node's state.";
    case "underWay":
      return "Start the capture earlier, or add ss.txt to the node's state.";
    case "cut":
      return "Capture more of each frame: tcpdump -s 128 is enough.";
    case "direction":
      return "Add link.json with the hardware addresses of the WAN to the node's state.";
    default:
      return "Capture for longer, from before the flow began.";
  }
}

/** ISO 8601 with nanoseconds, UTC. */
function timeText(seconds: number, nanos: number): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanos).padStart(9, "0")}Z`;
}
