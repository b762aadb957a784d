/** Names from captured DNS: which addresses did the node's own questions give? */
import type { Address, Family } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Field } from "../model/packet.js";
import type { Policy, Resolution } from "../model/policy.js";
import { DIRECTIONS } from "../model/verdict.js";
import { openAll } from "../trace/merge.js";
import { type DnsPacket, NameMemory } from "../trace/names.js";
import type { Core } from "./core.js";
import { nameDevices } from "./devices.js";
import { writeImage } from "./image.js";

const DNS_PORT = 53;

export interface Surveyed {
  readonly resolutions: readonly Resolution[];
  readonly aliases: readonly string[];
}

/** A memory for the names the policy asks about. Direction tells whose question it was, so any address may be the node's. */
export function namesOf(policy: Policy): NameMemory {
  return new NameMemory(() => true, policy.names.map((remote) => remote.name));
}

/** Reads every capture once for DNS, before anything is judged; returns what the policy's names resolve to, and their aliases. */
export async function survey(core: Core, node: Node, policy: Policy, captures: readonly string[], signal?: AbortSignal): Promise<Surveyed> {
  const names = namesOf(policy);
  const mark = core.mark();
  const reader = await openAll(captures);
  try {
    core.start(writeImage(core, node, policy).address);
    for (let area = core.frameArea(), count = await reader.next(area); count > 0; area = core.frameArea(), count = await reader.next(area)) {
      nameDevices(area, count, node, reader.devices);
      surveyBatch(core, count, names);
      if (signal?.aborted === true) break;
    }
  } finally {
    core.rewind(mark);
    await reader.close();
  }
  return { resolutions: names.resolutions(), aliases: names.aliases() };
}

/** Shows the batch's DNS to the memory of names. */
export function surveyBatch(core: Core, count: number, names: NameMemory): void {
  const chosen = core.survey(count);
  for (let i = 0; i < chosen; i++) {
    const packet = dnsPacket(core, core.view().getUint32(core.area("chosen") + 4 * i, true));
    if (packet !== null) names.see(packet);
  }
}

/** Packet `index` of the batch, where it is a question the node sent or an answer it got; null for everything else. */
export function dnsPacket(core: Core, index: number): DnsPacket | null {
  const { Field, PacketAt } = core.layout;
  const view = core.view();
  const at = core.area("packets") + index * PacketAt.SIZE;
  const field = (name: Field): number => view.getUint32(at + Field[name], true);
  const payload = view.getUint32(at + PacketAt.payload, true);
  const end = view.getUint32(at + PacketAt.payloadEnd, true);
  const direction = DIRECTIONS[view.getUint32(at + PacketAt.direction, true)];
  const asks = direction !== "in" && field("dport") === DNS_PORT;
  const answers = direction !== "out" && field("sport") === DNS_PORT;
  const proto = field("proto");
  const family = field("family");
  if ((!asks && !answers) || (proto !== 6 && proto !== 17) || (family !== 4 && family !== 6) || end <= payload) return null;
  return {
    proto,
    family,
    src: address(family, field("src0"), field("src1"), field("src2"), field("src3")),
    dst: address(family, field("dst0"), field("dst1"), field("dst2"), field("dst3")),
    sport: field("sport"),
    dport: field("dport"),
    payload: core.bytes(payload, end - payload),
    cut: end < view.getUint32(at + PacketAt.wholeEnd, true) || field("fragment") !== 0,
  };
}

function address(family: Family, a: number, b: number, c: number, d: number): Address {
  return { family, words: [a, b, c, d] };
}
