/** nft.json: `nft -j list ruleset` (libnftables-json(5)). */
import { type Base, type Chain, CHAIN_TYPES, HOOKS, type Rule, type Step, type Table } from "../model/netfilter.js";
import { withSafeJumps } from "./chains.js";
import { type Devices, unknown } from "./condition.js";
import { type Elements, elementsOf } from "./nftelements.js";
import type { Scope } from "./nftmatches.js";
import { namedSet, Sets } from "./nftsets.js";
import { statementSteps } from "./nftstatements.js";
import { only, ruleText } from "./nfttext.js";
import { type Parsed, Remarks, show } from "./remarks.js";
import { CHAIN_PARTS, PARTS_MAX, partsOf, Room, RULE_PARTS, TABLE_PARTS } from "./room.js";
import { isObject, type JsonObject, own, ownText, texts } from "./values.js";

/** What the ruleset tells. */
export interface Ruleset {
  readonly tables: readonly Table[];
  /** false: something of IPv4 or IPv6 may be missing in the tables. */
  readonly complete: boolean;
  readonly others: readonly { readonly text: string; readonly at: string }[];
}

/** The tables of inet, ip and ip6, without those that `instead` says were read from iptables-save; null when the text is no ruleset. */
export function parseNft(text: string, devices: Devices, instead: Instead = () => false, room = new Room()): Parsed<Ruleset | null> {
  const remarks = new Remarks(FILE);
  const elements = elementsOf(text, remarks);
  const reader = new Reader(devices, instead, room, remarks);
  const isRead = elements !== null && eachElement(elements, reader);
  return { value: isRead ? reader.finish() : null, diagnostics: remarks.list() };
}

type Instead = (family: string, name: string) => boolean;

/** Chains and sets may be used before they are listed, and written to anywhere, so rules come in a second round. false: an element is not JSON. */
function eachElement(elements: Elements, reader: Reader): boolean {
  const rules: number[] = [];
  for (let i = 0; i < elements.count; i++) {
    const isRule = elements.begins(i, "rule");
    if (isRule) rules.push(i);
    if (isRule && !elements.mentions(i, WRITERS)) continue;
    const element = elements.at(i);
    if (element === undefined) return false;
    if (isRule) reader.writes(element);
    else reader.declare(element, `${FILE}#${i}`);
  }
  for (const i of rules) {
    const element = elements.at(i);
    if (element === undefined) return false;
    reader.rule(element, `${FILE}#${i}`);
  }
  return true;
}

/** Keys of statements that write to a set. */
const WRITERS = ['"set"', '"map"'];

const FILE = "nft.json";
const IP_FAMILIES = ["ip", "ip6", "inet"] as const;
type IpFamily = (typeof IP_FAMILIES)[number];

const DECLARATIONS = new Set(["table", "chain", "set", "map", "element"]);
/** Objects that rules only name: what they hold is counters, or no field of a packet. */
const OBJECTS = new Set(["metainfo", "counter", "quota", "limit", "ct helper", "ct timeout", "ct expectation", "secmark", "synproxy", "tunnel", "flowtable", "meter"]);

interface DraftTable {
  readonly family: IpFamily;
  readonly name: string;
  /** Its chains are not called. */
  readonly dormant: boolean;
  readonly chains: Map<string, Omit<Chain, "rules"> & { readonly rules: Rule[] }>;
  readonly sets: Sets;
  readonly at: string;
}

class Reader {
  #complete = true;
  #saysFull = false;
  readonly #tables = new Map<string, DraftTable>();
  readonly #others = new Map<string, { readonly text: string; readonly at: string }>();
  constructor(readonly devices: Devices, readonly instead: Instead, readonly room: Room, readonly remarks: Remarks) {}

  /** A table, a chain, a set, or what rules only name. */
  declare(element: unknown, at: string): void {
    const [kind, body] = only(element);
    if (kind === "rule") this.rule(element, at);
    else if (!isObject(body) || !(DECLARATIONS.has(kind) || OBJECTS.has(kind))) this.#lack("WP1402", at, `is no element of a ruleset (${show(kind === "" ? element : kind)})`);
    else if (DECLARATIONS.has(kind)) this.#place(kind, body, at);
  }

  rule(element: unknown, at: string): void {
    const [kind, body] = only(element);
    if (kind === "rule" && isObject(body)) this.#place(kind, body, at);
    else this.#lack("WP1402", at, `is no element of a ruleset (${show(element)})`);
  }

