/** nft's statements, as steps of a rule. A new one is one entry of STATEMENTS. */
import { maskWords, networkWords, parseAddress, type Family, type Words } from "../model/address.js";
import type { AddressRange, PortRange, SetMark, Statement, Step, Verdict } from "../model/netfilter.js";
import { equals, type HookField } from "../model/packet.js";
import { condition, row, TRACKED, unknown } from "./condition.js";
import { and, constant, CT_MARK, MARK, type MarkForm, or, setMark, xor } from "./marks.js";
import { OF_FAMILY } from "./nftkeys.js";
import { mapEntries, matchConditions, type Scope } from "./nftmatches.js";
import { only, statementText } from "./nfttext.js";
import { dscpNumber, icmpCode, icmpxCode, TCP } from "./protocols.js";
import { isObject, own, texts, unsigned } from "./values.js";

/** The steps of one statement. What is not modelled stays as steps that may do anything. */
export function statementSteps(statement: unknown, scope: Scope): readonly Step[] {
  const [kind, body] = only(statement);
  const read = STATEMENTS.get(kind);
  const text = statementText(statement);
  const steps = read?.({ kind, body, text, whole: statement, scope }) ?? null;
  if (steps !== null) return steps;
  scope.complain(`the statement ${text === "" ? "without a name" : text}`);
  // An expression that is not known may leave the rule, too.
  return [unknown(text), { kind: "unknown", text }];
}

interface Read {
  readonly kind: string;
  readonly body: unknown;
  readonly text: string;
  readonly whole: unknown;
  readonly scope: Scope;
}

type Reader = (read: Read) => readonly Step[] | null;

const none: Reader = ({ text }) => [{ kind: "none", text }];
const maybe: Reader = ({ text }) => [unknown(text)];

const STATEMENTS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["match", ({ whole, scope }) => matchConditions(whole, scope)],
  ...["accept", "drop", "return", "continue", "jump", "goto"].map((kind) => [kind, verdict] as const),
  ["vmap", readVerdictMap], ["reject", readReject], ["mangle", readMangle],
  ["queue", ({ body }) => [{ kind: "queue", bypass: flagsOf(body).includes("bypass") }]],
  ["dnat", readNat], ["snat", readNat], ["masquerade", readNat], ["redirect", readNat],
  ["notrack", () => [{ kind: "notrack" }]], ["flow", () => [{ kind: "offload" }]],
  ["ct helper", ({ body, text }) => [{ kind: "helper", name: typeof body === "string" ? body : text }]],
  ["ct expectation", ({ body, text }) => [{ kind: "helper", name: typeof body === "string" ? body : text }]],
  ["counter", () => []], ["last", () => []], ["log", none], ["ct timeout", none], ["secmark", none],
  // Rates, budgets, and sets that may be full.
  ["limit", maybe], ["quota", maybe], ["ct count", maybe], ["connlimit", maybe], ["set", maybe], ["map", maybe], ["meter", maybe],
]);

function verdict({ kind, body }: Read): readonly Step[] | null {
  const read = verdictOf(kind, body);
  return read === null ? null : [read];
}

function verdictOf(kind: string, body: unknown): Verdict | null {
  switch (kind) {
    case "accept": case "drop": case "return": case "continue": return { kind };
    case "jump": case "goto": {
      const chain = isObject(body) ? own(body, "target") : undefined;
      return typeof chain === "string" ? { kind, chain } : null;
    }
    default: return null;
  }
}

function readVerdictMap({ body, text, scope }: Read): readonly Step[] | null {
  const map = mapEntries(body, scope);
  const entries = map?.entries.map(({ rows, value }) => ({ rows, then: verdictOf(...only(value)) }));
  if (map === null || entries === undefined) return null;
  const whole = entries.flatMap(({ rows, then }) => (then === null ? [] : [{ rows, then }]));
  return whole.length < entries.length ? null : [...map.key.guards, { kind: "choice", entries: whole, text }];
}

const PORT_UNREACHABLE = { 4: 3, 6: 4 } as const;

/** nft puts this match before every reset, and may leave it out where it prints the rule. */
const IS_TCP = condition("meta l4proto tcp", [row(equals<HookField>("proto", TCP))]);

