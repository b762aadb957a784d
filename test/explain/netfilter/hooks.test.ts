import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Devices, type HookEnd, passHook } from "../../../src/explain/netfilter/hooks.js";
import type { Transit } from "../../../src/explain/netfilter/transit.js";
import type { Way } from "../../../src/explain/output.js";
import type { Hook } from "../../../src/model/netfilter.js";
import { aNode, route, rule } from "../../support/nodes.js";
import { transit, walled } from "../../support/walls.js";

const DEVICES: Devices = { iif: null, oif: "br-client" };
const WAY: Way = { kind: "way", type: "unicast", dev: "br-client", table: 254, via: null, route: null, routeDev: "br-client", source: null };

function passed(rules: readonly string[], words: string, hook: Hook = "output", node = aNode()): { readonly end: HookEnd; readonly made: Transit } {
  const made = transit(words, walled(rules, node), hook);
  made.way = WAY;
  return { end: passHook(hook, DEVICES, made), made };
}

const UDP = "dst=2001:db8:9::1 src=2001:db8:f00d:1::20 proto=udp sport=1 dport=2 uid=0 gid=0";

test("a drop in OUTPUT or POSTROUTING is EPERM for UDP, nothing for TCP, and nothing behind lo", () => {
  const drop = (hook: Hook, words: string): string | null | undefined => passed([`6 filter -A ${hook === "output" ? "OUTPUT" : "INPUT"} -j DROP`, "6 mangle -A POSTROUTING -j DROP"], words, hook).end?.error;
  assert.equal([drop("output", UDP), drop("postrouting", UDP), drop("output", UDP.replace("udp", "tcp")), drop("input", UDP)], ["EPERM", "EPERM", null, null]);
});

test("the ping socket of IPv6 never says anything, a raw one does", () => {
  const end = (socket: string): string | null | undefined => passed(["6 filter -A OUTPUT -j DROP"], `dst=2001:db8:9::1 proto=58 icmpType=128 socket=${socket}`).end?.error;
  assert.equal([end("raw"), end("ping")], ["EPERM", null]);
});

test("a reroute that fails ends the packet with the route's error, for TCP without a word", () => {
  const blocked = rule({ priority: 1, matches: [{ field: "mark", mask: 1, low: 1, span: 0 }], action: { kind: "prohibit" } });
  const node = aNode({ rules: { ...aNode().rules, 6: [blocked, rule({})] }, routes: { ...aNode().routes, 6: [route({ dev: "br-client" })] } });
  const marked = ["6 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1"];
  assert.equal(passed(marked, UDP, "output", node).end, { disposition: "rejected", error: "EACCES" });
  assert.equal(passed(marked, UDP.replace("udp", "tcp"), "output", node).end, { disposition: "dropped", error: null });
});

test("a mark that mangle sets and takes back is no difference", () => {
  const back = ["6 mangle -A OUTPUT -j MARK --set-xmark 0x1/0x1", "6 mangle -A OUTPUT -j MARK --set-xmark 0x0/0x1"];
  assert.equal([passed(back, UDP).made.way?.dev, passed(back.slice(0, 1), UDP).made.way?.dev], ["br-client", "br-wan"]);
});

test("only IPv6 reroutes for a hop limit", () => {
  const hops = (family: 4 | 6): string => `${family} mangle -A OUTPUT -j ${family === 4 ? "TTL --ttl-set" : "HL --hl-set"} 9`;
  assert.is(passed([hops(6)], `${UDP} mark=1`).made.way?.dev, "br-wan");
  assert.is(passed([hops(4)], "dst=198.51.100.1 src=192.0.2.42 proto=udp").made.way?.dev, "br-client");
});

test("later packets of a flow get what the rules would give its first one, and the trail says so", () => {
  const { made } = passed(["6 nat -A OUTPUT -p udp -j DNAT --to-destination 2001:db8:8::1"], `${UDP} ct=established`);
  assert.is(made.dst.words[1], 0x80000);
  assert.ok(made.trail.stations().some(({ text }) => text.includes("first packet of the flow")));
});

test("what conntrack does not know is not translated", () => {
  assert.is(passed(["6 nat -A OUTPUT -j DNAT --to-destination 2001:db8:8::1"], `${UDP} ct=invalid`).made.dst.words[1], 0x90000);
});

test.run();
