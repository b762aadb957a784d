/** Sends packets by tools/probe.c and reads what it saw. */
import { isObject, own, ownText, type JsonObject } from "../../../src/state/values.js";
import { run } from "../sandbox.js";
import { encode, frameTo } from "./bytes.js";
import { hopOf, macOf, DEVICES, FAR, NODE } from "./world.js";
import { decode, type Decoded } from "./bytes.js";
import { HOOKS } from "./taps.js";
import type { LossReader } from "./losses.js";
import type { PathPacket, Place } from "./words.js";

/** A packet at one end of a hook. */
export interface Tap {
  readonly hook: Place;
  /** 0: before everything, 1: behind conntrack, 9: behind everything. */
  readonly edge: string;
  /** What conntrack says of it; null at the first edge. */
  readonly ct: string | null;
  readonly in: string | null;
  readonly out: string | null;
  readonly mark: number;
  /** Of an ordinary socket. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly packet: Decoded;
}

export interface Wire {
  readonly dev: string;
  /** null: a hardware address that is nobody's. */
  readonly via: string | null;
  readonly packet: Decoded;
}

export interface Loss {
  readonly reason: string;
  readonly by: string;
}

/** What one packet set off. */
export interface Echo {
  readonly error: string | null;
  readonly stage: string | null;
  readonly taps: readonly Tap[];
  readonly wires: readonly Wire[];
  readonly losses: readonly Loss[];
  /** Whether the kernel sent something that is in none of the lists: a redirect, or what it made of a packet before this one. */
  readonly stirred: boolean;
}

/** One thing that probe.c is told: `listen ...` as text, or a packet. */
export function play(program: string, losses: LossReader, listeners: readonly string[], packets: readonly PathPacket[]): Echo[] {
  if (packets.length === 0) return [];
  let number = 0;
  const wanted: boolean[] = [];
  const lines = packets.flatMap((packet) => {
    const line = (one: PathPacket, last: boolean): string => {
      wanted.push(last);
      return commandOf(one, `t${++number}`);
    };
    return ["fresh", ...listeners.map((listener) => `listen ${listener}`), ...(packet.before ?? []).map((one) => line(one, false)), line(packet, true)];
  });
  const said = run(program, [NODE, FAR, String(losses.event), ...DEVICES], `${lines.join("\n")}\n`).trimEnd().split("\n");
  if (said.length !== wanted.length) throw new Error(`${wanted.length} packets, ${said.length} answers`);
  let stirred = false;
  return said.flatMap((line, i): Echo[] => {
    const echo = echoOf(line, losses);
    stirred ||= echo.stirred || (wanted[i] !== true && echo.taps.some(({ hook }) => hook === "output"));
    if (wanted[i] !== true) return [];
    const whole = { ...echo, stirred };
    stirred = false;
    return [whole];
  });
}

/** A packet as a line for probe.c. */
function commandOf(packet: PathPacket, token: string): string {
  if (packet.origin === "forward") {
    const dev = DEVICES.find((one) => one === packet.iif);
    if (dev === undefined) throw new Error(`nothing can come in on ${packet.iif ?? "no device"}`);
    return `inject dev=${dev} frame=${frameTo(macOf(dev), packet.family, encode(packet, token)).toString("hex")}`;
  }
  const { proto, src, sport, oif, dport, mark, markWhen, uid, gid, api, icmpId } = packet;
  const kind = proto === 6 ? "tcp" : proto === 17 ? "udp" : (packet.socket ?? "raw");
  const words = {
    kind, dst: packet.dst, dport, src, sport: sport ?? icmpId, dev: oif, uid, gid, api, token,
    ...(markWhen === "connected" ? { late: mark } : { mark }),
  };
  return `send ${Object.entries(words).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${value}`).join(" ")}`;
}

function echoOf(line: string, losses: LossReader): Echo {
  const told: unknown = JSON.parse(line);
  if (!isObject(told)) throw new Error(`${line} is no answer`);
  const list = own(told, "events");
  const events = (Array.isArray(list) ? list : []).filter(isObject);
  return {
    error: ownText(told, "error"), stage: ownText(told, "stage"),
    taps: events.flatMap(tapOf), wires: events.flatMap(wireOf), stirred: events.some(isRedirect),
    losses: events.flatMap((event) => (own(event, "reason") === undefined ? [] : [losses.read(Number(own(event, "reason")), ownText(event, "location") ?? "")])).filter((loss) => loss !== null),
  };
}

/** ICMPv4 alone: conntrack leaves IPv6's out. */
function isRedirect(event: JsonObject): boolean {
  const packet = decode(Buffer.from(ownText(event, "packet") ?? "", "hex"));
  return packet?.family === 4 && packet.proto === 1 && packet.icmpType === REDIRECT;
}

const REDIRECT = 5;

function tapOf(event: JsonObject): Tap[] {
  const tap = ownText(event, "tap");
  if (tap === null) return [];
  const hook = Object.entries(HOOKS).find(([letter]) => tap.startsWith(letter))?.[1];
  const packet = decode(Buffer.from(ownText(event, "packet") ?? "", "hex"));
  if (hook === undefined || packet === null || isHousekeeping(packet)) return [];
  const [head = "", ct = null] = tap.split(" ");
  const owner = own(event, "uid") === undefined ? null : { uid: Number(own(event, "uid")), gid: Number(own(event, "gid")) };
  return [{ hook, edge: head.slice(1), ct, in: ownText(event, "in"), out: ownText(event, "out"), mark: Number(own(event, "mark") ?? 0), owner, packet }];
}

function wireOf(event: JsonObject): Wire[] {
  const dev = ownText(event, "wire");
  if (dev === null) return [];
  const frame = Buffer.from(ownText(event, "frame") ?? "", "hex");
  const packet = decode(frame.subarray(14));
  return packet === null || isHousekeeping(packet) ? [] : [{ dev, via: hopOf(frame.subarray(0, 6).toString("hex")), packet }];
}

/** What a link keeps itself alive with, and redirects, whose rate is limited for good. */
function isHousekeeping({ family, proto, icmpType = -1 }: Decoded): boolean {
  if (family === 4) return proto === 2 || (proto === 1 && icmpType === REDIRECT);
  return proto === 0 || (proto === 58 && ((icmpType >= 130 && icmpType <= 137) || icmpType === 143));
}
