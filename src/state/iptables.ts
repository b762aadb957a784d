/** iptables-save.txt and ip6tables-save.txt: of legacy iptables or of its nft form, with or without counters. */
import type { Family } from "../model/address.js";
import type { Base, Chain, Condition, Hook, Rule, Statement, Step, Table } from "../model/netfilter.js";
import { withSafeJumps } from "./chains.js";
import { type Devices, unknown } from "./condition.js";
import { type Context, matchConditions, protocolOf } from "./iptablesmatches.js";
import { targetStatement } from "./iptablestargets.js";
import { type Clause, clauses, type Clauses, type Word, words } from "./iptableswords.js";
import { eachLine, LINES_MAX } from "./lines.js";
import { type Parsed, Remarks, show } from "./remarks.js";
import { CHAIN_PARTS, PARTS_MAX, partsOf, Room, RULE_PARTS } from "./room.js";

/** What one save tells. */
export interface Saved {
  readonly tables: readonly Table[];
  /** false: something may be missing in the tables. */
  readonly complete: boolean;
  /** Some tables can be read by nft only, so nft.json must be there as well. */
  readonly needsNft: boolean;
}

/** The tables of one family. Rules that cannot be read stay as rules that may do anything. */
export function parseIptables(text: string, family: Family, devices: Devices, room = new Room()): Parsed<Saved> {
  const remarks = new Remarks(family === 4 ? "iptables-save.txt" : "ip6tables-save.txt");
  const save = new Save(family, devices, room, remarks);
  eachLine(text, remarks, (line, number) => {
    save.line(line.trim(), placeOf(remarks.file, number));
    if (number === LINES_MAX) save.complete = false;
  });
  return { value: save.finish(), diagnostics: remarks.list() };
}

/** Joined, because a sum of texts keeps all of them in memory. */
function placeOf(file: string, line: number): string {
  return [file, line].join(":");
}

type Places = Readonly<Record<string, Omit<Base, "policy">>>;

function at(hook: Hook, priority: number, type: Base["type"] = "filter"): Omit<Base, "policy"> {
  return { hook, type, priority };
}

/** Built-in chains with their hooks and priorities (enum nf_ip_hook_priorities). The mangle table asks for the route again in OUTPUT only (iptable_mangle.c). */
const TABLES: ReadonlyMap<string, Places> = new Map<string, Places>([
  ["raw", { PREROUTING: at("prerouting", -300), OUTPUT: at("output", -300) }],
  ["mangle", {
    PREROUTING: at("prerouting", -150), INPUT: at("input", -150), FORWARD: at("forward", -150), OUTPUT: at("output", -150, "route"), POSTROUTING: at("postrouting", -150),
  }],
  ["nat", { PREROUTING: at("prerouting", -100, "nat"), INPUT: at("input", 100, "nat"), OUTPUT: at("output", -100, "nat"), POSTROUTING: at("postrouting", 100, "nat") }],
  ["filter", { INPUT: at("input", 0), FORWARD: at("forward", 0), OUTPUT: at("output", 0) }],
  ["security", { INPUT: at("input", 50), FORWARD: at("forward", 50), OUTPUT: at("output", 50) }],
]);

/** Most chains of a big firewall have no rule or one: an array of their own comes with the second. */
interface DraftChain extends Omit<Chain, "rules"> {
  rules: Rule[];
}
const NO_RULES: Rule[] = [];

interface DraftTable {
  readonly name: string;
  readonly places: Places;
  readonly chains: Map<string, DraftChain>;
  readonly at: string;
}

const CHAIN = /^:(\S+) (\S+)(?: \[\d+:\d+\])?$/;
/** Counters stand before the rule; `-c` of older versions put them behind the chain. */
const COUNTERS = /^\[\d+:\d+\] /;
const MISSING = "what it says is missing, so every packet of its family may meet a rule that is not known";

class Save {
  complete = true;
  #needsNft = false;
  readonly #tables = new Map<string, Table>();
  #open: DraftTable | null = null;
  #saysFull = false;
  readonly #known = new Known();
  constructor(readonly family: Family, readonly devices: Devices, readonly room: Room, readonly remarks: Remarks) {}

