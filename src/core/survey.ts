/** A first pass over the captures, for names only: which addresses did the node's own DNS questions give? */
import type { Address, Family } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Policy, Resolution } from "../model/policy.js";
import type { Field } from "../model/packet.js";
import { DIRECTIONS } from "../model/verdict.js";
import { type DnsPacket, NameMemory } from "../trace/names.js";
import { type CaptureReader, openPcap } from "../trace/pcap.js";
import type { Core } from "./core.js";
import { writeImage } from "./image.js";

const DNS_PORT = 53;

/** Reads every capture once for DNS. Needs nothing but the policy's names; returns what they resolve to. */
export async function survey(core: Core, node: Node, policy: Policy, captures: readonly string[], signal?: AbortSignal): Promise<Resolution[]> {
  const names = new NameMemory(() => true, policy.names.map((remote) => remote.name));
  const mark = core.mark();
  core.start(writeImage(core, node, policy).address);
  for (const path of captures) {
    const reader = await openPcap(path);
    try {
      await surveyOne(core, reader, names, signal);
    } finally {
      await reader.close();
    }
  }
  core.rewind(mark);
  return names.resolutions();
}

async function surveyOne(core: Core, reader: CaptureReader, names: NameMemory, signal?: AbortSignal): Promise<void> {
  for (let count = await reader.next(core.frameArea()); count > 0; count = await reader.next(core.frameArea())) {
    const chosen = core.survey(count);
    for (let i = 0; i < chosen; i++) {
      const packet = dnsPacket(core, core.view().getUint32(core.area("chosen") + 4 * i, true));
      if (packet !== null) names.see(packet);
    }
    if (signal?.aborted === true) return;
  }
}

/** A question the node sent or an answer it got; null for everything else. */
function dnsPacket(core: Core, index: number): DnsPacket | null {
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
