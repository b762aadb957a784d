/** Packets through a whole node, all of them in the core: sockets, lookups and every hook; in batches. */
import { type Address, FAMILIES, type Family, isUnspecified } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Field } from "../model/packet.js";
import type { Origin } from "../model/walk.js";
import { Core } from "./core.js";
import { FateTeller, type Open, openFate, type PathFate } from "./fates.js";
import { missing, type Needs, needsOf } from "./given.js";
import { writeRouter } from "./router.js";
import { writeSide } from "./sides.js";
import { writeWall } from "./wall.js";
import { writeRecords } from "./writer.js";

/** Fields that mean nothing, or are not known, where a packet leaves them out. */
export const PATH_FIELDS = ["uid", "gid", "proto", "sport", "dport", "tos", "icmpType", "icmpCode", "tcpFlags", "hopLimit"] as const satisfies readonly Field[];
export type PathField = (typeof PATH_FIELDS)[number];

/** One direction of a conntrack entry; null: not known. */
export interface PathEnds {
  readonly src: Address | null;
  readonly dst: Address | null;
  readonly sport: number | null;
  readonly dport: number | null;
}

export interface PathFlow {
  readonly original: PathEnds;
  readonly reply: PathEnds;
  readonly mark: number;
}

/** One packet as it sets out, by the contract's names (section 4). */
export interface PathPacket {
  readonly origin: Origin;
  /** Its family is the packet's. */
  readonly dst: Address;
  /** null: a local socket is not bound to an address; else unknown. */
  readonly src: Address | null;
  /** null: none was given, which counts as 0. */
  readonly mark: number | null;
  readonly markWhen: "create" | "connected" | null;
  readonly api: "connect" | "sendto" | null;
  readonly socket: "raw" | "ping" | null;
  /** The device the socket is bound to, or the kernel was told; null: none. */
  readonly oif: string | null;
  /** Where a forwarded packet came in. */
  readonly iif: string | null;
  readonly ct: "new" | "established" | "reply" | "related" | "invalid" | "untracked";
  /** What conntrack remembers of its flow; null: not given. */
  readonly entry: PathFlow | null;
  readonly fields: Readonly<Partial<Record<PathField, number>>>;
}

/** A node that packets can be taken through. Stays usable as long as nobody rewinds the core's memory. */
export class Paths {
  readonly #core: Core;
  readonly #address: number;
  readonly #teller: FateTeller;
  readonly #needs: Readonly<Record<Family, Needs>>;
  readonly #devices: ReadonlyMap<string, number>;

