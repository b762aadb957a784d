/** rule4.json and rule6.json: `ip -j -d rule show`, in the order in which the kernel tries the rules. */
import type { Family } from "../model/address.js";
import type { FibRule, Link, RuleAction } from "../model/node.js";
import type { Match } from "../model/packet.js";
import { deviceNumbers, tableNumber } from "./fields.js";
import { eachObject, type JsonObject, own, ownText, requiredArray, unsigned } from "./values.js";
import { type Parsed, Remarks, show, word } from "./remarks.js";
import { rulePrefix, SELECTORS } from "./selectors.js";

const BOTH_WAYS = "packets it may take are judged both ways";

/** The rules of one family. Throws InputError WP1003 when the text is not a JSON list. */
export function parseRules(text: string, family: Family, links: readonly Link[]): Parsed<readonly FibRule[]> {
  const remarks = new Remarks(`rule${family}.json`);
  const devices = deviceNumbers(links);
  const rules: FibRule[] = [];
  eachObject(requiredArray(text, remarks.file), remarks, (row, at) => {
    rules.push(readRule({ row, at, family, devices, remarks, unknown: [] }, rules.at(-1)?.priority ?? 0));
  }, (text, at) => {
    rules.push({ ...readRule({ row: {}, at, family, devices, remarks, unknown: [text] }, rules.at(-1)?.priority ?? 0), text: `?: ${text}` });
  });
  return { value: rules, diagnostics: remarks.list() };
}

/** One element while it is read. What is put into `unknown` makes the rule a "maybe". */
interface Draft {
  readonly row: JsonObject;
  readonly at: string;
  readonly family: Family;
  readonly devices: ReadonlyMap<string, number>;
  readonly remarks: Remarks;
  readonly unknown: string[];
}

/** `previous` is the priority of the rule before: where the dump puts a rule is known even when its own priority is not. */
function readRule(draft: Draft, previous: number): FibRule {
  const { row, at, family } = draft;
  const priority = unsigned(own(row, "priority"));
  if (priority === null) unreadable(draft, `priority ${show(own(row, "priority"))}`);
  const { matches, words } = readSelectors(draft);
  const action = readAction(draft);
  const suppress = readSuppress(draft);
  const others = readOthers(draft);
  const invert = Object.hasOwn(row, "not");
  return {
    family,
    priority: priority ?? previous,
    matches,
    from: rulePrefix(row, "src", family) ?? null,
    to: rulePrefix(row, "dst", family) ?? null,
    iif: ownText(row, "iif"),
    oif: ownText(row, "oif"),
    invert,
    action: action.value,
    ...suppress.value,
    unknown: draft.unknown,
    text: [`${priority ?? "?"}:`, ...(invert ? ["not"] : []), ...words, ...others, action.words, ...suppress.words].join(" "),
    at,
  };
}

function readSelectors(draft: Draft): { matches: Match[]; words: string[] } {
  const { row, at, family, devices, remarks } = draft;
  const matches: Match[] = [];
  const words = SELECTORS[0]?.keys.some((key) => Object.hasOwn(row, key)) === true ? [] : ["from all"];
  for (const selector of SELECTORS) {
    const present = selector.keys.filter((key) => Object.hasOwn(row, key));
    if (present.length === 0) continue;
    const reading = selector.read(row, family, devices);
    if (reading === null) {
      const said = present.map((key) => `${key} ${show(own(row, key))}`).join(" ");
      words.push(said);
      unreadable(draft, said);
    } else {
      matches.push(...reading.matches);
      words.push(reading.words);
    }
  }
  for (const key of ["iif", "oif"] as const) {
    const name = ownText(row, key);
    // A rule outlives its device; iproute2 then says so itself.
    if (name === null || devices.has(name) || Object.hasOwn(row, `${key}_detached`)) continue;
    remarks.say("WP1103", at, `names the device ${show(name)}, which link.json does not know`, "it takes no packet; collect all files at one time");
  }
  return { matches, words };
}

const ACTIONS = new Map<string, RuleAction>([
  ["unreachable", { kind: "unreachable" }],
  ["prohibit", { kind: "prohibit" }],
  ["blackhole", { kind: "blackhole" }],
  // OpenWrt's kernels know one more action; iproute2 has no name for it.
  ["12", { kind: "failedPolicy" }],
  ["failed_policy", { kind: "failedPolicy" }],
]);