  #place(kind: string, body: JsonObject, at: string): void {
    const family = ownText(body, "family");
    const name = ownText(body, kind === "table" ? "name" : "table");
    if (family === null || name === null) this.#lack("WP1402", at, `a ${kind} without its family or table`);
    else if (this.instead(family, name)) return;
    else if (!isIp(family)) this.#other(`table ${family} ${name}`, `${FILE}#${name}`);
    else if (kind === "table") this.#table(family, name, body, `${FILE}#${name}`);
    else this.#member(kind, this.#tables.get(`${family} ${name}`), body, at);
  }

  /** Sets that a rule writes to hold more, or less, than was printed. */
  writes(element: unknown): void {
    const [kind, body] = only(element);
    const list = kind === "rule" && isObject(body) ? own(body, "expr") : undefined;
    if (!isObject(body) || !Array.isArray(list)) return;
    const table = this.#tables.get(`${String(own(body, "family"))} ${String(own(body, "table"))}`);
    for (const statement of list) {
      const [written, parts] = only(statement);
      const name = (written === "set" || written === "map") && isObject(parts) ? own(parts, written) : undefined;
      if (typeof name === "string") table?.sets.write(name.replace(/^@/, ""));
    }
  }

  finish(): Ruleset {
    const tables = [...this.#tables.values()].map(({ family, name, chains, at }) => withSafeJumps({ backend: "nft", family, name, chains, at }, this.remarks));
    return { tables, complete: this.#complete, others: [...this.#others.values()] };
  }

  #lack(code: "WP1402" | "WP1405", at: string, fact: string): void {
    this.#complete = false;
    this.remarks.say(code, at, fact, "every packet may meet a rule that is not known");
  }

  /** Takes room for something; without any it is not kept, and may have been anything. */
  #hasRoom(parts: number, at: string): boolean {
    const { isFull } = this.room;
    if (!isFull) this.room.take(parts);
    else if (!this.#saysFull) this.#lack("WP1405", at, `comes behind ${PARTS_MAX} chains, rules, matches and values, more than are kept`);
    this.#saysFull ||= isFull;
    return !isFull;
  }

  #other(text: string, at: string): void {
    if (this.#others.has(text) || !this.#hasRoom(CHAIN_PARTS, at)) return;
    this.#others.set(text, { text, at });
    this.remarks.say("WP1404", at, `${show(text)} works outside of the IP hooks`, "what it drops, changes or sends is not modelled");
  }

  #table(family: IpFamily, name: string, body: JsonObject, at: string): void {
    const key = `${family} ${name}`;
    if (this.#tables.has(key) || name.includes("\ufffd")) { this.#lack("WP1402", at, `table ${show(key)} stands twice, or has no readable name`); return; }
    if (!this.#hasRoom(TABLE_PARTS, at)) return;
    const flags = own(body, "flags");
    const dormant = flags === "dormant" || texts(flags).includes("dormant");
    this.#tables.set(key, { family, name, dormant, chains: new Map(), sets: new Sets(this.room), at });
  }

  #member(kind: string, table: DraftTable | undefined, body: JsonObject, at: string): void {
    if (table === undefined) { if (!this.#saysFull) this.#lack("WP1402", at, `a ${kind} of a table that is not listed`); }
    else if (kind === "chain") this.#chain(table, body, at);
    else if (kind === "rule") this.#rule(table, body, at);
    else if (kind === "element") this.#lack("WP1402", at, "an element apart from its set");
    else if (this.#hasRoom(CHAIN_PARTS, at)) table.sets.add(ownText(body, "name") ?? "", namedSet(body));
  }

  #chain(table: DraftTable, body: JsonObject, at: string): void {
    const name = ownText(body, "name");
    if (name === null || table.chains.has(name) || name.includes("\ufffd")) { this.#lack("WP1402", at, `a chain of ${table.name} stands twice, or has no readable name`); return; }
    const place = `${table.at}/${name}`;
    const hook = own(body, "hook");
    if (hook === "ingress" || hook === "egress") this.#other(`chain ${table.family} ${table.name} ${name}`, place);
    const base = hook === undefined || hook === "ingress" || hook === "egress" ? null : baseOf(body);
    if (base === undefined) this.#lack("WP1402", place, "is a base chain of an unknown type, hook or priority");
    if (this.#hasRoom(CHAIN_PARTS, at)) table.chains.set(name, { name, base: table.dormant ? null : (base ?? null), rules: [], at: place });
  }

  #rule(table: DraftTable, body: JsonObject, at: string): void {
    const chain = table.chains.get(ownText(body, "chain") ?? "");
    if (chain === undefined) { if (!this.#saysFull) this.#lack("WP1402", at, `a rule of a chain that ${table.name} does not have`); return; }
    const handle = own(body, "handle");
    const place = typeof handle === "number" ? `${chain.at}/${handle}` : at;
    const list = own(body, "expr");
    if (!this.#hasRoom(RULE_PARTS, place)) return;
    if (!Array.isArray(list) || list.length > STATEMENTS_MAX) {
      const fact = Array.isArray(list) ? `is a rule of ${list.length} statements, more than the kernel takes` : "is a rule without its expressions";
      this.remarks.say("WP1402", place, fact, "packets that reach it are judged both ways");
      chain.rules.push({ steps: [unknown(place), { kind: "unknown", text: place }], text: "", comment: null, at: place });
      return;
    }
    const steps = this.#steps(list, table, place);
    chain.rules.push({ steps, text: ruleText(list), comment: ownText(body, "comment"), at: place });
  }

  #steps(list: readonly unknown[], table: DraftTable, at: string): Step[] {
    const scope: Scope = {
      devices: this.devices, sets: table.sets,
      complain: (what, why = "is not modelled") => { this.remarks.say("WP1401", at, `${show(what)} ${why}`, "packets that reach it are judged both ways"); },
    };
    const found: Step[] = [];
    for (const statement of list) {
      const steps = statementSteps(statement, scope);
      if (!this.#hasRoom(partsOf(steps), at)) break;
      found.push(...steps);
    }
    return found.slice();
  }
}

/** NFT_RULE_MAXEXPRS; a statement is at least one expression of the kernel's. */
const STATEMENTS_MAX = 128;

function isIp(family: string): family is IpFamily {
  return IP_FAMILIES.some((each) => each === family);
}

/** undefined: a base chain that cannot be read. */
function baseOf(body: JsonObject): Base | undefined {
  const hook = HOOKS.find((each) => each === own(body, "hook"));
  const type = CHAIN_TYPES.find((each) => each === own(body, "type"));
  const priority = own(body, "prio");
  const policy = own(body, "policy") ?? "accept";
  if (hook === undefined || type === undefined || typeof priority !== "number" || (policy !== "accept" && policy !== "drop")) return undefined;
  return { hook, type, priority, policy };
}
