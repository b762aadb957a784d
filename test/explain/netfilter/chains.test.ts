import { test } from "uvu";
import * as assert from "uvu/assert";
import { Choices } from "../../../src/explain/choices.js";
import { type ChainEnd, walkChain } from "../../../src/explain/netfilter/chains.js";
import { chainsAt, type Statement, type Table } from "../../../src/model/netfilter.js";
import { aNode } from "../../support/nodes.js";
import { transit, walled } from "../../support/walls.js";

interface Walked {
  readonly end: ChainEnd;
  readonly told: readonly string[];
}

function walked(rules: readonly string[], words = "dst=192.0.2.1 proto=udp", script: readonly number[] = []): Walked {
  const node = walled(rules.map((rule) => `4 filter ${rule}`));
  const [base] = chainsAt(node.firewall, 4, "output");
  const made = transit(words, node, "output", new Choices(script));
  if (base === undefined) throw new Error("no chain");
  const end = walkChain(base, made);
  return { end, told: made.trail.stations().map(({ text, why }) => `${text}: ${why}`) };
}

/** The end of a chain with one rule of one statement. */
function endOf(statement: Statement, script: readonly number[] = []): ChainEnd {
  const chain = { name: "c", base: { hook: "output", type: "filter", priority: 0, policy: "accept" }, rules: [{ steps: [statement], text: "rule", comment: null, at: "nft.json" }], at: "nft.json" } as const;
  const table: Table = { backend: "nft", family: "inet", name: "t", chains: new Map([["c", chain]]), at: "nft.json" };
  return walkChain({ table, chain, base: chain.base }, transit("dst=192.0.2.1 proto=udp", aNode(), "output", new Choices(script)));
}

test("the first rule that holds decides, with its text; else the policy", () => {
  assert.equal(walked(["-A OUTPUT -p tcp -j ACCEPT", "-A OUTPUT -p udp -j DROP"]), { end: { kind: "drop" }, told: ["-A OUTPUT -p udp -j DROP: dropped"] });
  assert.equal(walked(["-P OUTPUT DROP", "-A OUTPUT -p tcp -j ACCEPT"]), { end: { kind: "drop" }, told: ["policy drop: no rule ends its way here"] });
});

test("a jump comes back behind its rule, a goto does not, return goes back at once", () => {
  const chains = ["-N a", "-N b", "-A b -p udp -j RETURN", "-A b -j DROP"];
  assert.is(walked([...chains, "-A a -j b", "-A a -j DROP", "-A OUTPUT -j a"]).end.kind, "drop");
  assert.is(walked([...chains, "-A a -g b", "-A a -j DROP", "-A OUTPUT -j a"]).end.kind, "accept");
  assert.is(walked([...chains, "-A OUTPUT -g b", "-A OUTPUT -j DROP"]).end.kind, "accept");
  assert.equal(walked(["-A OUTPUT -p udp -j RETURN", "-A OUTPUT -j DROP"]).told, ["-A OUTPUT -p udp -j RETURN: back to where it came from", "policy accept: sent back to the policy"]);
});

test("a reset is for TCP alone, whatever the text says", () => {
  const reject: Statement = { kind: "reject", reset: true, code: { 4: 0, 6: 0 } };
  assert.is(endOf(reject).kind, "accept");
  assert.equal(endOf({ ...reject, reset: false }), { kind: "reject", reset: false });
});

test("what is not modelled does nothing, or the walk does not know", () => {
  assert.equal([endOf({ kind: "unknown", text: "x" }).kind, endOf({ kind: "unknown", text: "x" }, [1]).kind], ["accept", "unknown"]);
});

test("a program lets a packet pass, or not", () => {
  assert.equal([endOf({ kind: "queue", bypass: false }).kind, endOf({ kind: "queue", bypass: false }, [1]).kind], ["accept", "drop"]);
});

test("a chain that was not collected may do anything", () => {
  assert.is(endOf({ kind: "jump", chain: "gone" }).kind, "unknown");
});

test.run();
