/** nft.json: `nft -j list ruleset` (libnftables-json(5)). */
import { type Base, type Chain, CHAIN_TYPES, HOOKS, type Rule, type Table } from "../model/netfilter.js";
import { withSafeJumps } from "./chains.js";
import { type Devices, STEPS_MAX, unknown } from "./condition.js";
import type { Scope } from "./nftmatches.js";
import { namedSet, Sets } from "./nftsets.js";
import { statementSteps } from "./nftstatements.js";
import { only, ruleText } from "./nfttext.js";
import { type Parsed, Remarks, show } from "./remarks.js";
import { ELEMENTS_MAX, isObject, type JsonObject, optionalObject, own, ownText, texts } from "./values.js";

/** What the ruleset tells. */
export interface Ruleset {
  readonly tables: readonly Table[];
  /** false: something of IPv4 or IPv6 may be missing in the tables. */
  readonly complete: boolean;
  readonly others: readonly { readonly text: string; readonly at: string }[];
}

/** The tables of inet, ip and ip6, without those that `instead` says were read from iptables-save; null when the text is no ruleset. */
export function parseNft(text: string, devices: Devices, instead: (family: string, name: string) => boolean = () => false): Parsed<Ruleset | null> {
  const remarks = new Remarks(FILE);
  const list = own(optionalObject(text, remarks) ?? {}, "nftables");
  if (Array.isArray(list) && list.length <= ELEMENTS_MAX) {
    const reader = new Reader(devices, instead, remarks);
    const elements: readonly unknown[] = list;
    elements.forEach((element, i) => { reader.element(element, `${FILE}#${i}`, DECLARATIONS); });
    elements.forEach((element) => { reader.writes(element); });
    elements.forEach((element, i) => { reader.element(element, `${FILE}#${i}`, RULES); });
    return { value: reader.finish(), diagnostics: remarks.list() };
  }
  if (Array.isArray(list)) remarks.say("WP1405", FILE, `has ${list.length} elements, more than any ruleset`, "nothing of it was read");
  else if (remarks.list().length === 0) remarks.say("WP1005", FILE, `has no list "nftables"`, "it is treated as missing");
  return { value: null, diagnostics: remarks.list() };
}

const FILE = "nft.json";
const IP_FAMILIES = ["ip", "ip6", "inet"] as const;
type IpFamily = (typeof IP_FAMILIES)[number];

/** Chains and sets may be used before they are listed, so rules come in a second round. */
const DECLARATIONS = new Set(["table", "chain", "set", "map", "element"]);
const RULES = new Set(["rule"]);
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
  #steps = 0;
  readonly #tables = new Map<string, DraftTable>();
  readonly #others = new Map<string, { readonly text: string; readonly at: string }>();
  constructor(readonly devices: Devices, readonly instead: (family: string, name: string) => boolean, readonly remarks: Remarks) {}

  element(element: unknown, at: string, wanted: ReadonlySet<string>): void {
    const [kind, body] = only(element);
    const isKnown = isObject(body) && (DECLARATIONS.has(kind) || RULES.has(kind) || OBJECTS.has(kind));
    if (!isKnown && wanted === DECLARATIONS) this.#lack("WP1402", at, `is no element of a ruleset (${show(kind === "" ? element : kind)})`);
    if (!isKnown) return;
    if (!wanted.has(kind)) return;
    const family = ownText(body, "family");
    const name = ownText(body, kind === "table" ? "name" : "table");
    if (family === null || name === null) { this.#lack("WP1402", at, `a ${kind} without its family or table`); return; }
    if (this.instead(family, name)) return;
    if (!isIp(family)) this.#other(`table ${family} ${name}`, `${FILE}#${name}`);
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

  #other(text: string, at: string): void {
    if (this.#others.has(text)) return;
    this.#others.set(text, { text, at });
    this.remarks.say("WP1404", at, `${show(text)} works outside of the IP hooks`, "what it drops, changes or sends is not modelled");
  }

  #table(family: IpFamily, name: string, body: JsonObject, at: string): void {
    const key = `${family} ${name}`;
    if (this.#tables.has(key) || name.includes("\ufffd")) { this.#lack("WP1402", at, `table ${show(key)} stands twice, or has no readable name`); return; }
    const flags = own(body, "flags");
    const dormant = flags === "dormant" || texts(flags).includes("dormant");
    this.#tables.set(key, { family, name, dormant, chains: new Map(), sets: new Sets(), at });
  }

  #member(kind: string, table: DraftTable | undefined, body: JsonObject, at: string): void {
    if (table === undefined) this.#lack("WP1402", at, `a ${kind} of a table that is not listed`);
    else if (kind === "chain") this.#chain(table, body, at);
    else if (kind === "rule") this.#rule(table, body, at);
    else if (kind === "element") this.#lack("WP1402", at, "an element apart from its set");
    else table.sets.add(ownText(body, "name") ?? "", namedSet(body));
  }

  #chain(table: DraftTable, body: JsonObject, at: string): void {
    const name = ownText(body, "name");
    if (name === null || table.chains.has(name) || name.includes("\ufffd")) { this.#lack("WP1402", at, `a chain of ${table.name} stands twice, or has no readable name`); return; }
    const place = `${table.at}/${name}`;
    const hook = own(body, "hook");
    if (hook === "ingress" || hook === "egress") this.#other(`chain ${table.family} ${table.name} ${name}`, place);
    const base = hook === undefined || hook === "ingress" || hook === "egress" ? null : baseOf(body);
    if (base === undefined) this.#lack("WP1402", place, "is a base chain of an unknown type, hook or priority");
    table.chains.set(name, { name, base: table.dormant ? null : (base ?? null), rules: [], at: place });
  }

  #rule(table: DraftTable, body: JsonObject, at: string): void {
    const chain = table.chains.get(ownText(body, "chain") ?? "");
    if (chain === undefined) { this.#lack("WP1402", at, `a rule of a chain that ${table.name} does not have`); return; }
    const handle = own(body, "handle");
    const place = typeof handle === "number" ? `${chain.at}/${handle}` : at;
    const list = own(body, "expr");
    if (!Array.isArray(list) || this.#steps > STEPS_MAX) {
      const why = Array.isArray(list) ? `comes behind ${STEPS_MAX} expressions, more than are kept` : "is a rule without its expressions";
      this.remarks.say("WP1402", place, why, "packets that reach it are judged both ways");
      chain.rules.push({ steps: [unknown(place), { kind: "unknown", text: place }], text: "", comment: null, at: place });
      return;
    }
    const statements: readonly unknown[] = list;
    const scope: Scope = {
      devices: this.devices, sets: table.sets,
      complain: (what) => { this.remarks.say("WP1401", place, `${show(what)} is not modelled`, "packets that reach it are judged both ways"); },
    };
    const steps = statements.flatMap((statement) => statementSteps(statement, scope));
    this.#steps += steps.length;
    chain.rules.push({ steps, text: ruleText(statements), comment: ownText(body, "comment"), at: place });
  }
}

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
