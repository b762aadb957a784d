/** A packet while it passes the hooks: what changes on its way, and what each hook knows of it. */
import type { Address } from "../../model/address.js";
import { type Hook, OWNER } from "../../model/netfilter.js";
import type { OpenField } from "../classes.js";
import { RESET_MAKER, RESET_MAKERS } from "../kernel.js";
import type { Way } from "../output.js";
import type { Packet } from "../packet.js";
import { Reader } from "../question.js";
import type { Trail } from "../trail.js";
import type { Entry } from "./entry.js";
import type { Wall } from "./stages.js";

export class Transit {
  hook: Hook = "output";
  /** The hook's own devices; null: none. */
  iif: string | null = null;
  oif: string | null = null;
  dst: Address;
  /** null: none is known. */
  src: Address | null;
  mark: number;
  /** Where the packet is bound for; null: nobody has looked yet. */
  way: Way | null = null;
  /** null: without one, or conntrack has not looked yet. */
  entry: Entry | null = null;
  untracked = false;
  /** Whether the source port is certainly the one that `reader` tells. */
  portKept = true;
  #reader: Reader;
  #owned: boolean;
  /** A source that stands for those that nobody gave. */
  readonly #guess: Address | null;

  constructor(readonly packet: Packet, readonly wall: Wall, readonly trail: Trail, reader: Reader, ends: { readonly src: Address | null; readonly dst: Address; readonly mark: number }) {
    this.#reader = reader;
    this.src = ends.src;
    this.dst = ends.dst;
    this.mark = ends.mark;
    this.#owned = true;
    this.#guess = packet.src === null && packet.origin !== "local" ? ends.src : null;
  }

  /** The source, unless it only stands for all that nobody gave. */
  told(): Address | null {
    return this.src === this.#guess ? null : this.src;
  }

  /** The fields as they are now. */
  get reader(): Reader {
    return this.#reader;
  }

  set(field: OpenField, value: number): void {
    const { ground, open, family, choices } = this.#reader;
    this.#reader = new Reader(ground, new Map([...open, [field, value]]), family, choices);
  }

  /** The loopback device, as any other, takes the socket away from the packet. */
  disown(): void {
    this.#owned = false;
  }

  /** One of OWNER. What made a packet of the kernel is told by its protocol. */
  owner(): number {
    if (!this.#owned || this.packet.origin === "forward") return OWNER.none;
    return this.packet.origin === "local" ? OWNER.process : this.#maker();
  }

  #maker(): number {
    const { open, ct, family } = this.packet;
    if (open.has("uid") || open.has("gid")) return OWNER.process;
    const proto = open.get("proto");
    if (proto !== TCP) return proto === IGMP ? OWNER.none : OWNER.kernel;
    const flags = open.get("tcpFlags") ?? 0;
    // A SYN-ACK belongs to the creator of the listening socket.
    if ((flags & (SYN | ACK | RST)) === (SYN | ACK)) return OWNER.process;
    if ((flags & RST) === 0) return OWNER.kernel;
    if (ct === "related") return OWNER.none;
    const maker = this.#reader.choices.ask(RESET_MAKER, ct === "established" || ct === "reply" ? RESET_MAKERS.slice(0, 2) : RESET_MAKERS);
    if (maker === 1) return OWNER.process;
    return maker === 0 && family === 4 ? OWNER.kernel : OWNER.none;
  }

  /** From here on the trail shows the packet as it is now. */
  see(): void {
    this.trail.see({ src: this.src, dst: this.dst, mark: this.mark, open: this.#reader.open });
  }
}

const TCP = 6;
const IGMP = 2;
const SYN = 2;
const RST = 4;
const ACK = 16;
