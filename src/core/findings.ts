/** From the core's groups of frames to findings a person can read: which line let them out, what it is, what to do. */
import { covers, formatAddress, sameAddress } from "../model/address.js";
import { type KnownId, knownBehaviour } from "../model/known.js";
import type { Node, Socket } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { Because, Finding, FlowTuple } from "../model/report.js";
import { REASONS, type Reason } from "../model/verdict.js";
import type { Group, Kind } from "./groups.js";

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const MAIN = 254;
/** The bit of `explained` that says an unmarked sender's packet would leave here. */
const UNMARKED = 1;
/** netifd's rule priority for an interface's own addresses as source (IPRULE_PRIORITY_ADDR). */
const SOURCE_PRIORITY = 10000;
/** netifd's rule priority for "locally generated" (IPRULE_PRIORITY_NW). */
const LOCAL_OUTPUT_PRIORITY = 90000;

export interface Context {
  readonly node: Node;
  readonly policy: Policy;
  readonly captures: readonly string[];
}

/** Findings of a run's groups: leaks first, then other broken claims, then what could not be judged; each by its first frame. */
export function describeGroups(context: Context, groups: readonly Group[]): Finding[] {
  const rank = (group: Group): number => (group.kind === "CONTAINMENT" || group.kind === "STRANGER" ? (group.class === "leak" ? 0 : 2) : 1);
  const sorted = [...groups].sort((x, y) => rank(x) - rank(y) || x.seconds - y.seconds || x.nanos - y.nanos || x.capture - y.capture || x.frame - y.frame);
  return sorted.map((group) => DESCRIBE[group.kind](context, group));
}

const DESCRIBE: Readonly<Record<Kind, (context: Context, group: Group) => Finding>> = {
  CONTAINMENT: containmentFinding,
  STRANGER: strangerFinding,
  SOURCE: sourceFinding,
  CONFINEMENT: confinementFinding,
  MARK_MISSING: markFinding,
  FORWARDED: forwardedFinding,
};

function base(context: Context, group: Group): Pick<Finding, "class" | "accepted" | "frames" | "bytes" | "first" | "flow" | "attributed"> {
  return {
    class: group.class ?? "undetermined",
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
  const known = owner !== undefined && (group.class === "fastd" || group.class === "wan-dns") ? "W8" : null;
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

/** A leak whose mark is visible and the VPN's. */
function strangerFinding(context: Context, group: Group): Finding {
  return {
    ...containmentFinding(context, group),
    id: `marked-stranger:${serviceOf(group)}`,
    known: null,
    what: "It carries the VPN's mark and goes to no VPN server and no resolver of the WAN: another process sets the mark.",
    todo: "Find the process that sets the mark (SO_MARK needs CAP_NET_ADMIN) or the firewall rule that does.",
  };
}

function confinementFinding(context: Context, group: Group): Finding {
  const dev = context.node.links[group.device - 1]?.name ?? "another device";
  return {
    claim: "confinement",
    id: `confinement:${group.class ?? "marked"}`,
    reason: null,
    known: null,
    ...base(context, group),
    because: [{ station: "device", text: `seen leaving on ${dev}`, at: context.node.links[group.device - 1]?.at ?? "link.json" }],
    what: group.class === null
      ? `A packet with the VPN's mark left on ${dev}, not on the WAN.`
      : `The VPN's own traffic left on ${dev}, not on the WAN: the tunnel runs through what it is meant to carry.`,
    todo: "Check the rule that sends the VPN's mark to the WAN's table (ip -6 rule: fwmark 0x1/0x1 lookup 1), that fastd sets the mark, and that the WAN has a default route.",
  };
}

function markFinding(context: Context, group: Group): Finding {
  return {
    claim: "confinement",
    id: `mark-missing:${group.class ?? "unknown"}`,
    reason: null,
    known: null,
    ...base(context, group),
    because: pathOf(group),
    what: "It goes where it should, but without the VPN's mark: it left here by chance, and would leave through the mesh if that had a route.",
    todo: "Set the mark on the socket before bind and connect (fastd's `packet mark 1`, libpacketmark for the DNS daemon).",
  };
}

function forwardedFinding(context: Context, group: Group): Finding {
  return {
    ...containmentFinding(context, group),
    id: `forwarded-answer:${serviceOf(group)}`,
    known: "W6",
    because: pathOf(group),
    what: "Another host's answer left through this node: something on the WAN could reach it.",
    todo: knownBehaviour("W6")?.fix ?? "",
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
  const decided = group.rule !== null && group.route !== null && (group.explained & UNMARKED) !== 0;
  if (decided && group.rule.priority === SOURCE_PRIORITY && group.rule.from !== null) return "W4";
  if (isReply(group)) return "W5";
  if (!decided) return null;
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
  return { mark: group.mark ?? socket?.mark ?? null, uid: group.uid ?? socket?.uid ?? null, gid: group.gid };
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
    case "device":
      return "Collect the node's state and the capture at one time, or name the device with --iface.";
    case "tag":
      return "Capture on the bridge: tcpdump -i br-wan.";
    case "link":
      return "Capture on the bridge: tcpdump -i br-wan.";
    case "direction":
      return "Add link.json with the hardware addresses of the WAN to the node's state.";
    default:
      return "Capture for longer, from before the flow began.";
  }
}

/** ISO 8601 with nanoseconds, UTC. */
export function timeText(seconds: number, nanos: number): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanos).padStart(9, "0")}Z`;
}
