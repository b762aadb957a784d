/** A ruleset of iptables and the same in nft's words: loaded, dumped, translated, loaded, dumped. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { FAMILIES, type Family } from "../../../src/model/address.js";
import { build, destroy, inside } from "../oracle/space.js";
import { run, SCRATCH } from "../sandbox.js";
import { mistranslation } from "./mistranslated.js";
import type { Texts } from "./rulesets.js";

export interface Translation {
  /** As iptables-save prints it, without the rules that were left out. */
  readonly saved: Texts;
  /** What nft was told. */
  readonly lines: readonly string[];
  /** `nft -j list ruleset`. */
  readonly nft: string;
  readonly rules: number;
  readonly leftOut: readonly LeftOut[];
}

/** A rule that stands on neither side, and why. */
export interface LeftOut {
  readonly rule: string;
  readonly why: string;
}

const SPACE = "translate";
/** The translator does not read from a pipe of this process. */
const PAPER = `${SCRATCH}/translate`;

/** `wrongOf`: what a translation says wrong; null: nothing. */
export function translate(texts: Texts, wrongOf: typeof mistranslation = mistranslation): Translation {
  const leftOut: LeftOut[] = [];
  const halves = FAMILIES.filter((family) => texts[family] !== "").map((family) => new Half(family, texts[family]));
  for (const half of halves) leftOut.push(...half.withoutForeign(wrongOf));
  for (let refused = true; refused;) {
    build(SPACE, []);
    const lines = halves.flatMap(({ nft }) => nft);
    writeFileSync(PAPER, lines.join("\n"));
    const told = spawnSync("nsenter", [`--net=/run/netns/${SPACE}`, "nft", "-f", PAPER], { encoding: "utf8" });
    refused = told.status !== 0;
    const numbers = new Set([...told.stderr.matchAll(/^\S+:(\d+):[\d-]+: Error: /gm)].map(([, number]) => Number(number)));
    if (refused && numbers.size === 0) throw new Error(`nft refuses all: ${told.stderr}`);
    const wrong = new Set([...numbers].map((number) => lines[number - 1] ?? ""));
    for (const half of halves) leftOut.push(...half.without(wrong));
  }
  const nft = inside(SPACE, "nft", ["-j", "list", "ruleset"]);
  destroy(SPACE);
  if (nft.includes('"xt"')) throw new Error("nft has kept something of iptables");
  const saved = (family: Family): string => halves.find((half) => half.family === family)?.saved ?? "";
  return { saved: { 4: saved(4), 6: saved(6) }, lines: halves.flatMap((half) => half.nft), nft, rules: halves.reduce((sum, half) => sum + half.rules, 0), leftOut };
}

/** One family: lines of iptables-save, and for each rule among them its line of nft. */
class Half {
  #pairs: readonly Pair[];
  constructor(readonly family: Family, text: string) {
    const dump = dumped(family, text);
    writeFileSync(PAPER, dump);
    const said = run(`${tool(family)}-restore-translate`, ["-f", PAPER]).split("\n").filter((line) => line !== "" && !/^# (Translated|Completed)/.test(line));
    this.#pairs = paired(dump.trimEnd().split("\n"), said);
  }

  get saved(): string {
    return this.#pairs.flatMap(({ iptables }) => (iptables === null ? [] : [`${iptables}\n`])).join("");
  }

  get nft(): readonly string[] {
    return this.#pairs.flatMap(({ nft }) => (nft === null ? [] : [nft]));
  }

  get rules(): number {
    return this.#pairs.filter(isRule).length;
  }

  /** Rules that the translator does not know how to say, and those that it says wrong. */
  withoutForeign(wrongOf: typeof mistranslation): readonly LeftOut[] {
    return this.#leaveOut(({ iptables, nft }) => {
      if (nft?.startsWith("#") === true) return `the translator cannot say ${nameOf(iptables)}`;
      const wrong = wrongOf(iptables, nft ?? "");
      return wrong === null ? null : `the translator says something else: ${wrong}`;
    });
  }

  without(lines: ReadonlySet<string>): readonly LeftOut[] {
    return this.#leaveOut(({ iptables, nft }) => (nft !== null && lines.has(nft) ? `nft refuses ${nameOf(iptables)}` : null));
  }

  #leaveOut(why: (pair: RulePair) => string | null): readonly LeftOut[] {
    const leftOut = this.#pairs.filter(isRule).flatMap((pair): (LeftOut & { readonly pair: Pair })[] => {
      const reason = why(pair);
      return reason === null ? [] : [{ pair, rule: `${this.family} ${pair.iptables}`, why: reason }];
    });
    const gone = new Set(leftOut.map(({ pair }) => pair));
    this.#pairs = this.#pairs.filter((pair) => !gone.has(pair));
    return leftOut.map(({ rule, why: reason }) => ({ rule, why: reason }));
  }
}

/** null: a line that the other side has no counterpart of. */
interface Pair {
  readonly iptables: string | null;
  readonly nft: string | null;
}

interface RulePair extends Pair {
  readonly iptables: string;
}

function isRule(pair: Pair): pair is RulePair {
  return pair.iptables?.startsWith("-A ") === true;
}

function tool(family: Family): string {
  return family === 4 ? "iptables" : "ip6tables";
}

/** What the kernel made of a text. Counters and comments of iptables-save are left out. */
function dumped(family: Family, text: string): string {
  build(SPACE, []);
  inside(SPACE, `${tool(family)}-legacy-restore`, [], speakable(text));
  const dump = inside(SPACE, `${tool(family)}-legacy-save`, []);
  destroy(SPACE);
  return dump.replaceAll(/^#.*\n/gm, "").replaceAll(/ \[\d+:\d+\]$/gm, " [0:0]");
}

/** nft has no chain of this name, fw3 has. Chains may be called anything without a packet noticing. */
function speakable(text: string): string {
  return text.replaceAll(/^(:|(?:\[\d+:\d+\] )?-A )reject\b/gm, "$1rejected").replaceAll(/ -([jg]) reject$/gm, " -$1 rejected");
}

/** Both list rules in the same order; the translator says one line for each. */
function paired(dump: readonly string[], said: readonly string[]): Pair[] {
  const translated = said.filter((line) => line.startsWith("add rule ") || line.startsWith("# -t "));
  const rules = dump.filter((line) => line.startsWith("-A "));
  const other = said.filter((line) => !translated.includes(line) && !/^add (table|chain) /.test(line));
  if (rules.length !== translated.length || other.length > 0) throw new Error(`${rules.length} rules, ${translated.length} translations: ${other.join("; ")}`);
  let next = 0;
  return [
    ...said.filter((line) => !translated.includes(line)).map((nft): Pair => ({ iptables: null, nft })),
    ...dump.map((iptables): Pair => ({ iptables, nft: iptables.startsWith("-A ") ? (translated[next++] ?? null) : null })),
  ];
}

/** Why a rule is not said, as far as its words show; else its matches and target. */
const SUSPECTS: readonly (readonly [RegExp, string])[] = [
  [/--icmpv?6?-type \d+\/\d+/, "an ICMP type with a code"], [/--socket-exists/, "--socket-exists"], [/--tcp-flags \w+ \w+ /, "a mask of one TCP flag"],
];

function nameOf(rule: string): string {
  const suspect = SUSPECTS.find(([words]) => words.test(rule))?.[1];
  return suspect ?? rule.replace(/^-A \S+ /, "");
}
