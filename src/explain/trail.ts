/** What a walk leaves behind: one line for each thing that was asked, with the packet as it was then. */
import { type Address, formatAddress } from "../model/address.js";
import type { Hook } from "../model/netfilter.js";
import type { PacketView, Station, StationName } from "../model/walk.js";
import type { OpenField } from "./classes.js";
import type { Packet } from "./packet.js";
import type { Question } from "./question.js";

const SHOWN = ["proto", "sport", "dport", "uid", "gid"] as const satisfies readonly OpenField[];

/** A packet at some moment; what is left out is as it was given. */
export interface Seen extends Pick<Question, "src" | "mark"> {
  readonly dst?: Address;
  readonly open?: ReadonlyMap<OpenField, number>;
}

/** What was given of the packet, with what has become of it. */
export function viewOf(packet: Packet, { src, mark, dst = packet.dst, open = packet.open }: Seen): PacketView {
  const fields = Object.fromEntries(SHOWN.flatMap((field) => {
    const value = open.get(field);
    return value === undefined ? [] : [[field, value]];
  }));
  return {
    family: packet.family,
    ...(src === null ? {} : { src: formatAddress(src) }),
    dst: formatAddress(dst),
    mark,
    ...fields,
    ...(packet.iif === null ? {} : { iif: packet.iif }),
    ...(packet.oif === null ? {} : { oif: packet.oif }),
  };
}

/** A line as a station tells it. */
export interface Told {
  readonly station: StationName;
  readonly text: string;
  readonly at?: string | null;
  readonly why?: string;
  readonly decides?: boolean;
  readonly hook?: Hook;
  readonly chain?: string;
}

/** The lines of one run, in order. */
export class Trail {
  readonly #stations: Station[] = [];
  #view: PacketView;
  constructor(readonly packet: Packet) {
    this.#view = viewOf(packet, packet);
  }

  /** From here on the packet looks like this. */
  see(seen: Seen): void {
    this.#view = viewOf(this.packet, seen);
  }

  tell({ station, text, at = null, why = "", decides = false, hook, chain }: Told): void {
    this.#stations.push({ station, text, at, why, decides, packet: this.#view, ...(hook === undefined ? {} : { hook }), ...(chain === undefined ? {} : { chain }) });
  }

  stations(): readonly Station[] {
    return this.#stations;
  }
}

/** A trail for lookups of which nobody wants to hear. */
export const SILENT: Pick<Trail, "tell"> = { tell: () => undefined };