/** `icmp` and `icmpv6` of an inet table imply their family. */
function readReject({ body }: Read): readonly Step[] | null {
  if (!isObject(body)) return [{ kind: "reject", reset: false, code: PORT_UNREACHABLE }];
  const [type, value] = [own(body, "type"), own(body, "expr")];
  if (type === "tcp reset") return [IS_TCP, { kind: "reject", reset: true, code: { 4: 0, 6: 0 } }];
  if (type === "icmpx") {
    const both = icmpxCode(value ?? "port-unreachable");
    return both === null ? null : [{ kind: "reject", reset: false, code: both }];
  }
  const family = type === "icmp" ? 4 : type === "icmpv6" ? 6 : null;
  const code = family === null ? null : icmpCode(family, value ?? "port-unreachable");
  return family === null || code === null ? null : [OF_FAMILY[family], { kind: "reject", reset: false, code: { 4: code, 6: code } }];
}

/** `meta mark set`, `ct mark set`, `ip dscp set`, and settings that no route depends on. */
function readMangle(read: Read): readonly Step[] | null {
  const { body } = read;
  const [kind, target] = only(isObject(body) ? own(body, "key") : undefined);
  const value = isObject(body) ? own(body, "value") : undefined;
  const name = isObject(target) ? own(target, "key") : undefined;
  if (kind === "meta" && name === "mark") return readMark("mark", value, read);
  if (kind === "ct" && name === "mark") return readMark("ctMark", value, read);
  if (kind === "payload" && isObject(target)) return readField(`${String(own(target, "protocol"))} ${String(own(target, "field"))}`, value);
  const harmless = kind === "tcp option" || (kind === "meta" && QUIET_META.has(String(name))) || (kind === "ct" && QUIET_CT.has(String(name)));
  return harmless ? none(read) : null;
}

const QUIET_META = new Set(["priority", "nftrace", "pkttype", "secmark"]);
const QUIET_CT = new Set(["event", "label", "secmark"]);

/** Reading the entry's mark leaves the rule where there is no entry. */
const HAS_ENTRY = condition("ct mark", [row(TRACKED)]);

function readMark(target: SetMark["target"], value: unknown, { scope, text }: Read): readonly Step[] | null {
  const form = markForm(value);
  if (form !== null) return [...(form.ctMarkBits === 0 ? [] : [HAS_ENTRY]), setMark(target, form)];
  const [kind, body] = only(value);
  const map = kind === "map" ? mapEntries(body, scope) : null;
  if (map === null) return null;
  const entries = map.entries.flatMap(({ rows, value: mark }) => {
    const number = unsigned(mark);
    return number === null ? [] : [{ rows, then: setMark(target, constant(number)) }];
  });
  return entries.length < map.entries.length ? null : [...map.key.guards, { kind: "choice", entries, text }];
}

/** Bits that depend on something. */
function reach({ markBits, ctMarkBits, value }: MarkForm): number {
  return markBits | ctMarkBits | value;
}

/** What is computed with marks and constants; null when it is more than that. */
function markForm(value: unknown): MarkForm | null {
  const number = unsigned(value);
  if (number !== null) return constant(number);
  const [kind, body] = only(value);
  if (kind === "meta" || kind === "ct") return isObject(body) && own(body, "key") === "mark" ? (kind === "meta" ? MARK : CT_MARK) : null;
  if ((kind !== "&" && kind !== "|" && kind !== "^") || !Array.isArray(body)) return null;
  const parts: readonly unknown[] = body;
  const forms = parts.map(markForm);
  return forms.reduce((all, form) => (all === null || form === null ? null : combine(kind, all, form)));
}

function combine(kind: "&" | "|" | "^", a: MarkForm, b: MarkForm): MarkForm | null {
  if (kind === "^") return xor(a, b);
  const [form, bits] = isConstant(b) ? [a, b.value] : isConstant(a) ? [b, a.value] : [null, 0];
  if (form !== null) return kind === "&" ? and(form, bits) : or(form, bits);
  return kind === "|" && (reach(a) & reach(b)) === 0 ? xor(a, b) : null;
}

function isConstant({ markBits, ctMarkBits }: MarkForm): boolean {
  return markBits === 0 && ctMarkBits === 0;
}

