import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../src/explain/choices.js";
import { groundOf } from "../../src/explain/fib.js";
import { markOf, routeKernel } from "../../src/explain/kernel.js";
import { Reader } from "../../src/explain/question.js";
import { Trail } from "../../src/explain/trail.js";
import type { Node } from "../../src/model/node.js";
import { equals, inPrefix } from "../../src/model/packet.js";
import { address, aNode, prefix, route, rule } from "../support/nodes.js";
import { packet, routed, wayOf } from "../support/walks.js";

function way(node: Node, words: string, script: readonly number[] = []): string {
  const asked = packet(`origin=kernel ${words}`);
  return wayOf(routeKernel(asked, new Reader(groundOf(node), asked.open, asked.family, new Choices(script)), new Trail(asked), []).output).split(" ")[0] ?? "";
}

const withRule = (...matches: ReturnType<typeof inPrefix>): Node => ({ ...aNode(), rules: { ...aNode().rules, 6: [rule({ priority: 1, table: 1, matches }), rule({})] } });

test("an IPv6 error about a packet for somebody else is looked up without a source only where the route then names it", () => {
  const six = withRule(...inPrefix("src", prefix("2001:db8:77:10::21")));
  const error = "dst=2001:db8:9::1 src=2001:db8:77:10::21 proto=58 icmpType=1 icmpCode=0";
  const named = { ...six, routes: { ...six.routes, 6: [route({ dev: "br-client", prefsrc: address("2001:db8:77:10::21") }), route({ dev: "br-wan", table: 1 })] } };
  assert.equal([way(six, error), way(six, error, [1]), way(named, error), way(named, error, [1])], ["br-wan", "br-wan", "br-wan", "br-client"]);
  assert.is(way(named, error.replace("icmpType=1", "icmpType=128"), [1]), "br-wan");
});

test("an IPv6 echo reply names the device that its request came in on, other answers none", () => {
  const node = withRule(equals("oif", 3));
  const reply = "dst=2001:db8:9::1 src=2001:db8:77:10::21 proto=58 icmpType=129";
  assert.equal([way(node, `${reply} oif=br-wan`), way(node, "dst=2001:db8:9::1 src=2001:db8:77:10::21 proto=tcp tcpFlags=R")], ["br-wan", "br-client"]);
});

test("an echo reply to ::1 names lo, or by older kernels the device of the address that was asked, where it leaves on the wire", () => {
  const reply = "dst=::1 src=2001:db8:77:10::21 proto=58 icmpType=129";
  const node = routed([route({ type: "local", to: "::1/128", dev: "lo" }), route({ dev: "br-wan" })], [rule({})]);
  assert.equal([way(node, reply), way(node, reply, [1]), way(node, reply.replace("58 icmpType=129", "tcp tcpFlags=R"))], ["lo", "br-wan", "br-wan"]);
});

test("the reset of a socket names the device of the address that was asked, that of a REJECT none", () => {
  const reset = "dst=::1 src=2001:db8:77:10::21 proto=tcp tcpFlags=RA";
  const node = routed([route({ type: "local", to: "::1/128", dev: "lo" }), route({ dev: "br-wan" })], [rule({})]);
  assert.equal([way(node, `${reset} ct=reply`), way(node, `${reset} ct=related`), way(node, `${reset} ct=invalid`), way(node, `${reset} ct=invalid`, [2])], ["br-wan", "lo", "br-wan", "lo"]);
});

test("a source that nobody gave is still one: the device that is named does not become strict", () => {
  const node = routed([route({ dev: "br-wan" })], [rule({})]);
  assert.equal([way(node, "dst=2001:db8:9::4 oif=br-client proto=udp dport=25387"), way(node, "dst=2001:db8:9::4 src=2001:db8:77:10::21 oif=br-client proto=udp dport=25387")], ["br-wan", "br-wan"]);
});

test("the mark of a group report that is not given is any that rules look at", () => {
  const mark = (words: string, script: readonly number[] = []): number => {
    const asked = packet(`origin=kernel ${words}`);
    return markOf(asked, new Reader(groundOf(aNode()), asked.open, asked.family, new Choices(script)), [1, 5]);
  };
  assert.equal([mark("dst=ff02::16 proto=58 icmpType=143"), mark("dst=ff02::16 proto=58 icmpType=143", [1]), mark("dst=224.0.0.22 proto=2", [2])], [0, 1, 5]);
  assert.equal([mark("dst=ff02::16 proto=58 icmpType=143 mark=7", [1]), mark("dst=2001:db8::1 proto=58 icmpType=129", [1])], [7, 0]);
});

test.run();