  /** Compiles the node into the core's memory. */
  constructor(core: Core, node: Node) {
    const image = writeRouter(core, node, node.localTable);
    const { PathsAt } = core.layout;
    const walls = { 4: writeWall(core, node.firewall, 4), 6: writeWall(core, node.firewall, 6) };
    const [side4 = 0, side6 = 0] = FAMILIES.map((family) => writeSide(core, node, family, image.fib[family], walls[family].address));
    this.#core = core;
    this.#address = writeRecords(core, PathsAt, [
      { router: image.address, side4, side6, loose: Number(node.sysctl?.get("net.netfilter.nf_conntrack_tcp_loose") !== "0"), forced6: writeForced(core, node) },
    ]);
    core.openWays(this.#address);
    this.#teller = new FateTeller(core, image, node.links, { 4: walls[4].rules, 6: walls[6].rules });
    this.#needs = { 4: needsOf(node, 4), 6: needsOf(node, 6) };
    this.#devices = new Map([...node.links.entries()].reverse().map(([i, { name }]) => [name, i + 1]));
  }

  /** A core of its own. */
  static async of(node: Node): Promise<Paths> {
    return new Paths(await Core.load(), node);
  }

  /** One fate for each packet, in order. */
  walk(packets: readonly PathPacket[]): PathFate[] {
    const fates: PathFate[] = [];
    const { QUESTIONS } = this.#core.layout.Limit;
    for (let from = 0; from < packets.length; from += QUESTIONS) fates.push(...this.#walkBatch(packets.slice(from, from + QUESTIONS)));
    return fates;
  }

  #walkBatch(packets: readonly PathPacket[]): PathFate[] {
    const { SentAt, FateAt } = this.#core.layout;
    const refused = packets.map((packet) => this.#refusal(packet));
    const sent = this.#core.words(this.#area("sent"), (packets.length * SentAt.SIZE) / 4).fill(0);
    let count = 0;
    packets.forEach((packet, i) => { if (refused[i] === null) this.#write(sent, (count++ * SentAt.SIZE) / 4, packet); });
    this.#core.takePackets(this.#address, count);
    const fates = this.#core.words(this.#area("fates"), (count * FateAt.SIZE) / 4);
    let place = 0;
    return packets.map((packet, i) => {
      const open = refused[i] ?? null;
      return open === null ? this.#teller.tell(fates, (place++ * FateAt.SIZE) / 4, packet) : openFate(open);
    });
  }

  /** What a packet would have to tell. */
  #refusal(packet: PathPacket): Open | null {
    const strange = [packet.iif, packet.oif].find((name) => name !== null && !this.#devices.has(name));
    if (strange !== undefined) return { text: `the node has no device ${JSON.stringify(strange)}`, at: "packet" };
    const name = missing(packet, this.#needs[packet.dst.family]);
    return name === null ? null : { text: `${name} is not given`, at: "packet" };
  }

  #write(words: Uint32Array, at: number, packet: PathPacket): void {
    const { SentAt, Origin, Tracked, Api, Moment, Socket } = this.#core.layout;
    const { dst, fields, entry } = packet;
    const src = packet.src !== null && packet.origin === "local" && isUnspecified(packet.src) ? null : packet.src;
    const set = (offset: number, value: number): void => { words[at + offset / 4] = value; };
    set(SentAt.origin, Origin[ORIGINS[packet.origin]]);
    set(SentAt.family, dst.family);
    words.set(dst.words, at + SentAt.dst0 / 4);
    if (src !== null) words.set(src.words, at + SentAt.src0 / 4);
    set(SentAt.hasSource, Number(src !== null));
    set(SentAt.mark, packet.mark ?? 0);
    for (const name of PATH_FIELDS) set(SentAt[name], fields[name] ?? 0);
    // Neighbour discovery of the kernel has a hop limit that nothing else may change (RFC 4861).
    if (packet.origin === "kernel" && dst.family === 6 && fields.hopLimit === undefined) set(SentAt.hopLimit, NEIGHBOUR_HOPS);
    set(SentAt.hasOwner, Number(fields.uid !== undefined || fields.gid !== undefined));
    set(SentAt.oif, this.#number(packet.oif));
    set(SentAt.iif, this.#number(packet.iif));
    set(SentAt.ct, Tracked[STATES[packet.ct]]);
    set(SentAt.api, packet.api === null ? Api.UNKNOWN : Api[APIS[packet.api]]);
    set(SentAt.moment, packet.markWhen === null ? Moment.UNKNOWN : Moment[MOMENTS[packet.markWhen]]);
    set(SentAt.socket, packet.socket === null ? Socket.UNKNOWN : Socket[SOCKETS[packet.socket]]);
    if (entry === null) return;
    set(SentAt.hasFlow, 1);
    set(SentAt.flowMark, entry.mark);
    this.#writeEnds(words, at + SentAt.original / 4, entry.original);
    this.#writeEnds(words, at + SentAt.reply / 4, entry.reply);
  }

  #writeEnds(words: Uint32Array, at: number, { src, dst, sport, dport }: PathEnds): void {
    const { EndsAt, Known } = this.#core.layout;
    if (src !== null) words.set(src.words, at + EndsAt.src0 / 4);
    if (dst !== null) words.set(dst.words, at + EndsAt.dst0 / 4);
    words[at + EndsAt.sport / 4] = sport ?? 0;
    words[at + EndsAt.dport / 4] = dport ?? 0;
    words[at + EndsAt.known / 4] = (src === null ? 0 : Known.SRC) | (dst === null ? 0 : Known.DST) | (sport === null ? 0 : Known.SPORT) | (dport === null ? 0 : Known.DPORT);
  }

  #number(dev: string | null): number {
    return dev === null ? 0 : (this.#devices.get(dev) ?? 0);
  }

  #area(name: "sent" | "fates"): number {
    return this.#core.view().getUint32(this.#address + this.#core.layout.PathsAt[name], true);
  }
}

const NEIGHBOUR_HOPS = 255;
const ORIGINS = { local: "LOCAL", forward: "FORWARD", kernel: "KERNEL" } as const;
const STATES = { new: "NEW", established: "ESTABLISHED", reply: "REPLY", related: "RELATED", invalid: "INVALID", untracked: "UNTRACKED" } as const;
const APIS = { connect: "CONNECT", sendto: "SENDTO" } as const;
const MOMENTS = { create: "CREATE", connected: "CONNECTED" } as const;
const SOCKETS = { raw: "RAW", ping: "PING" } as const;

/** One byte for each device number, 1 where IPv6 forwards by force. */
function writeForced(core: Core, { links, sysctl }: Node): number {
  const at = core.reserve(links.length + 1);
  const flags = core.bytes(at, links.length + 1);
  links.forEach(({ name }, i) => { flags[i + 1] = Number(sysctl?.get(`net.ipv6.conf.${name.replaceAll(".", "/")}.force_forwarding`) === "1"); });
  return at;
}
