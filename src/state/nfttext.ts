/** nft's JSON in nft's own words, for people: `tcp dport { 22, 80 } accept`. */
import { isObject, own } from "./values.js";

/** More elements of a set help nobody. */
const ELEMENTS_SHOWN = 8;
const CHARS_MAX = 400;

/** An expression or a value. */
export function expressionText(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return listText(value, ",");
  const [kind, body] = only(value);
  const write = EXPRESSIONS.get(kind);
  return write === undefined ? short(value === undefined ? "" : JSON.stringify(value)) : write(body);
}

/** A statement; empty for counters, which change with every packet. */
export function statementText(value: unknown): string {
  const [kind, body] = only(value);
  if (kind === "counter") return "";
  const write = STATEMENTS.get(kind);
  if (write !== undefined) return short(write(body));
  return body === null || body === undefined ? kind : short(`${kind} ${isObject(body) ? JSON.stringify(body) : expressionText(body)}`);
}

/** The whole rule. */
export function ruleText(statements: readonly unknown[]): string {
  return short(statements.map(statementText).filter((text) => text !== "").join(" "));
}

type Write = (body: unknown) => string;

const EXPRESSIONS: ReadonlyMap<string, Write> = new Map(Object.entries<Write>({
  meta: (body) => metaText(String(field(body, "key"))),
  ct: (body) => ["ct", ...present(body, "dir"), ...present(body, "key")].join(" "),
  payload: (body) => (field(body, "base") === undefined ? `${expressionText(field(body, "protocol"))} ${expressionText(field(body, "field"))}` : `@${["base", "offset", "len"].map((key) => expressionText(field(body, key))).join(",")}`),
  prefix: (body) => `${expressionText(field(body, "addr"))}/${expressionText(field(body, "len"))}`,
  range: (body) => listText(body, "-"),
  concat: (body) => listText(body, " . "),
  set: (body) => (Array.isArray(body) ? `{ ${listText(body.map((each) => (Array.isArray(each) ? pairText(each) : expressionText(each))), ", ")} }` : expressionText(body)),
  elem: (body) => expressionText(field(body, "val")),
  map: (body) => `${expressionText(field(body, "key"))} map ${expressionText(field(body, "data"))}`,
  fib: (body) => `fib ${listText(field(body, "flags"), " . ")} ${expressionText(field(body, "result"))}`,
  "&": (body) => listText(body, " & "),
  "|": (body) => listText(body, " | "),
  "^": (body) => listText(body, " ^ "),
  accept: () => "accept", drop: () => "drop", continue: () => "continue", return: () => "return",
  jump: (body) => `jump ${expressionText(field(body, "target"))}`,
  goto: (body) => `goto ${expressionText(field(body, "target"))}`,
}));

const STATEMENTS: ReadonlyMap<string, Write> = new Map(Object.entries<Write>({
  match: (body) => {
    const op = field(body, "op");
    return [field(body, "left"), ...(op === "==" || op === "in" ? [] : [op]), field(body, "right")].map(expressionText).join(" ");
  },
  vmap: (body) => `${expressionText(field(body, "key"))} vmap ${expressionText(field(body, "data"))}`,
  mangle: (body) => `${expressionText(field(body, "key"))} set ${expressionText(field(body, "value"))}`,
  jump: (body) => `jump ${expressionText(field(body, "target"))}`,
  goto: (body) => `goto ${expressionText(field(body, "target"))}`,
  limit: (body) => (isObject(body) ? `limit rate ${field(body, "inv") === true ? "over " : ""}${expressionText(field(body, "rate"))}/${expressionText(field(body, "per"))}` : `limit name ${expressionText(body)}`),
  log: (body) => ["log", ...["prefix", "group"].flatMap((key) => (field(body, key) === undefined ? [] : [key, JSON.stringify(field(body, key))]))].join(" "),
  reject: (body) => ["reject", ...present(body, "type").flatMap((type) => ["with", type]), ...present(body, "expr")].join(" "),
  dnat: (body) => natText("dnat", body), snat: (body) => natText("snat", body), redirect: (body) => natText("redirect", body), masquerade: (body) => natText("masquerade", body),
}));

function natText(kind: string, body: unknown): string {
  const parts = [["addr", " to "], ["port", " port "]] as const;
  return kind + parts.map(([key, before]) => (field(body, key) === undefined ? "" : before + expressionText(field(body, key)))).join("");
}

/** Keys that nft prints without `meta`. */
const BARE = new Set(["iif", "oif", "iifname", "oifname"]);

function metaText(key: string): string {
  return BARE.has(key) ? key : `meta ${key}`;
}

function listText(body: unknown, between: string): string {
  if (!Array.isArray(body)) return expressionText(body);
  const shown = body.slice(0, ELEMENTS_SHOWN).map(expressionText).join(between);
  return body.length > ELEMENTS_SHOWN ? `${shown}${between}…` : shown;
}

function pairText(pair: readonly unknown[]): string {
  return `${expressionText(pair[0])} : ${expressionText(pair[1])}`;
}

/** The text under a key, if there is one. */
function present(body: unknown, key: string): string[] {
  const value = field(body, key);
  return value === undefined ? [] : [expressionText(value)];
}

function field(body: unknown, key: string): unknown {
  return isObject(body) ? own(body, key) : undefined;
}

const NOTHING = ["", undefined] as const;

/** The only key of an object with its value. */
export function only(value: unknown): readonly [string, unknown] {
  if (!isObject(value)) return NOTHING;
  const [key, another] = Object.keys(value);
  return key === undefined || another !== undefined ? NOTHING : [key, value[key]];
}

function short(text: string): string {
  return text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}…` : text;
}
