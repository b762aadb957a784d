/** One renumbering: what every address, name and port of a node becomes, in its state and in its captures alike. */
import { parsePrefix, type Prefix } from "../../../src/model/address.js";
import { type AddressMap, drawAddresses } from "./addresses.js";
import { drawHardware, type HardwareMap } from "./hardware.js";
import { drawDevices, drawLabels, type LabelMap } from "./names.js";
import { drawPorts, type PortMap } from "./ports.js";
import type { Random } from "./random.js";

/** File name -> text, as in a NODE folder. */
export type State = Readonly<Record<string, string>>;

export interface Renumbering {
  readonly address: AddressMap;
  readonly hardware: HardwareMap;
  readonly label: LabelMap;
  readonly port: PortMap;
  /** Old name -> new name, of the devices that are renamed. */
  readonly devices: ReadonlyMap<string, string>;
}

/** Everything becomes itself. */
export const IDENTITY: Renumbering = {
  address: (address) => address,
  hardware: (mac) => mac,
  label: (label) => label,
  port: (port) => port,
  devices: new Map(),
};

/** Draws a renumbering for this state. `lo` keeps its name, and so do the devices of `keep`. */
export function drawRenumbering(random: Random, state: State, keep: readonly string[] = []): Renumbering {
  const renamed = devicesOf(state).filter((device) => device !== "lo" && !keep.includes(device));
  return {
    address: drawAddresses(random, prefixesOf(state)),
    hardware: drawHardware(random),
    label: drawLabels(random),
    port: drawPorts(random, portEdges(state)),
    devices: drawDevices(random, renamed),
  };
}

/** The names in link.json. */
export function devicesOf(state: State): string[] {
  return objectsIn(JSON.parse(state["link.json"] ?? "[]")).flatMap((each) => textsOf(each, "ifname"));
}

/** Every prefix in use, written with a slash or as an address and its length. */
export function prefixesOf(state: State): Prefix[] {
  const written = Object.values(state).flatMap((text) => [...text.matchAll(/[0-9a-f:.]+\/\d+/g)].map(([found]) => found));
  const objects = Object.entries(state).filter(([file]) => file.endsWith(".json")).flatMap(([, text]) => objectsIn(JSON.parse(text)));
  const pairs = objects.flatMap((each) =>
    ADDRESS_AND_LENGTH.flatMap(([address, length]) => textsOf(each, address).flatMap((text) => textsOf(each, length).map((digits) => `${text}/${digits}`))));
  return [...written, ...pairs].map((text) => parsePrefix(text, text.includes(":") ? 6 : 4)).filter((prefix) => prefix !== null);
}

const ADDRESS_AND_LENGTH = [["local", "prefixlen"], ["dst", "dstlen"], ["src", "srclen"]] as const;

/** Where ranges of ports in firewall rules begin and where they have ended. */
function portEdges(state: State): number[] {
  const tables = Object.entries(state).filter(([file]) => file.endsWith("tables-save.txt")).map(([, text]) => text);
  const ranges = tables.flatMap((text) => [...text.matchAll(/ports? (\d+):(\d+)/g)]);
  return ranges.flatMap(([, low, high]) => [Number(low), Number(high) + 1]);
}

function textsOf(value: object, key: string): string[] {
  const found: unknown = Reflect.get(value, key);
  return typeof found === "string" || typeof found === "number" ? [String(found)] : [];
}

/** Every object in a JSON value, at any depth. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}
