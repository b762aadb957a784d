/** Fields of a packet that a node looks at, and which of them a packet does not tell: what becomes of such a packet is left open. */
import type { Family } from "../model/address.js";
import { CHAIN_TYPES, type Firewall, type Statement, type Table } from "../model/netfilter.js";
import type { Node } from "../model/node.js";
import type { HookField } from "../model/packet.js";
import type { PathField, PathPacket } from "./path.js";

/** One family's rules and chains, as far as packets may leave something out. */
export interface Needs {
  /** Fields that a rule, a route or a chain reads or writes. */
  readonly fields: ReadonlySet<HookField>;
  /** Whether there are chains at all. */
  readonly filters: boolean;
}

/** Everything that may stand in the way of a packet of the family. */
export function needsOf(node: Node, family: Family): Needs {
  const tables = tablesOf(node.firewall, family);
  const statements = tables.flatMap(statementsOf);
  const fields = new Set<HookField>([
    ...node.rules[family].flatMap(({ matches }) => matches.map(({ field }) => field)),
    ...tables.flatMap(fieldsOf),
    ...statements.flatMap((statement) => (statement.kind === "field" ? [statement.field] : [])),
  ]);
  if (node.routes[family].some(({ tos }) => tos !== 0)) fields.add("tos");
  if (node.routes[family].some(({ source }) => source !== null)) fields.add("src0");
  if (statements.some(isNat)) for (const field of ["sport", "dport", "src0"] as const) fields.add(field);
  return { fields, filters: tables.some(({ chains }) => [...chains.values()].some(({ base }) => base !== null && CHAIN_TYPES.includes(base.type))) };
}

export function tablesOf({ tables }: Firewall, family: Family): Table[] {
  const theirs = family === 4 ? "ip6" : "ip";
  return tables.filter((table) => table.family !== theirs);
}

function statementsOf(table: Table): Statement[] {
  return [...table.chains.values()].flatMap(({ rules }) => rules.flatMap(({ steps }) => steps)).flatMap((step): readonly Statement[] => {
    if (step.kind === "condition") return [];
    return step.kind === "choice" ? step.entries.map(({ then }) => then) : [step];
  });
}

function isNat({ kind }: Statement): boolean {
  return kind === "dnat" || kind === "snat" || kind === "masquerade" || kind === "redirect";
}

function fieldsOf(table: Table): HookField[] {
  const rows = [...table.chains.values()].flatMap(({ rules }) => rules.flatMap(({ steps }) => steps)).flatMap((step) => {
    if (step.kind === "condition") return step.rows;
    return step.kind === "choice" ? step.entries.flatMap((entry) => entry.rows) : [];
  });
  return rows.flatMap(({ matches }) => matches.map(({ field }) => field));
}

const ICMP = 1;
const IGMP = 2;
const TCP = 6;
const ICMP6 = 58;
const SYN = 2, RST = 4, ACK = 16;

/** TCP, UDP, DCCP, SCTP, UDP-Lite. */
export function hasPorts(proto: number): boolean {
  return [6, 17, 33, 132, 136].includes(proto);
}

/** The name of a field that is missing and counts; null: all that counts is given. */
export function missing(packet: PathPacket, { fields, filters }: Needs): string | null {
  const proto = packet.fields.proto;
  if (proto === undefined) return "proto";
  const lacks = (name: PathField, counts: boolean): boolean => counts && packet.fields[name] === undefined;
  const ports = hasPorts(proto);
  const counts = (name: PathField): boolean => fields.has(name);
  const wanted = ([
    ["sport", ports && (counts("sport") || packet.entry !== null)],
    ["dport", ports && (counts("dport") || packet.entry !== null)],
    ["icmpType", proto === ICMP || proto === ICMP6],
    ["icmpCode", (proto === ICMP || proto === ICMP6) && (counts("icmpCode") || (filters && packet.origin === "kernel" && packet.ct === "related"))],
    ["tcpFlags", proto === TCP && (filters || packet.origin === "kernel")],
    ["uid", counts("uid") && isOwned(packet, fields)],
    ["gid", counts("gid") && isOwned(packet, fields)],
    ["tos", counts("tos")],
    ["hopLimit", counts("hopLimit") && !(packet.origin === "kernel" && packet.dst.family === 6)],
  ] as const).find(([name, needed]) => lacks(name, needed))?.[0];
  return wanted ?? missingOutside(packet, fields);
}

/** What others or the kernel make comes from somewhere; what the node itself sends tells by that which it leaves out. */
function missingOutside(packet: PathPacket, fields: ReadonlySet<HookField>): string | null {
  if (packet.origin === "forward" && packet.iif === null) return "iif";
  const bySource = packet.origin === "forward" || (["src0", "src1", "src2", "src3", "srcType"] as const).some((field) => fields.has(field));
  if (packet.origin !== "local" && packet.src === null && bySource) return "src";
  return packet.mark === null && packet.origin === "kernel" && isReport(packet) && fields.has("mark") ? "mark" : null;
}

/** Whether a process made the packet, or may have. */
function isOwned({ origin, ct, fields }: PathPacket, counts: ReadonlySet<HookField>): boolean {
  if (origin !== "kernel") return origin === "local";
  if (fields.uid !== undefined || fields.gid !== undefined) return true;
  if (fields.proto !== TCP || !counts.has("owner")) return false;
  const flags = fields.tcpFlags ?? 0;
  return (flags & (SYN | ACK | RST)) === (SYN | ACK) || ((flags & RST) !== 0 && ct !== "related");
}

/** Group reports carry a garbage mark. */
function isReport({ dst, fields }: PathPacket): boolean {
  const type = fields.icmpType ?? 0;
  return dst.family === 4 ? fields.proto === IGMP : fields.proto === ICMP6 && ((type >= 130 && type <= 132) || type === 143);
}
