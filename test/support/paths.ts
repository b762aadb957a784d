/** Packets drawn for a node, and one packet in the words of both walks: the readable one's and the core's. */
import { type Open, openFate, type PathFate } from "../../src/core/fates.js";
import type { PathEnds, PathFlow, PathPacket, Paths } from "../../src/core/path.js";
import type { Explainer } from "../../src/explain/explain.js";
import { type Flow, type Tuple, viewOfFlow } from "../../src/explain/flow.js";
import { CONNTRACK_STATES, type Packet } from "../../src/explain/packet.js";
import { type Address, type Family, formatAddress, isUnspecified, type Words } from "../../src/model/address.js";
import type { Firewall } from "../../src/model/netfilter.js";
import type { Node } from "../../src/model/node.js";
import type { Ending, Origin, Walk } from "../../src/model/walk.js";

type Draw = (limit: number) => number;

/** The same packet as the core is asked. */
export function pathPacketOf(packet: Packet): PathPacket {
  const { origin, dst, src, markWhen, api, socket, oif, iif, ct, entry } = packet;
  return { origin, dst, src, mark: packet.isMarked ? packet.mark : null, markWhen, api, socket, oif, iif, ct, entry: entry === null ? null : flowOf(entry), fields: Object.fromEntries(packet.open) };
}

function flowOf({ original, reply, mark }: Flow): PathFlow {
  return { original: endsOf(original), reply: endsOf(reply), mark };
}

function endsOf({ src, dst, sport, dport }: Tuple): PathEnds {
  return { src, dst, sport, dport };
}

/** A node whose rules are all known: nobody loaded any but the recorded ones, which nft.json alone does not tell. */
export function whole(node: Node): Node {
  return { ...node, firewall: { ...node.firewall, complete: { 4: true, 6: true } } };
}

/** What both walks must say alike, as text. */
export function comparable({ disposition, error, egress }: Pick<PathFate | Ending, "disposition" | "error" | "egress">): string {
  if (egress === null) return [disposition, error ?? ""].join(" ").trim();
  const { dev, table, via, src, dst, sport, dport, mark } = egress;
  return [disposition, dev, `table ${table}`, `via ${via ?? "-"}`, `${src ?? "?"} ${sport ?? "-"}`, `${dst} ${dport ?? "-"}`, `mark ${mark}`, error ?? ""].join(", ");
}

const HARD: Readonly<Record<Family, readonly Words[]>> = {
  4: [[0x08080808, 0, 0, 0], [0x7f000001, 0, 0, 0], [0x7f000002, 0, 0, 0], [0xffffffff, 0, 0, 0], [0xe0000001, 0, 0, 0], [0xefc00001, 0, 0, 0], [0, 0, 0, 0]],
  6: [[0x20010db8, 0xffff, 0, 1], [0, 0, 0, 1], [0xff020000, 0, 0, 1], [0xff050000, 0, 0, 2], [0xfe800000, 0, 0, 0x99], [0xfd000000, 0, 0, 5]],
};

/** Draws packets by the addresses, prefixes, marks, ports and devices that stand in the node's own text. */
export class PacketDraw {
  readonly #addresses: Readonly<Record<Family, readonly Words[]>>;
  readonly #marks: readonly number[];
  readonly #ports: readonly number[];
  readonly #ids: readonly number[];
  readonly #devices: readonly string[];

  constructor(private readonly node: Node, private readonly draw: Draw) {
    const constants = constantsOf(node);
    this.#addresses = { 4: addressesOf(node, 4), 6: addressesOf(node, 6) };
    this.#marks = [0, 0, 1, 2, ...constants("mark")];
    this.#ports = [53, 80, 123, 10010, 40000, 60001, ...constants("sport"), ...constants("dport")].filter((port) => port <= 0xffff);
    this.#ids = [0, 0, 800, 1000, ...constants("uid"), ...constants("gid")];
    this.#devices = node.links.filter(({ up }) => up).map(({ name }) => name);
  }

