import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replay } from "../../src/core/replay.js";
import type { ShownFrame } from "../../src/core/shown.js";
import { withFolder, writeFiles } from "../support/files.js";
import { aNode } from "../support/nodes.js";
import { arp, ethernet, icmp4, tcp, udp } from "../support/packets.js";
import { pcap } from "../support/pcapfile.js";
import { into, out, OWN, STRANGER } from "../support/wire.js";

const FRAMES = [
  out(udp({ sport: 5000, dport: 123 })), into(udp({ sport: 1, dport: 2 })), out(tcp({ sport: 48000, dport: 80, flags: "SA" }), { dst: STRANGER[6] }), out(icmp4({ type: 8 })),
  ethernet({ src: OWN.mac, dst: "ff:ff:ff:ff:ff:ff", type: 0x0806, payload: arp({ sender: [OWN.mac, OWN[4]], target: ["00:00:00:00:00:00", "192.0.2.1"] }) }),
];

async function shown(number: number): Promise<ShownFrame | null> {
  return withFolder(async (folder) => {
    await writeFiles(folder, { "a.pcap": pcap(FRAMES) });
    let seen: ShownFrame | null = null;
    await replay({ node: aNode(), captures: [join(folder, "a.pcap")], policy: "gluon", show: number, onShown: (frame) => { seen = frame; } });
    return seen;
  });
}

test("a datagram is shown by the fields a walk asks for", async () => {
  assert.equal(await shown(1), { direction: "out", packet: { origin: "local", family: 4, proto: 17, src: OWN[4], dst: STRANGER[4], sport: 5000, dport: 123 } });
});

test("a segment is shown with its flags, an ICMP message with its type", async () => {
  assert.is((await shown(3))?.packet?.["tcpFlags"], "SA");
  assert.equal([(await shown(4))?.packet?.["icmpType"], (await shown(4))?.packet?.["sport"]], [8, undefined]);
});

test("what came in is shown as such, what carries no IP has no packet", async () => {
  assert.is((await shown(2))?.direction, "in");
  assert.is((await shown(5))?.packet, null);
});

test("a frame that the capture does not have is never shown", async () => {
  assert.is(await shown(6), null);
});

test.run();
