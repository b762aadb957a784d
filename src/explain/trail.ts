/** What a walk leaves behind: one line for each thing that was asked, with the packet as it was then. */
import { formatAddress } from "../model/address.js";
import type { PacketView, Station, StationName } from "../model/walk.js";
import type { OpenField } from "./classes.js";
import type { Packet } from "./packet.js";
import type { Question } from "./question.js";

const SHOWN = ["proto", "sport", "dport", "uid", "gid"] as const satisfies readonly OpenField[];

/** What was given of the packet, with the addresses, the mark and the devices of one lookup. */
export function viewOf(packet: Packet, question: Pick<Question, "src" | "mark">): PacketView {
  const fields = Object.fromEntries(SHOWN.flatMap((field) => {
    const value = packet.open.get(field);
    return value === undefined ? [] : [[field, value]];
  }));
  return {
    family: packet.family,
    ...(question.src === null ? {} : { src: formatAddress(question.src) }),
    dst: formatAddress(packet.dst),
    mark: question.mark,
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
}

/** The lines of one run, in order. */
export class Trail {
  readonly #stations: Station[] = [];
  #view: PacketView;
  constructor(readonly packet: Packet) {
    this.#view = viewOf(packet, packet);
  }

  /** From here on the packet looks like this. */
  see(question: Pick<Question, "src" | "mark">): void {
    this.#view = viewOf(this.packet, question);
  }

  tell({ station, text, at = null, why = "", decides = false }: Told): void {
    this.#stations.push({ station, text, at, why, decides, packet: this.#view });
  }

  stations(): readonly Station[] {
    return this.#stations;
  }
}

/** A trail for lookups of which nobody wants to hear. */
export const SILENT: Pick<Trail, "tell"> = { tell: () => undefined };
