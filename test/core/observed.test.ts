import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Observed, readObserved } from "../../src/core/observed.js";
import { Core } from "../../src/core/core.js";
import { writeImage } from "../../src/core/image.js";
import { replay } from "../../src/core/replay.js";
import { formatAddress } from "../../src/model/address.js";
import { readPolicy } from "../../src/policy/policies.js";
import { readNode } from "../../src/state/node.js";
import { aNode } from "../support/nodes.js";
import { vectors } from "../support/vectors.js";

/** `br-wan udp [2001:db8::1]:1 -> ...`: what a run logged, by the first line of each packet. */
async function logged(number: string, file: string): Promise<readonly Observed[]> {
  const vector = vectors().find(({ name }) => name.startsWith(number));
  if (vector === undefined) throw new Error(`no vector ${number}`);
  let found: readonly Observed[] = [];
  await replay({ node: await readNode(vector.state), captures: [join(vector.capture, "..", file)], policy: "gluon", onLogged: ({ observed, forgotten }) => {
    assert.is(forgotten, 0);
    found = observed;
  } });
  return found;
}

test("packets of one socket are one record, with hook, device, mark and owner", async () => {
  const fastd = (await logged("01", "nflog.pcap")).find(({ dport }) => dport === 10000);
  assert.ok(fastd !== undefined);
  assert.equal([fastd.hook, fastd.dev, fastd.mark, fastd.uid, fastd.gid, fastd.family, fastd.proto], ["postrouting", "br-wan", 1, 0, 800, 6, 17]);
  assert.equal([formatAddress(fastd.src), formatAddress(fastd.dst), fastd.frames, fastd.icmpType, fastd.tcpFlags], ["2001:db8:178:1::18c3", "2001:db8:100::10", 16, null, null]);
});

test("OUTPUT's packets have their first device; a ping has a type and no ports", async () => {
  const observed = await logged("05", "nflog-out.pcap");
  assert.equal([...new Set(observed.map(({ hook }) => hook))], ["output"]);
  const late = observed.find(({ dport, gid }) => dport === 10000 && gid === 800);
  assert.equal([late?.dev, late?.mark], ["br-client", 0]);
  const ping = observed.find(({ icmpType }) => icmpType === 128);
  assert.equal([ping?.sport, ping?.dport, ping?.proto, ping?.dev], [null, null, 58, "br-client"]);
});

test("what the kernel says on a link by itself is no record", async () => {
  const observed = await logged("01", "nflog-out.pcap");
  assert.equal(observed.filter(({ uid, proto, icmpType }) => uid === null && proto === 58 && (icmpType ?? 0) >= 130), []);
});

test("before anything was judged nothing is observed", async () => {
  const core = await Core.load();
  core.start(writeImage(core, aNode(), readPolicy("gluon", aNode())).address);
  assert.equal(readObserved(core, aNode()), []);
});

test.run();
