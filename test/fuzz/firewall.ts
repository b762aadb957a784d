/** Dumps of firewalls that nobody should trust: real ones, damaged in letters, lines, words and values. What a reader must never do is said here. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Firewall, Step } from "../../src/model/netfilter.js";
import { parseFirewall } from "../../src/state/firewall.js";
import { REMARKS_MAX } from "../../src/state/remarks.js";
import { link } from "../support/nodes.js";
import { random } from "../support/random.js";
import { ROOT } from "../support/tree.js";
import { mutate, type Pick } from "./mutate.js";

export type Dump = "iptables" | "nft";

/** Seconds a reading may take: dumps of the corpus are small, and the machine may have other work. */
const SECONDS_MAX = 5;
const LINKS = ["lo", "br-wan", "eth0", "eth1"].map((name) => link({ name }));

/** Real dumps of iptables-save, ip6tables-save and nft. */
export function dumps(): Readonly<Record<Dump, readonly string[]>> {
  const vectors = (end: string): string[] => readdirSync(join(ROOT, "test/vectors/firewall")).filter((name) => name.endsWith(end)).map((name) => join("test/vectors/firewall", name));
  const saves = readdirSync(join(ROOT, "examples")).flatMap((name) => ["iptables-save.txt", "ip6tables-save.txt"].map((file) => join("examples", name, "state", file)));
  const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
  return { iptables: [...vectors(".txt"), ...saves].map(read), nft: vectors(".json").map(read) };
}

/** Lines and words that no tool prints, or only the other one. */
const STRANGE = [
  "", "COMMIT", "*filter", "*filter*", ":OUTPUT DROP [0:0]", ":OUTPUT - [0:0]", "-A OUTPUT", "-A OUTPUT -j OUTPUT", "-A OUTPUT -g x", "\0", "\ufffd", '"', "\\", "!", "-m", "-j", "--", "{", "}", "[", "]", ",", ":", "null",
  '"@s"', '{"jump":{"target":"c"}}', "-1", "1e999", "0xffffffff", "4294967296", "0/0", "::/0", "255.255.255.255/33", "1-0", "__proto__", "constructor", "x".repeat(300), " ".repeat(300), "\ud800", "9".repeat(40),
];

/** Damage number `number` of this seed to one of the texts. */
export function damaged(texts: readonly string[], seed: number, number: number): string {
  const pick = random((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
  const draw = (): string => texts[pick(texts.length)] ?? "";
  let text = draw();
  for (let rounds = 1 + pick(4); rounds > 0; rounds--) text = (WAYS[pick(WAYS.length)] ?? WAYS[0])(text, pick, draw);
  return text;
}

type Way = (text: string, pick: Pick, draw: () => string) => string;

const WAYS: readonly [Way, ...Way[]] = [
  (text, pick, draw) => new TextDecoder().decode(mutate(Buffer.from(text), pick, Buffer.from(draw()))),
  (text, pick) => replaced(text, /\n|,/g, pick, (sign) => `${sign}${STRANGE[pick(STRANGE.length)] ?? ""}${sign}`),
  (text, pick) => replaced(text, /[\w.:/@-]+/g, pick, () => STRANGE[pick(STRANGE.length)] ?? ""),
  (text, pick) => replaced(text, /\d+/g, pick, (digits) => `${digits}${pick(10)}`),
  (text, pick, draw) => { const words = draw().match(/[\w.:/@-]+/g) ?? []; return replaced(text, /[\w.:/@-]+/g, pick, () => words[pick(words.length)] ?? ""); },
  // Lines of another dump in the middle of this one, and lines in another order.
  (text, pick, draw) => { const [lines, others] = [text.split("\n"), draw().split("\n")]; const at = pick(others.length); return [...lines.slice(0, pick(lines.length)), ...others.slice(at, at + 1 + pick(20)), ...lines.slice(pick(lines.length))].join("\n"); },
];

/** The text with one of the places that fit the pattern replaced. */
function replaced(text: string, pattern: RegExp, pick: Pick, by: (found: string) => string): string {
  const start = pick(text.length + 1);
  const found = new RegExp(pattern.source, "g");
  found.lastIndex = start;
  const hit = found.exec(text);
  return hit === null ? text : text.slice(0, hit.index) + by(hit[0]) + text.slice(hit.index + hit[0].length);
}

/** Reads a dump as a node's; throws on whatever a reader must never do. Returns what was said. */
export function judge(kind: Dump, text: string): readonly string[] {
  const begun = performance.now();
  const family = text.includes("ip6tables-save") ? 6 : 4;
  const { value, diagnostics } = parseFirewall({ saved: { 4: null, 6: null, ...(kind === "iptables" ? { [family]: text } : {}) }, nft: kind === "nft" ? text : null }, LINKS);
  const seconds = (performance.now() - begun) / 1000;
  expect(seconds < SECONDS_MAX, `took ${seconds.toFixed(1)} s`);
  expect(diagnostics.every(({ code, place, fact, consequence }) => /^WP\d{4}$/.test(code) && place !== "" && fact !== "" && consequence !== ""), "a message lacks a part");
  expect(diagnostics.length <= REMARKS_MAX + 1, `${diagnostics.length} messages`);
  expect(diagnostics.every(({ fact }) => fact.length < 1000), "a message is too long");
  // A family that lost something says so.
  expect(diagnostics.length > 0 || value.complete[family], "is incomplete without a word");
  for (const step of stepsOf(value)) expect(isSafe(step, value), `has a jump to nowhere: ${JSON.stringify(step).slice(0, 200)}`);
  return diagnostics.map(({ code }) => code);
}

function stepsOf({ tables }: Firewall): Step[] {
  return tables.flatMap(({ chains }) => [...chains.values()]).flatMap(({ rules }) => rules.flatMap(({ steps }) => steps));
}

function isSafe(step: Step, { tables }: Firewall): boolean {
  return (step.kind !== "jump" && step.kind !== "goto") || tables.some(({ chains }) => chains.has(step.chain));
}

function expect(holds: boolean, fact: string): void {
  if (!holds) throw new Error(fact);
}
