/** Questions to the readable walk, and what it answered, in few words. */
import { Choices } from "../../src/explain/choices.js";
import type { OpenField } from "../../src/explain/classes.js";
import { explainer } from "../../src/explain/explain.js";
import { groundOf } from "../../src/explain/fib.js";
import { isStrict, lookupOutput, type Output } from "../../src/explain/output.js";
import { type Packet, packetOfWords } from "../../src/explain/packet.js";
import { type Question, Reader } from "../../src/explain/question.js";
import { SILENT } from "../../src/explain/trail.js";
import { formatAddress } from "../../src/model/address.js";
import type { FibRule, Node, Route } from "../../src/model/node.js";
import type { Case, Walk } from "../../src/model/walk.js";
import { POLICIES } from "../../src/policy/policies.js";
import { address, aNode } from "./nodes.js";

export interface Asked extends Partial<Record<OpenField, number>> {
  readonly dst: string;
  readonly src?: string;
  readonly mark?: number;
  readonly oif?: string;
  readonly iif?: string;
}

/** A lookup as RTM_GETROUTE makes it: not a socket, every field known. */
export function question({ dst, src, mark = 0, oif, iif = "lo" }: Asked, strict?: boolean): Question {
  const [to, from] = [address(dst), src === undefined ? null : address(src)];
  return { family: to.family, dst: to, src: from, mark, iif, oif: oif ?? null, strict: strict ?? isStrict(to, oif ?? null, from, false), owned: true };
}

export function reader(node: Node, asked: Asked, choices = new Choices()): Reader {
  const { uid = 0, proto = 0, sport = 0, dport = 0, tos = 0 } = asked;
  const open = new Map<OpenField, number>([["uid", uid], ["proto", proto], ["sport", sport], ["dport", dport], ["tos", tos]]);
  return new Reader(groundOf(node), open, address(asked.dst).family, choices);
}

/** One output lookup. */
export function lookup(node: Node, asked: Asked): Output {
  return lookupOutput(question(asked), reader(node, asked), SILENT);
}

/** `br-wan via fe80::1 table 1`, or an error's name. */
export function wayOf(output: Output): string {
  if (output.kind === "unknown") return "unknown";
  if (output.kind === "error") return output.error;
  return `${output.dev}${output.via === null ? "" : ` via ${formatAddress(output.via)}`} table ${output.table}`;
}

export function way(node: Node, asked: Asked): string {
  return wayOf(lookup(node, asked));
}

/** The node of aNode() with other routes, and other rules where given. */
export function routed(routes: readonly Route[], rules?: readonly FibRule[], parts: Partial<Node> = {}): Node {
  const node = aNode(parts);
  const family = routes[0]?.family ?? 6;
  return { ...node, routes: { ...node.routes, [family]: routes }, rules: rules === undefined ? node.rules : { ...node.rules, [family]: rules } };
}

/** A packet by the words of the command line. */
export function packet(words: string): Packet {
  const asked = packetOfWords(words.split(" "));
  if ("error" in asked) throw new Error(asked.error.fact);
  return asked.packet;
}

/** The walk of such a packet under Gluon's policy. */
export function walk(node: Node, words: string): Walk {
  return explainer(node, POLICIES.gluon.build(node, {})).explain(packet(words));
}

/** `egress br-wan from 2001:db8::1 leak`, `rejected EINVAL`. */
export function fateOf({ disposition, egress, error, verdict }: Walk | Case): string {
  return [disposition, ...(egress === null ? [] : [egress.dev, ...(egress.src === null ? [] : [`from ${egress.src}`])]), error, verdict].filter((word) => word !== undefined && word !== null).join(" ");
}

export function fate(node: Node, words: string): string {
  return fateOf(walk(node, words));
}

/** `uid 0: egress br-wan`, one for each case. */
export function casesOf(told: Walk): string[] {
  return (told.cases ?? []).map((one) => `${Object.entries(one.when).map(([name, value]) => `${name} ${value}`).join(", ")}: ${fateOf(one)}`);
}
