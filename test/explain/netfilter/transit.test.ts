import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../../src/explain/choices.js";
import { OWNER } from "../../../src/model/netfilter.js";
import { address } from "../../support/nodes.js";
import { transit } from "../../support/walls.js";

const owner = (words: string, script: readonly number[] = []): number => transit(words, undefined, "output", new Choices(script)).owner();

test("a local packet is a process's, a forwarded one nobody's, and lo takes the owner away", () => {
  assert.equal([owner("dst=192.0.2.1"), owner("dst=192.0.2.1 iif=br-wan")], [OWNER.process, OWNER.none]);
  const looped = transit("dst=192.0.2.1");
  looped.disown();
  assert.is(looped.owner(), OWNER.none);
});

test("ICMP of the kernel comes from its own socket, IGMP from none, a SYN-ACK from the listener's creator", () => {
  const kernel = (words: string): number => owner(`origin=kernel ${words}`);
  assert.equal([kernel("dst=192.0.2.1 proto=icmp"), kernel("dst=2001:db8::1 proto=58"), kernel("dst=224.0.0.22 proto=2"), kernel("dst=192.0.2.1 proto=tcp tcpFlags=SA")], [OWNER.kernel, OWNER.kernel, OWNER.none, OWNER.process]);
});

test("a reset is the kernel's own in IPv4 and nobody's in IPv6, or that of the socket it speaks for", () => {
  const reset = (dst: string, ct: string, script: readonly number[] = []): number => owner(`origin=kernel dst=${dst} proto=tcp tcpFlags=R ct=${ct}`, script);
  assert.equal([reset("192.0.2.1", "reply"), reset("2001:db8::1", "reply"), reset("192.0.2.1", "reply", [1]), reset("192.0.2.1", "related"), reset("192.0.2.1", "invalid", [2])], [OWNER.kernel, OWNER.none, OWNER.process, OWNER.none, OWNER.none]);
});

test("a source that stands for others is not told, one that a translation gave is", () => {
  const forwarded = transit("dst=192.0.2.1 iif=br-wan");
  assert.is(forwarded.told(), null);
  forwarded.src = address("192.0.2.42");
  assert.is(forwarded.told()?.words[0], 0xc000022a);
});

test("a field that changes is read as it is then", () => {
  const changed = transit("dst=192.0.2.1 proto=udp dport=53");
  changed.set("dport", 54);
  assert.equal([changed.reader.open.get("dport"), changed.packet.open.get("dport")], [54, 53]);
});

test.run();
