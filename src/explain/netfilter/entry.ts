/** What connection tracking knows of a packet's flow (nf_conntrack_in, net/netfilter/nf_conntrack_core.c). */
import { type Address, sameAddress } from "../../model/address.js";
import { CT_DIRECTION, CT_STATE, CT_STATUS, type Statement } from "../../model/netfilter.js";
import type { Choices } from "../choices.js";
import { sysctl } from "../fib.js";
import type { Flow, Tuple } from "../flow.js";
import { isError } from "../kernel.js";
import { hasPorts } from "../question.js";
import { hex } from "../reasons.js";
import type { Transit } from "./transit.js";

/** One flow's entry, as far as it is known. */
export class Entry {
  /** Bits of CT_STATUS; those outside of `known` are not told. */
  status = 0;
  known = 0xffffffff;
  /** Ends whose translation is settled: nat chains are not asked again. */
  readonly settled = { src: false, dst: false };
  /** The first packet's ends, as conntrack saw them; null: that was before this walk. */
  first: Tuple | null = null;
  #mark: number | null;

  /** `mark` null: not known. */
  constructor(public state: number, readonly direction: number | null, mark: number | null, readonly flow: Flow | null = null) {
    this.#mark = mark;
  }

  /** null: not known. */
  get knownMark(): number | null {
    return this.#mark;
  }

  get isMarkKnown(): boolean {
    return this.#mark !== null;
  }

  /** Asks for one of the values that the node's rules may have given it. */
  mark(choices: Choices, values: readonly number[]): number {
    this.#mark ??= values[choices.ask("the mark of its conntrack entry", values.map((value) => ({ text: hex(value) })))] ?? 0;
    return this.#mark;
  }

  setMark(mark: number): void {
    this.#mark = mark;
  }
}

/** The stage of conntrack: a packet that has an entry already (it came through lo, or a REJECT made it) keeps it. */
export function track(transit: Transit): void {
  if (transit.untracked || transit.entry !== null) return;
  if (transit.packet.ct === "untracked" || isNeighbourDiscovery(transit)) {
    transit.untracked = true;
    return;
  }
  transit.entry = entryOf(transit);
}

/** A REJECT's reset, and an ICMP error, come with the entry of the packet they answer (nf_ct_attach), before any hook. */
export function attach(transit: Transit): void {
  const { packet } = transit;
  if (packet.origin === "kernel" && packet.ct === "related" && isAttached(transit)) transit.entry = entryOf(transit);
}

/** A packet that finds no socket has lost its entry by then, and conntrack has to find it again (nf_reset_ct in __udp4_lib_rcv). It counts where rules stand before conntrack. */
function isAttached({ packet: { family, open }, wall, reader: { choices } }: Transit): boolean {
  const [proto, type = 0, code] = [open.get("proto"), open.get("icmpType"), open.get("icmpCode")];
  if (proto === TCP) return true;
  if (!isError(family, proto, type)) return false;
  const [unreachable, port] = family === 4 ? [3, 3] : [1, 4];
  const mayLackSocket = type === unreachable && (code ?? port) === port;
  const before = wall.stages.output.slice(0, wall.stages.output.findIndex(({ kind }) => kind === "conntrack"));
  const counts = before.some((stage) => stage.kind === "chain" && stage.chain.chain.rules.length > 0);
  return !mayLackSocket || !counts || choices.ask("what makes the error", ERROR_MAKERS) === 0;
}

const ERROR_MAKERS = [{ text: "a rule with REJECT" }, { text: "no socket is there" }] as const;

/** icmpv6_error() leaves out router and neighbour discovery and MLD. */
function isNeighbourDiscovery({ packet: { family, open } }: Transit): boolean {
  const type = open.get("icmpType") ?? 0;
  return family === 6 && open.get("proto") === ICMP6 && ((type >= 130 && type <= 137) || type === 143);
}

function entryOf(transit: Transit): Entry | null {
  const { ct, entry: flow } = transit.packet;
  switch (ct) {
    case "new": return flow === null ? begin(transit) : stood(CT_STATE.new, CT_DIRECTION.original, flow);
    case "established": return stood(CT_STATE.established, CT_DIRECTION.original, flow);
    case "reply": return stood(CT_STATE.established, CT_DIRECTION.reply, flow);
    case "related": return stood(CT_STATE.related, flow === null ? null : sideOf(transit, flow), flow);
    default: return null;
  }
}

function begin(transit: Transit): Entry | null {
  if (isInvalid(transit)) return null;
  const entry = new Entry(CT_STATE.new, CT_DIRECTION.original, 0);
  entry.first = tupleOf(transit);
  return entry;
}

