// The result of a run, and what is remarked once.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { aNode } from "../support/nodes.js";
import { ethernet, ipv4, join, udp } from "../support/packets.js";
import { into, judged, out, OWN, ROUTER, SERVER } from "../support/wire.js";

const vpn = out(udp({ sport: 47558, dport: SERVER.port }), { dst: SERVER[4] });

test("a capture without marks is remarked as origin-unseen, as a note", async () => {
  const { report } = await judged(aNode(), [vpn]);
  const said = report.diagnostics.filter((d) => d.code === "WP2006");
  assert.equal(said.map((d) => [d.severity, d.fact.startsWith("origin-unseen")]), [["note", true]]);
  assert.is(report.result, "clean");
});

test("a capture in which nothing left remarks nothing", async () => {
  const { report } = await judged(aNode(), [into(udp({ sport: 1, dport: 9 }))]);
  assert.not(report.diagnostics.some((d) => d.code === "WP2006"));
});

test("frames with a switch's tag are undetermined, and the bridge is named", async () => {
  const packet = ipv4({ src: OWN[4], dst: SERVER[4], payload: udp({ sport: 1, dport: 2 }) });
  const mediatek = ethernet({ src: OWN.mac, dst: ROUTER.mac, type: 0x0004, payload: join([0, 0, 0x08, 0x00], packet) });
  const { report, classes } = await judged(aNode(), [mediatek, vpn]);
  assert.is(classes[0], "undetermined/tag");
  assert.ok(report.diagnostics.some((d) => d.code === "WP2005" && d.consequence.includes("br-wan")));
  assert.is(report.result, "undetermined");
});

test("undetermined frames alone make the result undetermined, a broken claim weighs more, a leak most", async () => {
  const doubt = out(udp({ sport: 1, dport: 10010 }), { dst: "2001:db8:9::99" });
  const foreign = out(udp({ sport: 47558, dport: SERVER.port }), { dst: SERVER[4], src: "10.187.0.1" });
  const leak = out(udp({ sport: 1, dport: 123 }));
  assert.is((await judged(aNode(), [doubt])).report.result, "undetermined");
  assert.is((await judged(aNode(), [doubt, foreign])).report.result, "violated");
  assert.is((await judged(aNode(), [doubt, foreign, leak])).report.result, "leak");
});

test.run();