  line(line: string, at: string): void {
    if (line === "") return;
    if (line.startsWith("#")) this.#comment(line, at);
    else if (line.startsWith("*")) this.#begin(line.slice(1), at);
    else if (line === "COMMIT") this.#commit(at);
    else if (this.#saysFull) return;
    else if (this.#open === null || !(line.startsWith(":") ? this.#chain(line, at) : this.#rule(line, at))) this.#unreadable(line, at);
  }

  finish(): Saved {
    if (this.#open !== null) {
      this.#lack(this.#open.at, `table ${this.#open.name} has no COMMIT, so the file was cut`);
      this.#close(this.#open);
    }
    return { tables: [...this.#tables.values()], complete: this.complete, needsNft: this.#needsNft };
  }

  /** Two of iptables-save's own comments say that it did not print everything. */
  #comment(line: string, at: string): void {
    if (/iptables-legacy tables present/.test(line)) this.#lack(at, "more tables are in the kernel, which only iptables-legacy-save prints");
    if (/ is incompatible, use 'nft' tool/.test(line)) this.#needsNft = true;
  }

  #lack(at: string, fact: string): void {
    this.complete = false;
    this.remarks.say("WP1405", at, fact, "every packet of this family may meet a rule that is not known");
  }

  #begin(name: string, at: string): void {
    if (this.#open !== null) {
      this.#lack(at, `table ${show(this.#open.name)} has no COMMIT`);
      this.#close(this.#open);
    }
    const places = TABLES.get(name);
    if (places === undefined) {
      this.complete = false;
      this.remarks.say("WP1401", at, `table ${show(name)} is not modelled`, "every packet of this family may meet its rules");
    }
    this.#open = { name, places: places ?? {}, chains: new Map(), at };
  }

  #commit(at: string): void {
    if (this.#open === null) this.#unreadable("COMMIT", at);
    else this.#close(this.#open);
  }

  #close(table: DraftTable): void {
    this.#open = null;
    if (this.#tables.has(table.name)) this.#lack(table.at, `table ${show(table.name)} stands twice; the first one was read`);
    else this.#tables.set(table.name, withSafeJumps({ backend: "iptables", family: this.family === 4 ? "ip" : "ip6", name: table.name, chains: table.chains, at: table.at }, this.remarks));
  }

  #chain(line: string, at: string): boolean {
    const [, name, policy] = CHAIN.exec(line) ?? [];
    const table = this.#open;
    if (table === null || name === undefined || table.chains.has(name)) return false;
    const place = Object.hasOwn(table.places, name) ? table.places[name] : undefined;
    if (policy !== "-" && policy !== "ACCEPT" && policy !== "DROP") return false;
    const base = place === undefined ? null : { ...place, policy: policy === "DROP" ? "drop" as const : "accept" as const };
    if (base === null && policy !== "-" && table.places["OUTPUT"] !== undefined) return false;
    if (this.#hasRoom(CHAIN_PARTS, at)) table.chains.set(name, { name, base, rules: NO_RULES, at });
    return true;
  }

  #rule(line: string, at: string): boolean {
    const table = this.#open;
    const text = line.startsWith("[") ? line.replace(COUNTERS, "") : line;
    const end = text.indexOf(" ", 3);
    const chain = text.startsWith("-A ") ? table?.chains.get(end < 0 ? text.slice(3) : text.slice(3, end)) : undefined;
    if (table === null || chain === undefined) return false;
    if (!this.#hasRoom(RULE_PARTS, at)) return true;
    const rule = this.#read(text, end < 0 ? text.length : end, table, at);
    if (chain.rules.length === 0) chain.rules = [rule];
    else chain.rules.push(rule);
    return true;
  }

  /** Takes room for something; without any it is not kept, and may have been anything. */
  #hasRoom(parts: number, at: string): boolean {
    const { isFull } = this.room;
    if (!isFull) this.room.take(parts);
    else if (!this.#saysFull) this.#lack(at, `comes behind ${PARTS_MAX} chains, rules, matches and values, more than are kept`);
    this.#saysFull ||= isFull;
    return !isFull;
  }

  #read(text: string, start: number, table: DraftTable, at: string): Rule {
    const list = text.length > RULE_CHARS_MAX ? null : words(text, start);
    const parts = list === null ? null : clauses(withoutCounters(list), text);
    if (parts === null) return this.#unknownRule(text, at);
    const steps: Step[] = this.#conditions(parts, at);
    if (parts.target !== null) steps.push(this.#statement(parts.target, table, at));
    // A copy has no room to grow.
    return { steps: steps.slice(), text, comment: commentOf(parts), at };
  }

  #unknownRule(text: string, at: string): Rule {
    const isLong = text.length > RULE_CHARS_MAX;
    this.remarks.say("WP1402", at, isLong ? `is longer than ${RULE_CHARS_MAX} characters` : `is no rule (${show(text)})`, "packets that reach it are judged both ways");
    const shown = isLong ? `${text.slice(0, TEXT_CHARS)}…` : text;
    return { steps: [unknown(shown), { kind: "unknown", text: shown }], text: shown, comment: null, at };
  }

