import { test } from "uvu";
import * as assert from "uvu/assert";
import { conditionHolds } from "../../../src/explain/netfilter/conditions.js";
import { searchOf } from "../../../src/explain/netfilter/gates.js";
import type { Chain, Rule } from "../../../src/model/netfilter.js";
import type { Node } from "../../../src/model/node.js";
import { random } from "../../support/random.js";
import { seed } from "../../support/seed.js";
import { transit, walled } from "../../support/walls.js";

function outputOf(node: Node): Chain {
  const chain = node.firewall.tables.find(({ name, family }) => name === "filter" && family === "ip")?.chains.get("OUTPUT");
  if (chain === undefined) throw new Error("no chain");
  return chain;
}

/** Places of the rules that a search stops at. */
function visited(chain: Chain, made: ReturnType<typeof transit>): number[] {
  const search = searchOf(chain, made);
  const places: number[] = [];
  for (let at = search(0); at < chain.rules.length; at = search(at + 1)) places.push(at);
  return places;
}

const MATCHES = ["-d 192.0.2.0/24", "! -d 192.0.2.0/24", "-d 198.51.100.7", "-s 192.0.2.42", "-p tcp -m tcp --dport 80", "-p tcp -m tcp --dport 1:90", "-p udp -m udp --dport 53", "-p udp -m udp --sport 40000", "-o br-wan", "-p icmp", "-m mark --mark 1", "-m limit --limit 3/sec", "-m owner --uid-owner 7"];
const PACKETS = ["dst=192.0.2.1 src=192.0.2.42 proto=tcp dport=80 sport=40000 uid=7 gid=7", "dst=198.51.100.7 src=10.0.0.1 proto=udp dport=53 sport=40000 uid=0 gid=0", "dst=198.51.100.7", "dst=192.0.2.9 proto=icmp"];

function holds({ steps }: Rule, made: ReturnType<typeof transit>): boolean {
  return steps.every((step) => step.kind !== "condition" || conditionHolds(step, made));
}

test("no rule is passed over that may take the packet", () => {
  const draw = random(seed());
  const rules = Array.from({ length: 400 }, () => `4 filter -A OUTPUT ${[...new Set([draw(13), draw(13)])].map((i) => MATCHES[i] ?? "").filter((text, i, all) => i === 0 || !(text.includes("-p ") && all[0]?.includes("-p ") === true) && !(text.includes("-d ") && all[0]?.includes("-d ") === true)).join(" ")} -j RETURN`);
  const chain = outputOf(walled(rules));
  assert.is(chain.rules.length, 400);
  for (const words of PACKETS) {
    const stops = new Set(visited(chain, transit(words)));
    assert.ok(stops.size < 400, words);
    chain.rules.forEach((rule, at) => {
      if (!stops.has(at)) assert.not(holds(rule, transit(words)), `${words}: ${rule.text}`);
    });
  }
});

test("what a packet does not tell passes over nothing, and a short chain is walked rule by rule", () => {
  const ports = outputOf(walled(Array.from({ length: 30 }, (_, i) => `4 filter -A OUTPUT -p tcp -m tcp --dport ${i} -j DROP`)));
  assert.is(visited(ports, transit("dst=192.0.2.1")).length, 30);
  assert.equal(visited(ports, transit("dst=192.0.2.1 proto=tcp dport=7")), [7]);
  const short = outputOf(walled(["4 filter -A OUTPUT -p tcp -j DROP", "4 filter -A OUTPUT -p udp -j DROP"]));
  assert.is(visited(short, transit("dst=192.0.2.1 proto=icmp")).length, 2);
});

test.run();