function readField(name: string, value: unknown): readonly Step[] | null {
  const family = name.startsWith("ip6 ") ? 6 : 4;
  const isClass = name === "ip dscp" || name === "ip6 dscp";
  if (!isClass && name !== "ip ttl" && name !== "ip6 hoplimit") return null;
  const number = isClass ? dscpNumber(value) : unsigned(value, 255);
  if (number === null) return null;
  const step: Statement = isClass ? { kind: "field", field: "tos", mask: 0xfc, value: number << 2 } : { kind: "field", field: "hopLimit", mask: 0xff, value: number };
  return [OF_FAMILY[family], step];
}

function flagsOf(body: unknown): readonly string[] {
  const flags = isObject(body) ? own(body, "flags") : undefined;
  return typeof flags === "string" ? [flags] : texts(flags);
}

/** A translation of another family does nothing to a packet, and stands at the end of its rule (nft_nat_inet_eval()). */
function readNat(read: Read): readonly Step[] | null {
  const { kind, body, text, scope } = read;
  const row = isObject(body) ? body : {};
  if (own(row, "type_flags") !== undefined || flagsOf(body).includes("netmap")) return null;
  const family = own(row, "family") === "ip" ? 4 : own(row, "family") === "ip6" ? 6 : null;
  const before = family === null ? [] : [OF_FAMILY[family]];
  const [address, port] = [own(row, "addr"), own(row, "port")];
  const [addressKind, addressMap] = only(address);
  const [portKind, portMap] = only(port);
  if (addressKind !== "map" && portKind !== "map") {
    const step = nat(kind, address, port, flagsOf(body));
    return step === null ? null : [...before, step];
  }
  if (addressKind === "map" && port !== undefined) return null;
  const map = mapEntries(addressKind === "map" ? addressMap : portMap, scope);
  if (map === null) return null;
  const entries = map.entries.flatMap(({ rows, value }) => {
    const then = addressKind === "map" ? nat(kind, ...addressAndPort(value), flagsOf(body)) : nat(kind, address, value, flagsOf(body));
    return then === null ? [] : [{ rows, then }];
  });
  return entries.length < map.entries.length ? null : [...before, ...map.key.guards, { kind: "choice", entries, text }];
}

/** `addr . port` of a map's value. */
function addressAndPort(value: unknown): readonly [unknown, unknown] {
  const [kind, body] = only(value);
  const parts: readonly unknown[] = kind === "concat" && Array.isArray(body) ? body : [value];
  return [parts[0], parts[1]];
}

function nat(kind: string, address: unknown, port: unknown, flags: readonly string[]): Statement | null {
  const to = address === undefined ? null : addressRange(address);
  const ports = port === undefined ? null : portRange(port);
  if ((to === null && address !== undefined) || (ports === null && port !== undefined)) return null;
  switch (kind) {
    case "dnat": case "snat": return { kind, to, ports, flags };
    case "masquerade": case "redirect": return to === null ? { kind, ports, flags } : null;
    default: return null;
  }
}

function addressRange(value: unknown): AddressRange | null {
  const [kind, body] = only(value);
  if (kind === "prefix" && isObject(body)) return prefixRange(own(body, "addr"), own(body, "len"));
  const ends: readonly unknown[] = kind === "range" && Array.isArray(body) ? body : [value, value];
  const [first = null, last = null] = ends.map((end) => (typeof end === "string" ? parseAddress(end) : null));
  return first === null || last?.family !== first.family ? null : { first, last };
}

function prefixRange(text: unknown, length: unknown): AddressRange | null {
  const address = typeof text === "string" ? parseAddress(text) : null;
  const bits = unsigned(length, address?.family === 4 ? 32 : 128);
  if (address === null || bits === null) return null;
  const { family } = address;
  return { first: { family, words: networkWords({ address, length: bits }) }, last: { family, words: lastWords(address.words, bits, family) } };
}

function lastWords(words: Words, length: number, family: Family): Words {
  const mask = maskWords(length);
  const fill = (i: 0 | 1 | 2 | 3): number => (family === 4 && i > 0 ? 0 : (words[i] | ~mask[i]) >>> 0);
  return [fill(0), fill(1), fill(2), fill(3)];
}

function portRange(value: unknown): PortRange | null {
  const [kind, body] = only(value);
  const ends: readonly unknown[] = kind === "range" && Array.isArray(body) ? body : [value, value];
  const [first = null, last = null] = ends.map((end) => unsigned(end, 0xffff));
  return first === null || last === null || first > last ? null : { first, last };
}
