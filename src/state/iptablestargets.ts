/** Targets of iptables, as statements. A new target is one entry of TARGETS. */
import { type Family, parseAddress } from "../model/address.js";
import type { AddressRange, PortRange, Statement } from "../model/netfilter.js";
import { addressRange, masked, number, only, range, Unreadable } from "./iptablesvalues.js";
import type { Clause, Option } from "./iptableswords.js";
import { and, constant, CT_MARK, MARK, type MarkForm, or, setMark, xor } from "./marks.js";
import { dscpNumber, rejectCode } from "./protocols.js";

/** What a target does; null when there is no such target, or its options cannot be read. */
export function targetStatement(clause: Clause, family: Family): Statement | null {
  const read = TARGETS.get(clause.module ?? "");
  try {
    return read?.(clause, family) ?? null;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

type Read = (clause: Clause, family: Family) => Statement;

function verdict(kind: "accept" | "drop" | "return"): Read {
  const statement = { kind } as const;
  return ({ options }) => (options.length > 0 ? unreadable() : statement);
}

function unreadable(): never {
  throw new Unreadable();
}

function none({ text }: Clause): Statement {
  return { kind: "none", text };
}

function readReject({ options: [option, ...more] }: Clause, family: Family): Statement {
  const fallback = family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable";
  if (more.length > 0 || (option !== undefined && option.name !== "--reject-with")) unreadable();
  const name = option === undefined ? fallback : only(option);
  if (name === "tcp-reset" || name === "tcp-rst") return { kind: "reject", reset: true, code: { 4: 0, 6: 0 } };
  const code = rejectCode(name) ?? unreadable();
  return { kind: "reject", reset: false, code: { 4: code, 6: code } };
}

/** `--set-mark v/m` clears the bits of `m` and of `v`; `--set-xmark v/m` those of `m` only, and turns those of `v` round (libxt_MARK.c). */
const FORMS = new Map<string, (own: MarkForm, text: string) => MarkForm>([
  ["--set-xmark", (own, text) => { const { value, mask } = masked(text); return xor(and(own, ~mask >>> 0), constant(value)); }],
  ["--set-mark", (own, text) => { const { value, mask } = masked(text); return xor(and(own, ~(mask | value) >>> 0), constant(value)); }],
  ["--and-mark", (own, text) => and(own, number(text))],
  ["--or-mark", (own, text) => or(own, number(text))],
  ["--xor-mark", (own, text) => xor(own, constant(number(text)))],
]);

function readMark({ options: [option, ...more] }: Clause): Statement {
  const form = option === undefined ? undefined : FORMS.get(option.name);
  if (option === undefined || form === undefined || more.length > 0) return unreadable();
  return setMark("mark", form(MARK, only(option)));
}

/** connmark_tg(): `save` copies the packet's mark to the entry, `restore` the other way, under one mask each. */
function readConnmark(clause: Clause): Statement {
  const { options } = clause;
  const [option, ...more] = options;
  const form = option === undefined ? undefined : FORMS.get(option.name);
  if (option !== undefined && form !== undefined) return more.length > 0 ? unreadable() : setMark("ctMark", form(CT_MARK, only(option)));
  const known = new Set(["--save-mark", "--restore-mark", "--nfmask", "--ctmask", "--mask"]);
  if (options.some(({ name, not }) => not || !known.has(name))) unreadable();
  const mask = (name: string): number => {
    const found = options.find((each) => each.name === name || each.name === "--mask");
    return found === undefined ? 0xffffffff : number(only(found));
  };
  const [nf, ct] = [mask("--nfmask"), mask("--ctmask")];
  if (options.some(({ name }) => name === "--save-mark")) return setMark("ctMark", xor(and(CT_MARK, ~ct >>> 0), and(MARK, nf)));
  if (options.some(({ name }) => name === "--restore-mark")) return setMark("mark", xor(and(MARK, ~nf >>> 0), and(CT_MARK, ct)));
  return unreadable();
}

/** Options of the translations that only say how a port is picked. */
const NAT_FLAGS = new Set(["--random", "--random-fully", "--persistent"]);

function flagsOf(options: readonly Option[], name: string): { readonly value: string | null; readonly flags: string[] } {
  const rest = options.filter((option) => !NAT_FLAGS.has(option.name));
  const [option, ...more] = rest;
  if (more.length > 0 || (option !== undefined && option.name !== name)) unreadable();
  return { value: option === undefined ? null : only(option), flags: options.filter((each) => NAT_FLAGS.has(each.name)).map((each) => each.name.slice(2)) };
}

function readNat(kind: "dnat" | "snat"): Read {
  return ({ options }, family) => {
    const { value, flags } = flagsOf(options, kind === "dnat" ? "--to-destination" : "--to-source");
    return value === null ? unreadable() : { kind, ...natRange(value, family), flags };
  };
}

/** `10.0.0.1`, `10.0.0.1-10.0.0.9:5-9`, `:54`, `[::1]:54`, `[::1-::5]:7-9`, `::1-::5`. */
function natRange(text: string, family: Family): { readonly to: AddressRange | null; readonly ports: PortRange | null } {
  const bracket = /^\[([^\]]*)\](?::(.+))?$/.exec(text);
  if (family === 6 && bracket !== null) return { to: addressRange(bracket[1] ?? "", 6), ports: portRange(bracket[2]) };
  if (family === 6) return text.startsWith(":") && parseAddress(text.split("-")[0] ?? "") === null ? { to: null, ports: portRange(text.slice(1)) } : { to: addressRange(text, 6), ports: null };
  const colon = text.indexOf(":");
  if (colon < 0) return { to: addressRange(text, 4), ports: null };
  return { to: colon === 0 ? null : addressRange(text.slice(0, colon), 4), ports: portRange(text.slice(colon + 1)) };
}

/** A port range with its base (`1-5/3`) is not modelled: it throws. */
function portRange(text: string | undefined): PortRange | null {
  return text === undefined ? null : range(text, "-", 0xffff);
}

function readPorts(kind: "masquerade" | "redirect"): Read {
  return ({ options }) => {
    const { value, flags } = flagsOf(options, "--to-ports");
    return { kind, ports: portRange(value ?? undefined), flags };
  };
}

/** Zones and timeouts change what conntrack takes for the same flow: not modelled. */
function readCt(clause: Clause): Statement {
  const [option, ...more] = clause.options;
  if (option === undefined || more.length > 0) return unreadable();
  switch (option.name) {
    case "--notrack": return { kind: "notrack" };
    case "--helper": return { kind: "helper", name: only(option) };
    case "--ctevents": case "--expevents": return none(clause);
    default: return unreadable();
  }
}

function readTos({ options: [option, ...more] }: Clause): Statement {
  if (option === undefined || more.length > 0) return unreadable();
  switch (option.name) {
    case "--set-tos": {
      const { value, mask } = option.values[0]?.includes("/") === true ? masked(only(option)) : { value: number(only(option), 255), mask: 0xff };
      return { kind: "field", field: "tos", mask: mask & 0xff, value: value & 0xff };
    }
    case "--and-tos": return { kind: "field", field: "tos", mask: ~number(only(option), 255) & 0xff, value: 0 };
    case "--or-tos": return { kind: "field", field: "tos", mask: number(only(option), 255), value: number(only(option), 255) };
    case "--xor-tos": return { kind: "field", field: "tos", mask: 0, value: number(only(option), 255) };
    case "--set-dscp": return { kind: "field", field: "tos", mask: 0xfc, value: number(only(option), 63) << 2 };
    case "--set-dscp-class": return { kind: "field", field: "tos", mask: 0xfc, value: (dscpNumber(only(option)) ?? unreadable()) << 2 };
    case "--ttl-set": case "--hl-set": return { kind: "field", field: "hopLimit", mask: 0xff, value: number(only(option), 255) };
    default: return unreadable();
  }
}

const TARGETS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["ACCEPT", verdict("accept")], ["DROP", verdict("drop")], ["RETURN", verdict("return")], ["REJECT", readReject],
  ["QUEUE", () => ({ kind: "queue", bypass: false })],
  ["NFQUEUE", ({ options }) => ({ kind: "queue", bypass: options.some(({ name }) => name === "--queue-bypass") })],
  ["MARK", readMark], ["CONNMARK", readConnmark],
  ["DNAT", readNat("dnat")], ["SNAT", readNat("snat")], ["MASQUERADE", readPorts("masquerade")], ["REDIRECT", readPorts("redirect")],
  ["CT", readCt], ["NOTRACK", () => ({ kind: "notrack" })], ["FLOWOFFLOAD", () => ({ kind: "offload" })],
  ["TOS", readTos], ["DSCP", readTos], ["TTL", readTos], ["HL", readTos],
  ...["LOG", "NFLOG", "ULOG", "TCPMSS", "SET", "CLASSIFY", "TRACE", "AUDIT", "CHECKSUM", "LED", "IDLETIMER", "RATEEST", "CONNSECMARK", "SECMARK", "TCPOPTSTRIP", "ECN"].map((name) => [name, none] as const),
]);
