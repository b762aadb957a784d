import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../src/explain/choices.js";
import { groundOf } from "../../src/explain/fib.js";
import { failing, fromSource, hasPorts, isOn, mayTake, onDevice, Reader, valueOf } from "../../src/explain/question.js";
import { equals } from "../../src/model/packet.js";
import { aNode, prefix, route } from "../support/nodes.js";
import { question } from "../support/walks.js";

const open = (choices: Choices, known: [("uid" | "proto" | "sport"), number][] = []): Reader => new Reader(groundOf(aNode(), [equals("uid", 7)]), new Map(known), 6, choices);

test("a known match that fails spares the unknown ones", () => {
  const choices = new Choices();
  const miss = failing([equals("uid", 7), equals("mark", 1)], question({ dst: "2001:db8::1" }), open(choices));
  assert.is(miss?.field, "mark");
  assert.is(choices.conditions().size, 0);
});

test("an unknown field is asked for, and has a value of its class", () => {
  const choices = new Choices([1]);
  assert.is(open(choices).read("uid"), 7);
  assert.equal([...choices.conditions().keys()], ["uid"]);
});

test("a protocol without ports has port 0, and nothing is asked", () => {
  const choices = new Choices();
  assert.is(open(choices, [["proto", 58]]).read("sport"), 0);
  assert.equal([hasPorts(6), hasPorts(17), hasPorts(1)], [true, true, false]);
});

test("an unset source is 0.0.0.0 to IPv4 and nothing to IPv6", () => {
  assert.is(valueOf(question({ dst: "192.0.2.1" }), open(new Choices()), "src0"), 0);
  assert.is(valueOf(question({ dst: "2001:db8::1" }), open(new Choices()), "src0"), null);
});

test("a packet that nobody owns has uid 0", () => {
  const choices = new Choices([1]);
  assert.is(valueOf({ ...question({ dst: "2001:db8::1" }), owned: false }, open(choices), "uid"), 0);
});

test("devices are compared by number, none is 0", () => {
  const asked = question({ dst: "2001:db8::1", oif: "br-wan" });
  assert.equal([valueOf(asked, open(new Choices()), "oif"), valueOf(asked, open(new Choices()), "iif")], [3, 1]);
  assert.ok(onDevice("br-wan", asked) && !onDevice("br-client", asked) && onDevice("lo", question({ dst: "::1" })));
  assert.ok(onDevice("br-client", { ...asked, rated: "br-client" }));
});

test("an unset source lies in a source-specific prefix only if :: does", () => {
  assert.not(fromSource(prefix("2001:db8::/32"), question({ dst: "2001:db8::1" })));
  assert.ok(fromSource(prefix("::/16"), question({ dst: "2001:db8::1" })));
});

test("a route of which something was not understood is taken in one run and not in the other", () => {
  const maybe = route({ unknown: ["nhid 5"] });
  assert.equal([mayTake(maybe, open(new Choices([0]))), mayTake(maybe, open(new Choices([1])))], [true, false]);
  assert.ok(mayTake(route({}), open(new Choices([1]))));
});

test("a switch is on unless it is 0", () => {
  const told = new Reader(groundOf(aNode({ sysctl: new Map([["a", "0"], ["b", "2"]]) })), new Map(), 4, new Choices());
  assert.equal([isOn(told, "a"), isOn(told, "b")], [false, true]);
});

test.run();
