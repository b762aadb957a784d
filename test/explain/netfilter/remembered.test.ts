import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../../src/explain/choices.js";
import type { Flow } from "../../../src/explain/flow.js";
import { Entry, track } from "../../../src/explain/netfilter/entry.js";
import { apply, giveBack, isAnswer } from "../../../src/explain/netfilter/remembered.js";
import type { Transit } from "../../../src/explain/netfilter/transit.js";
import { formatAddress } from "../../../src/model/address.js";
import { CT_DIRECTION, CT_STATE, type Hook } from "../../../src/model/netfilter.js";
import { address, aNode } from "../../support/nodes.js";
import { transit, walled } from "../../support/walls.js";

/** A client's flow that left with the WAN's address. */
const SNAT: Flow = {
  original: { src: address("10.187.0.9"), dst: address("198.51.100.7"), sport: 9, dport: 53 },
  reply: { src: address("198.51.100.7"), dst: address("192.0.2.42"), sport: 53, dport: 1009 }, mark: 0,
};
const REPLY = "dst=192.0.2.42 src=198.51.100.7 iif=br-wan proto=udp sport=53 dport=1009 ct=reply";

function at(hook: Hook, words: string, node = aNode(), script: readonly number[] = []): Transit {
  const made = transit(words, node, hook, new Choices(script));
  track(made);
  return made;
}

test("a reply gets its destination back where the first packet's like would have been given one", () => {
  const made = at("prerouting", REPLY);
  apply(SNAT, made);
  assert.equal([formatAddress(made.dst), made.reader.open.get("dport")], ["10.187.0.9", 9]);
  const later = at("postrouting", REPLY);
  apply(SNAT, later);
  assert.is(later.src === null ? "" : formatAddress(later.src), "198.51.100.7");
});

test("later packets of the first one's direction get what it got", () => {
  const made = at("postrouting", "dst=198.51.100.7 src=10.187.0.9 iif=br-client proto=udp sport=9 dport=53 ct=established");
  apply(SNAT, made);
  assert.equal([made.src === null ? "" : formatAddress(made.src), made.reader.open.get("sport")], ["192.0.2.42", 1009]);
});

test("an ICMP error keeps its own source where no destination was translated", () => {
  const made = at("postrouting", "dst=192.0.2.42 src=203.0.113.5 iif=br-wan proto=icmp icmpType=3 ct=related");
  made.entry = new Entry(CT_STATE.related, CT_DIRECTION.reply, 0, SNAT);
  apply(SNAT, made);
  assert.is(made.src === null ? "" : formatAddress(made.src), "203.0.113.5");
});

test("without the entry a reply to a masqueraded address may be for somebody behind the node", () => {
  const node = walled(["4 nat -A POSTROUTING -o br-wan -j MASQUERADE"]);
  assert.equal([giveBack(at("prerouting", REPLY, node)), giveBack(at("prerouting", REPLY, node, [1])), giveBack(at("prerouting", REPLY, aNode(), [1]))], [true, false, true]);
});

test("without the entry the source of an answer may be another one, which is not told", () => {
  const node = walled(["4 nat -A OUTPUT -j DNAT --to-destination 192.0.2.42"]);
  const made = at("postrouting", "dst=192.0.2.9 src=192.0.2.42 proto=udp sport=53 dport=9 ct=reply", node, [1]);
  assert.ok(giveBack(made));
  assert.is(made.src, null);
  assert.equal([isAnswer(made), isAnswer(at("output", "dst=192.0.2.9 proto=udp"))], [true, false]);
});

test.run();
