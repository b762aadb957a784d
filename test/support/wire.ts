/** Packets between the test node (test/support/nodes.ts) and the world, and what a replay says of them. */
import { join as joinPath } from "node:path";
import { Core } from "../../src/core/core.js";
import { replay } from "../../src/core/replay.js";
import type { Node } from "../../src/model/node.js";
import type { FrameVerdict, ReplayReport } from "../../src/model/report.js";
import type { PolicyName } from "../../src/policy/policies.js";
import { withFolder, writeFiles } from "./files.js";
import { ethernet, type Extension, ipv4, ipv6, type Upper } from "./packets.js";
import { FIRST_SECOND, pcap, type PcapOptions, type Recorded } from "./pcapfile.js";

export const OWN = { mac: "02:00:00:00:00:21", 4: "192.0.2.42", 6: "2001:db8:77:10::21", link: "fe80::21" } as const;
export const ROUTER = { mac: "02:00:00:00:00:fe", 4: "192.0.2.1", link: "fe80::1" } as const;
export const STRANGER = { 4: "203.0.113.99", 6: "2001:db8:9::99" } as const;
export const SERVER = { 4: "203.0.113.11", port: 10010 } as const;

export interface Frame {
  readonly bytes: Uint8Array;
  /** Seconds after the capture's first. */
  readonly after?: number;
}

interface Ends {
  readonly src?: string;
  readonly dst?: string;
  readonly ttl?: number;
  readonly id?: number;
  readonly offset?: number;
  readonly more?: boolean;
  readonly extensions?: readonly Extension[];
  readonly to?: string;
}

/** A packet that leaves on the WAN, to a stranger unless told otherwise; the family follows from the destination. */
export function out(payload: Upper, { dst = STRANGER[4], src = dst.includes(":") ? OWN[6] : OWN[4], ...more }: Ends = {}): Uint8Array {
  return ethernet({ src: OWN.mac, dst: more.to ?? ROUTER.mac, payload: packet(src, dst, payload, more) });
}

/** A packet that arrives on the WAN for the node. */
export function into(payload: Upper, { src = STRANGER[4], dst = src.includes(":") ? OWN[6] : OWN[4], ...more }: Ends = {}): Uint8Array {
  return ethernet({ src: ROUTER.mac, dst: more.to ?? OWN.mac, payload: packet(src, dst, payload, more) });
}

export function packet(src: string, dst: string, payload: Upper, { ttl = 64, extensions = [], ...more }: Ends = {}): Uint8Array {
  return dst.includes(":") ? ipv6({ src, dst, payload, hopLimit: ttl, extensions }) : ipv4({ src, dst, payload, ttl, ...pick(more) });
}

function pick({ id, offset, more }: Ends): { id?: number; offset?: number; more?: boolean } {
  return { ...(id === undefined ? {} : { id }), ...(offset === undefined ? {} : { offset }), ...(more === undefined ? {} : { more }) };
}

export interface Judged {
  readonly report: ReplayReport;
  readonly frames: readonly FrameVerdict[];
  /** Class of each frame, `in` for inbound ones, `undetermined/<reason>` where it has one. */
  readonly classes: readonly string[];
}

export interface JudgeOptions {
  readonly policy?: PolicyName;
  readonly pcap?: PcapOptions;
}

let core: Promise<Core> | null = null;

/** Writes a capture, one frame a millisecond unless told otherwise, and replays it. */
export async function judged(node: Node, frames: readonly (Uint8Array | Frame)[], options: JudgeOptions = {}): Promise<Judged> {
  const recorded = frames.map((frame, i): Recorded => {
    const { bytes, after = 0 } = frame instanceof Uint8Array ? { bytes: frame } : frame;
    return { bytes, seconds: FIRST_SECOND + after, nanos: i * 1_000_000 };
  });
  return judgedFile(node, pcap(recorded, options.pcap), options);
}

/** Replays a capture given as bytes. */
export async function judgedFile(node: Node, capture: Uint8Array, { policy = "gluon" }: JudgeOptions = {}): Promise<Judged> {
  core ??= Core.load();
  const loaded = await core;
  return withFolder(async (folder) => {
    await writeFiles(folder, { "wan.pcap": capture });
    const seen: FrameVerdict[] = [];
    const onFrame = (batch: readonly FrameVerdict[]): void => { seen.push(...batch); };
    const report = await replay({ node, captures: [joinPath(folder, "wan.pcap")], policy, onFrame, core: loaded });
    return { report, frames: seen, classes: seen.map(textOf) };
  });
}

function textOf(verdict: FrameVerdict): string {
  if (verdict.class === null) return verdict.dir;
  return verdict.reason === undefined ? verdict.class : `${verdict.class}/${verdict.reason}`;
}