  #conditions({ matches }: Clauses, at: string): Condition[] {
    const proto = protocolOf(matches);
    const context = { family: this.family, devices: this.devices, proto };
    const found: Condition[] = [];
    for (const clause of matches) {
      if (clause.module === "comment") continue;
      const conditions = this.#known.get(proto, clause.text) ?? this.#lower(clause, context, at);
      if (!this.#hasRoom(partsOf(conditions), at)) break;
      found.push(...conditions);
    }
    return found;
  }

  #lower(clause: Clause, context: Context, at: string): readonly Condition[] {
    const damaged = clause.text.includes(REPLACED);
    const { conditions, modelled } = damaged ? { conditions: [unknown(clause.text)], modelled: false } : matchConditions(clause, context);
    if (modelled) this.#known.set(context.proto, clause.text, conditions);
    else this.remarks.say("WP1401", at, `the match ${show(clause.text)} is not modelled`, "packets that reach it are judged both ways");
    return conditions;
  }

  #statement(target: NonNullable<Clauses["target"]>, table: DraftTable, at: string): Statement {
    const known = target.goto ? null : targetStatement(target, this.family);
    if (known !== null) return known;
    if (table.chains.has(target.module) && target.options.length === 0) return { kind: target.goto ? "goto" : "jump", chain: target.module };
    this.remarks.say("WP1401", at, `the target ${show(target.text)} is not modelled`, "what becomes of packets that reach it is not known");
    return { kind: "unknown", text: target.text };
  }

  #unreadable(line: string, at: string): void {
    this.complete = false;
    this.remarks.say("WP1402", at, `cannot be read (${show(line)})`, MISSING);
  }
}

/** iptables-restore reads lines of 10,240 characters. */
const RULE_CHARS_MAX = 65_536;
const TEXT_CHARS = 400;
const KNOWN_MAX = 8192;

/** Conditions by the protocol of their rule and the text of their clause: rules repeat each other. */
class Known {
  readonly #conditions = new Map<number | null, Map<string, readonly Condition[]>>();
  #size = 0;

  get(proto: number | null, text: string): readonly Condition[] | undefined {
    return this.#conditions.get(proto)?.get(text);
  }

  set(proto: number | null, text: string, conditions: readonly Condition[]): void {
    if (++this.#size > KNOWN_MAX) return;
    const those = this.#conditions.get(proto) ?? new Map<string, readonly Condition[]>();
    this.#conditions.set(proto, those.set(text, conditions));
  }
}

/** What stands for bytes that are no UTF-8: which device or chain was meant is not known. */
const REPLACED = "\ufffd";

/** `-c 12 3456` in the middle of a rule, as iptables-save printed counters before 1.4. */
function withoutCounters(list: readonly Word[]): readonly Word[] {
  const at = list.findIndex(({ text, quoted }) => text === "-c" && !quoted);
  const isPair = at >= 0 && [1, 2].every((i) => /^\d+$/.test(list[at + i]?.text ?? ""));
  return isPair ? [...list.slice(0, at), ...list.slice(at + 3)] : list;
}

function commentOf({ matches }: Clauses): string | null {
  if (!matches.some(isComment)) return null;
  return matches.filter(isComment).flatMap(({ options }) => options.flatMap(({ values }) => values)).join(" ");
}

function isComment({ module }: Clause): boolean {
  return module === "comment";
}