function readAction(draft: Draft): { readonly value: RuleAction; readonly words: string } {
  const { row } = draft;
  if (Object.hasOwn(row, "goto")) return readGoto(draft);
  if (Object.hasOwn(row, "nop")) return { value: { kind: "nop" }, words: "nop" };
  const action = own(row, "action");
  if (action !== undefined) {
    const known = ACTIONS.get(String(unsigned(action) ?? ownText(row, "action")));
    return known === undefined ? unknownAction(draft, `action ${show(action)}`) : { value: known, words: word(action) };
  }
  if (Object.hasOwn(row, "l3mdev")) return { value: { kind: "unknown", text: "lookup [l3mdev-table]" }, words: "lookup [l3mdev-table]" };
  const table = own(row, "table");
  if (table === undefined) return unknownAction(draft, "no action");
  const number = tableNumber(table);
  if (number === null) return unknownAction(draft, `lookup ${show(table)}`);
  return { value: { kind: "table", table: number }, words: `lookup ${word(table)}` };
}

function readGoto(draft: Draft): { readonly value: RuleAction; readonly words: string } {
  const value = own(draft.row, "goto");
  // `goto none`: the kernel gave no target at all.
  const target = value === "none" ? 0 : unsigned(value);
  if (target === null) return unknownAction(draft, `goto ${show(value)}`);
  const resolved = value !== "none" && !Object.hasOwn(draft.row, "unresolved");
  return { value: { kind: "goto", target, resolved }, words: `goto ${word(value)}${resolved ? "" : " [unresolved]"}` };
}

function unknownAction(draft: Draft, words: string): { readonly value: RuleAction; readonly words: string } {
  draft.remarks.say("WP1101", draft.at, `what the rule does is not modelled (${words})`, BOTH_WAYS);
  return { value: { kind: "unknown", text: words }, words };
}

function readSuppress(draft: Draft): { value: Pick<FibRule, "suppressPrefixLength" | "suppressGroup">; words: string[] } {
  const { row } = draft;
  const length = own(row, "suppress_prefixlen");
  const group = own(row, "suppress_ifgroup");
  const bits = length === undefined ? null : unsigned(length, 128);
  // -1 is the kernel's word for "nothing is suppressed".
  if (length !== undefined && length !== -1 && bits === null) unreadable(draft, `suppress_prefixlength ${show(length)}`);
  const name = typeof group === "number" ? String(group) : ownText(row, "suppress_ifgroup");
  if (group !== undefined && name === null) unreadable(draft, `suppress_ifgroup ${show(group)}`);
  return {
    value: { suppressPrefixLength: bits, suppressGroup: name },
    words: [...(bits === null ? [] : [`suppress_prefixlength ${bits}`]), ...(name === null ? [] : [`suppress_ifgroup ${word(name)}`])],
  };
}

/** Keys that are read, or that say nothing about which packets a rule takes: who installed it, and routing realms. */
const KEYS = new Set([
  "priority", "protocol", "flow_from", "flow_to", "realms", "not", "table", "action", "goto", "unresolved", "nop", "suppress_prefixlen", "suppress_ifgroup",
  ...SELECTORS.flatMap((selector) => selector.keys),
]);

/** Selectors that are not modelled (l3mdev, tun_id, what later kernels add). `ip rule` prints l3mdev as the action. */
function readOthers(draft: Draft): string[] {
  const keys = Object.keys(draft.row).filter((key) => !KEYS.has(key));
  const words = keys.map((key) => (own(draft.row, key) === null ? word(key) : `${word(key)} ${word(own(draft.row, key))}`));
  for (const said of words) {
    draft.unknown.push(said);
    draft.remarks.say("WP1101", draft.at, `the selector ${said} is not modelled`, BOTH_WAYS);
  }
  return words.slice(0, OTHERS_SHOWN).filter((said) => said !== "l3mdev");
}

/** No kernel has as many; a longer line helps nobody. */
const OTHERS_SHOWN = 16;

function unreadable(draft: Draft, words: string): void {
  draft.unknown.push(words);
  draft.remarks.say("WP1102", draft.at, `${words} cannot be read`, BOTH_WAYS);
}