/** An ICMP error goes the way of the packets whose receiver it has. Where answers have that address on both ends, as behind MASQUERADE on lo, its sender tells. */
function sideOf({ src, dst }: Transit, { original, reply }: Flow): number {
  const is = (a: Address | null, b: Address | null): boolean => a !== null && b !== null && sameAddress(a, b);
  const isAboutAnswer = is(reply.src, dst) && is(original.src, src) && !is(original.src, reply.src);
  return is(reply.dst, dst) && !isAboutAnswer ? CT_DIRECTION.reply : CT_DIRECTION.original;
}

/** An entry that stood before this packet came. */
function stood(state: number, direction: number | null, flow: Flow | null): Entry {
  const entry = new Entry(state, direction, flow?.mark ?? null, flow);
  entry.known = CT_STATUS.confirmed | CT_STATUS["seen-reply"] | (flow === null ? 0 : CT_STATUS.snat | CT_STATUS.dnat);
  entry.status = CT_STATUS.confirmed | (state === CT_STATE.new ? 0 : CT_STATUS["seen-reply"]) | (flow === null ? 0 : translations(flow));
  return entry;
}

/** Bits of CT_STATUS: which ends of a flow were translated. */
export function translations({ original, reply }: Flow): number {
  const same = (a: Address | null, b: Address | null): boolean => (a === null || b === null ? a === b : sameAddress(a, b));
  const snat = same(original.src, reply.dst) && original.sport === reply.dport ? 0 : CT_STATUS.snat;
  return snat | (same(original.dst, reply.src) && original.dport === reply.sport ? 0 : CT_STATUS.dnat);
}

/** The ends of a packet as it is. */
export function tupleOf(transit: Transit): Tuple {
  const { src, dst, portKept, reader: { open } } = transit;
  const ports = hasPorts(open.get("proto") ?? 0);
  return { src, dst, sport: ports && portKept ? (open.get("sport") ?? null) : null, dport: ports ? (open.get("dport") ?? null) : null };
}

/** What the packet's entry is by now; null: none, or one of which nothing is known. */
export function flowOf(transit: Transit): Flow | null {
  const { entry } = transit;
  if (entry === null || entry.knownMark === null) return null;
  const mark = entry.knownMark;
  if (entry.flow !== null) return { ...entry.flow, mark };
  if (entry.first === null) return null;
  const { src, dst, sport, dport } = tupleOf(transit);
  return { original: entry.first, reply: { src: dst, dst: src, sport: dport, dport: sport }, mark };
}

const TCP = 6;
const ICMP = 1;
const ICMP6 = 58;
const FIN = 1, SYN = 2, RST = 4, ACK = 16, URG = 32;

/** Whether the first packet of a flow is one that conntrack does not make an entry for. What is not given is taken to fit. */
function isInvalid({ packet: { open }, reader }: Transit): boolean {
  const [proto, flags, type] = [open.get("proto"), open.get("tcpFlags"), open.get("icmpType")];
  if (proto === TCP && flags !== undefined) return !isOpening(flags, sysctl(reader.ground, "net.netfilter.nf_conntrack_tcp_loose") !== "0");
  if (proto === ICMP && type !== undefined) return !REQUESTS4.has(type);
  return proto === ICMP6 && type !== undefined && !REQUESTS6.has(type);
}

/** icmp_packet(), nf_conntrack_icmpv6_packet(): only what asks for an answer begins a flow. */
const REQUESTS4: ReadonlySet<number> = new Set([8, 13, 15, 17]);
const REQUESTS6: ReadonlySet<number> = new Set([128, 139]);

/** tcp_error(), tcp_new(): a SYN, or with nf_conntrack_tcp_loose a segment of a flow under way. */
function isOpening(flags: number, loose: boolean): boolean {
  const plain = flags & (FIN | SYN | RST | ACK | URG);
  if (plain === SYN || plain === (SYN | URG)) return true;
  return loose && (plain === ACK || plain === (ACK | URG));
}

/** Marks that an entry of unknown history may have: none, or what rules set. */
export function entryMarks(statements: readonly Statement[]): readonly number[] {
  const marks = statements.flatMap((statement) => (statement.kind === "mark" ? [statement] : []));
  const setters = marks.filter(({ target }) => target === "ctMark");
  const values = new Set([0]);
  for (const { value, markBits } of setters) {
    values.add(value);
    if (markBits !== 0) for (const mark of marks) if (mark.target === "mark") values.add((mark.value & markBits) >>> 0);
  }
  return setters.length === 0 ? [0] : [...values].slice(0, MARKS_MAX);
}

/** More marks than rules on one node tell apart. */
const MARKS_MAX = 16;
