// Captures that name devices: which frames count, and how often.
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replay } from "../../src/core/replay.js";
import type { FrameVerdict, ReplayReport } from "../../src/model/report.js";
import { withFolder, writeFiles } from "../support/files.js";
import { aNode } from "../support/nodes.js";
import { join as bytes, type Upper, u16, u32, udp } from "../support/packets.js";
import { FIRST_SECOND, pcap } from "../support/pcapfile.js";
import { OWN, packet, SERVER, STRANGER } from "../support/wire.js";

const INDEX = { lo: 1, eth1: 2, "br-wan": 3, "br-client": 4, nowhere: 77 } as const;
type Device = keyof typeof INDEX;

interface Seen {
  readonly on: Device;
  /** linux/if_packet.h: 0 for the node, 3 for somebody else, 4 leaves. */
  readonly type?: number;
  readonly payload: Upper;
  readonly src?: string;
  readonly dst?: string;
  /** Milliseconds after the first frame. */
  readonly at?: number;
}

/** A frame of `tcpdump -i any`. */
function cooked2({ on, type = 4, payload, src = OWN[4], dst = STRANGER[4] }: Seen): Uint8Array {
  const mac = type === 4 ? [2, 0, 0, 0, 0, 0x21, 0, 0] : [2, 0, 0, 0, 0, 0xfe, 0, 0];
  return bytes(u16(0x0800), [0, 0], u32(INDEX[on]), u16(1), [type, 6], mac, packet(src, dst, payload));
}

async function seen(...frames: readonly Seen[]): Promise<{ report: ReplayReport; verdicts: FrameVerdict[] }> {
  return withFolder(async (folder) => {
    const records = frames.map((frame) => ({ bytes: cooked2(frame), seconds: FIRST_SECOND, nanos: (frame.at ?? 0) * 1_000_000 }));
    await writeFiles(folder, { "any.pcap": pcap(records, { linkType: 276, nano: true }) });
    const verdicts: FrameVerdict[] = [];
    const report = await replay({ node: aNode(), captures: [join(folder, "any.pcap")], policy: "gluon", onFrame: (batch) => { verdicts.push(...batch); } });
    return { report, verdicts };
  });
}

const leak = udp({ sport: 5000, dport: 123 });
const vpn = { payload: udp({ sport: 47558, dport: SERVER.port }), dst: SERVER[4] };

test("an egress seen on the bridge and on its port counts once, in either order", async () => {
  assert.is((await seen({ on: "br-wan", payload: leak }, { on: "eth1", payload: leak, at: 1 })).report.classes.leak, 1);
  assert.is((await seen({ on: "eth1", payload: leak }, { on: "br-wan", payload: leak, at: 1 })).report.classes.leak, 1);
});

test("a port frame without its bridge frame counts, and so does one that comes more than 50 ms later", async () => {
  assert.is((await seen({ on: "eth1", payload: leak })).report.classes.leak, 1);
  assert.is((await seen({ on: "br-wan", payload: leak }, { on: "eth1", payload: leak, at: 51 })).report.classes.leak, 2);
  assert.is((await seen({ on: "br-wan", payload: leak }, { on: "eth1", payload: leak, at: 50 })).report.classes.leak, 1);
});

test("identical frames on one device are separate egresses, each with its own twin", async () => {
  const both = await seen(
    { on: "br-wan", payload: leak }, { on: "br-wan", payload: leak, at: 1 }, { on: "eth1", payload: leak, at: 2 }, { on: "eth1", payload: leak, at: 3 },
  );
  assert.is(both.report.classes.leak, 2);
  assert.is((await seen({ on: "eth1", payload: leak }, { on: "eth1", payload: leak, at: 1 })).report.classes.leak, 2);
});

test("what leaves on another device is no egress of the WAN; the VPN there is not confined", async () => {
  const { report, verdicts } = await seen({ on: "br-client", payload: leak }, { on: "br-client", ...vpn });
  assert.equal([report.wan.egressFrames, report.result], [0, "violated"]);
  assert.equal(report.findings.map((finding) => [finding.id, finding.claim, finding.frames]), [["confinement:fastd", "confinement", 1]]);
  assert.equal(verdicts.map((verdict) => [verdict.dev, verdict.class, verdict.claim ?? null]), [["br-client", null, null], ["br-client", null, "confinement"]]);
});

test("the loopback device, and packets that are not the node's own, are no confinement finding", async () => {
  assert.is((await seen({ on: "lo", ...vpn })).report.result, "clean");
  assert.is((await seen({ on: "br-client", ...vpn, src: "10.187.9.9" })).report.result, "clean");
});

test("a frame for somebody else is inbound", async () => {
  const { verdicts } = await seen({ on: "br-wan", type: 3, payload: leak, src: STRANGER[4], dst: "192.0.2.77" });
  assert.equal(verdicts.map((verdict) => verdict.dir), ["in"]);
});

test("a device that link.json does not know is undetermined on the way out, and nothing arrives there", async () => {
  const ask = udp({ sport: 5000, dport: 53 });
  const { report, verdicts } = await seen(
    { on: "nowhere", type: 0, payload: ask, src: STRANGER[4], dst: OWN[4] }, { on: "nowhere", payload: leak }, { on: "br-wan", payload: udp({ sport: 53, dport: 5000 }) },
  );
  assert.equal(verdicts.map((verdict) => verdict.reason ?? verdict.class), [null, "device", "leak"]);
  assert.is(report.result, "leak");
});

test.run();