  /** A packet that tells everything that may count. */
  next(): Packet {
    const family: Family = this.draw(2) === 0 ? 4 : 6;
    const origin = this.#pick(["local", "local", "local", "forward", "kernel"] as const);
    const proto = this.#pick([6, 6, 17, 17, 17, family === 4 ? 1 : 58, family === 4 ? 2 : 132]);
    const api = proto === 6 ? "connect" : this.#pick(["connect", "sendto"] as const);
    const bound = this.draw(4) === 0;
    return {
      origin, family, dst: this.#address(family), src: this.#source(origin, family), mark: this.#pick(this.#marks), isMarked: true,
      markWhen: api === "connect" && this.draw(4) === 0 ? "connected" : "create", api, socket: this.#pick(["raw", "ping"] as const),
      oif: (origin !== "forward" && bound) || origin === "kernel" ? this.#pick(this.#devices) : null, iif: origin === "forward" ? this.#pick(this.#devices) : null,
      ct: this.draw(3) > 0 ? "new" : this.#pick(CONNTRACK_STATES), entry: this.draw(8) === 0 ? this.#flow(family) : null,
      open: new Map([
        ["proto", proto], ["sport", this.#pick(this.#ports)], ["dport", this.#pick(this.#ports)], ["tos", this.#pick([0, 0, 16])], ["hopLimit", this.#pick([1, 64, 255])],
        ["icmpType", this.#pick(family === 4 ? [0, 3, 8, 8, 11] : [1, 128, 128, 129, 135, 143])], ["icmpCode", this.draw(3)], ["tcpFlags", this.#pick([2, 2, 18, 16, 4, 17])],
        ...(origin === "local" || (origin === "kernel" && proto === 6 && this.draw(2) === 0) ? ([["uid", this.#pick(this.#ids)], ["gid", this.#pick(this.#ids)]] as const) : []),
      ]),
    };
  }

  /** The same packet, less telling. */
  less(packet: Packet): Packet {
    const keep = <T>(value: T | null): T | null => (this.draw(4) === 0 ? null : value);
    const isMarked = this.draw(4) > 0;
    return {
      ...packet, isMarked, mark: isMarked ? packet.mark : 0, markWhen: keep(packet.markWhen), api: keep(packet.api), socket: keep(packet.socket), oif: keep(packet.oif), iif: keep(packet.iif),
      src: keep(packet.src), open: new Map([...packet.open].filter(() => this.draw(8) > 0)),
    };
  }

  /** Neither a socket nor the kernel sends from the unspecified address. */
  #source(origin: Origin, family: Family): Address | null {
    if (origin === "local" && this.draw(3) > 0) return null;
    const drawn = this.#address(family);
    if (origin === "forward" || !isUnspecified(drawn)) return drawn;
    return origin === "local" ? null : { family, words: [0x0a000001, 0, 0, 1] };
  }

  #flow(family: Family): Flow {
    const ends = (): Tuple => ({ src: this.#address(family), dst: this.#address(family), sport: this.#pick(this.#ports), dport: this.#pick(this.#ports) });
    const original = ends();
    const turned = { src: original.dst, dst: original.src, sport: original.dport, dport: original.sport };
    return { original, reply: this.draw(2) === 0 ? turned : { ...turned, ...(this.draw(2) === 0 ? { src: this.#address(family) } : { dst: this.#address(family) }) }, mark: this.#pick(this.#marks) };
  }

  #address(family: Family): Address {
    return { family, words: this.#pick(this.draw(4) === 0 ? HARD[family] : this.#addresses[family]) };
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[this.draw(values.length)];
    if (value === undefined) throw new Error("nothing to draw from");
    return value;
  }
}

function addressesOf({ addresses, routes }: Node, family: Family): Words[] {
  const own = addresses.map(({ address }) => address).filter((address) => address.family === family).map(({ words }) => words);
  const networks = routes[family].map(({ destination }) => destination.address.words);
  const inside = networks.map(([a, b, c, d]): Words => (family === 4 ? [(a + 9) >>> 0, 0, 0, 0] : [a, b, c, (d + 9) >>> 0]));
  const gateways = routes[family].flatMap(({ nextHops }) => nextHops.flatMap(({ via }) => (via?.family === family ? [via.words] : [])));
  return [...own, ...networks, ...inside, ...gateways, ...HARD[family]];
}

/** Values that rules and chains compare a field with. */
function constantsOf({ rules, firewall }: Node): (field: string) => number[] {
  const matches = [...[...rules[4], ...rules[6]].flatMap((rule) => rule.matches), ...matchesOf(firewall)];
  return (field) => matches.filter((match) => match.field === field).flatMap(({ low, span }) => [low, (low + span) >>> 0, (low + span + 1) >>> 0]);
}

function matchesOf({ tables }: Firewall): { readonly field: string; readonly low: number; readonly span: number }[] {
  const steps = tables.flatMap(({ chains }) => [...chains.values()]).flatMap(({ rules }) => rules).flatMap((rule) => rule.steps);
  const rows = steps.flatMap((step) => (step.kind === "condition" ? step.rows : step.kind === "choice" ? step.entries.flatMap((entry) => entry.rows) : []));
  return rows.flatMap((row) => row.matches);
}

/** A packet in few words, for messages. */
export function packetText({ origin, src, dst, mark, markWhen, api, socket, oif, iif, ct, entry, open }: Packet): string {
  const fields = [...open].map(([name, value]) => `${name}=${value}`).join(" ");
  return `origin=${origin} ${src === null ? "" : `src=${formatAddress(src)} `}dst=${formatAddress(dst)} mark=${mark} markWhen=${markWhen ?? "?"} api=${api ?? "?"} socket=${socket ?? "?"} oif=${oif ?? "-"} iif=${iif ?? "-"} ct=${ct}${entry === null ? "" : ` entry=${flowText(entry)}`} ${fields}`;
}

function flowText({ original, reply, mark }: Flow): string {
  const ends = ({ src, dst, sport, dport }: Tuple): string => `${src === null ? "?" : formatAddress(src)}:${sport ?? "?"}>${dst === null ? "?" : formatAddress(dst)}:${dport ?? "?"}`;
  return `${ends(original)}/${ends(reply)}/${mark}`;
}

/** The core behind the readable walk's own shape, one packet at a time: for conversations. `reasons` keeps why a fate is open. */
export function coreExplainer(paths: Paths, node: Node, reasons: WeakMap<object, Open>): Explainer {
  const explain = (packet: Packet): Walk => {
    const [fate = openFate({ text: "no fate", at: "core" })] = paths.walk([pathPacketOf(packet)]);
    const walk = walkOf(packet, fate, node);
    if (fate.undetermined !== null) reasons.set(walk, fate.undetermined);
    return walk;
  };
  return { explain, objection: () => null };
}

function walkOf(packet: Packet, { disposition, error, egress, entry }: PathFate, { name, path }: Node): Walk {
  return {
    schema: "wanproof/explain@1", node: { name, path }, policy: { name: "none", wan: [] }, origin: packet.origin,
    packet: { family: packet.family, dst: formatAddress(packet.dst), mark: packet.mark }, stations: [], notes: [], verdict: null, disposition, egress,
    ...(error === undefined ? {} : { error }), ...(entry === undefined ? {} : { entry: viewOfFlow(entry) }),
  };
}
