import { test } from "uvu";
import * as assert from "uvu/assert";
import { isAnswered } from "../../../src/explain/netfilter/answers.js";
import type { Hook } from "../../../src/model/netfilter.js";
import { routed } from "../../support/walks.js";
import { aRouter, transit } from "../../support/walls.js";

const answered = (words: string, reset = false, node = aRouter()): boolean => isAnswered(reset, transit(words, node));

test("errors are not answered with errors, resets not with resets", () => {
  const to = "dst=192.0.2.42 src=198.51.100.7 iif=br-wan";
  assert.equal([answered(`${to} proto=icmp icmpType=3`), answered(`${to} proto=icmp icmpType=8`), answered(`${to} proto=tcp tcpFlags=R`, true), answered(`${to} proto=tcp tcpFlags=S`, true)], [false, true, false, true]);
  assert.equal([answered("dst=2001:db8::1 src=2001:db8::2 proto=58 icmpType=1"), answered("dst=2001:db8::1 src=2001:db8::2 proto=58 icmpType=128")], [false, true]);
});

test("what nothing leads back to is not answered", () => {
  const node = routed([], undefined, { sysctl: new Map() });
  assert.not(answered("dst=2001:db8:77:10::21 src=2001:db8:9::1 iif=br-wan proto=udp", false, node));
});

test("what many receive, and what has no source, is not answered", () => {
  assert.equal([answered("dst=224.0.0.1 src=198.51.100.7 iif=br-wan proto=udp"), answered("dst=192.0.2.42 src=0.0.0.0 iif=br-wan proto=udp")], [false, false]);
});

test("an echo reply on its way out is not answered, for the kernel's ICMP socket is locked", () => {
  const reply = "origin=kernel dst=192.0.2.1 src=192.0.2.42 proto=icmp icmpType=0";
  const at = (hook: Hook): boolean => isAnswered(false, transit(reply, aRouter(), hook));
  assert.equal([at("output"), at("postrouting"), at("input"), answered("origin=kernel dst=192.0.2.1 src=192.0.2.42 proto=tcp tcpFlags=SA")], [false, false, true, true]);
});

test("IPv4's reset goes by the device its cause's socket is bound to, where a loopback source is refused", () => {
  const words = "dst=127.0.0.1 src=192.0.2.42 proto=tcp tcpFlags=S";
  assert.equal([answered(words, true), answered(`${words} oif=br-client`, true), answered(`${words} oif=br-client`)], [true, false, true]);
});

test("a source that nobody gave is taken to be reached", () => {
  assert.ok(answered("dst=192.0.2.42 iif=br-wan proto=udp"));
});

test.run();
