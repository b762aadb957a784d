/** Nodes with rules, in the words of iptables or nft, and packets at one of their hooks. */
import { Choices } from "../../src/explain/choices.js";
import { groundOf } from "../../src/explain/fib.js";
import { openMatches, wallsOf } from "../../src/explain/netfilter/stages.js";
import { Transit } from "../../src/explain/netfilter/transit.js";
import { Reader } from "../../src/explain/question.js";
import { Trail } from "../../src/explain/trail.js";
import type { Hook } from "../../src/model/netfilter.js";
import type { Node } from "../../src/model/node.js";
import { parseFirewall } from "../../src/state/firewall.js";
import { restoreText } from "../lab/path/ruleset.js";
import { aNode } from "./nodes.js";
import { packet } from "./walks.js";

/** A node with such rules and no others: `46 mangle -A OUTPUT -j ACCEPT`, `4 filter -P OUTPUT DROP`, as test/lab/path/ruleset.ts takes them. */
export function walled(rules: readonly string[], node: Node = aNode()): Node {
  const { value, diagnostics } = parseFirewall({ saved: { 4: restoreText(rules, 4), 6: restoreText(rules, 6) }, nft: null }, node.links);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ place, fact }) => `${place}: ${fact}`).join("\n"));
  return { ...node, firewall: value };
}

/** A node that forwards. */
export function aRouter(parts: Partial<Node> = {}): Node {
  const node = aNode(parts);
  const forwarding = node.links.map(({ name }): [string, string] => [`net.ipv4.conf.${name}.forwarding`, "1"]);
  return { ...node, sysctl: new Map([...forwarding, ["net.ipv6.conf.all.forwarding", "1"], ["net.ipv4.fwmark_reflect", "0"], ["net.ipv6.fwmark_reflect", "0"], ...(node.sysctl ?? [])]) };
}

/** A packet of such words on its way, at a hook. */
export function transit(words: string, node: Node = aNode(), hook: Hook = "output", choices = new Choices()): Transit {
  const asked = packet(words);
  const reader = new Reader(groundOf(node, openMatches(node.firewall)), asked.open, asked.family, choices);
  const made = new Transit(asked, wallsOf(node.firewall)[asked.family], new Trail(asked), reader, { src: asked.src, dst: asked.dst, mark: asked.mark });
  made.hook = hook;
  return made;
}
