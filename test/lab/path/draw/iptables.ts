/** Rulesets in the words of iptables, for both of its backends. */
import { FAMILIES, type Family } from "../../../../src/model/address.js";
import type { Draft } from "../../oracle/draft.js";
import { OWN, PEERS } from "../world.js";
import { DPORTS, GIDS, MARKS, SPORTS, UIDS } from "./packets.js";

type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";
type Table = "raw" | "mangle" | "nat" | "filter";

/** Where rules may stand; the more often, the more rules. */
const PLACES: readonly (readonly [Table, Hook])[] = [
  ["raw", "PREROUTING"], ["raw", "OUTPUT"], ["raw", "OUTPUT"],
  ["mangle", "PREROUTING"], ["mangle", "PREROUTING"], ["mangle", "INPUT"], ["mangle", "FORWARD"], ["mangle", "OUTPUT"], ["mangle", "OUTPUT"], ["mangle", "OUTPUT"], ["mangle", "POSTROUTING"],
  ["nat", "PREROUTING"], ["nat", "PREROUTING"], ["nat", "INPUT"], ["nat", "OUTPUT"], ["nat", "OUTPUT"], ["nat", "POSTROUTING"], ["nat", "POSTROUTING"],
  ["filter", "INPUT"], ["filter", "INPUT"], ["filter", "FORWARD"], ["filter", "FORWARD"], ["filter", "OUTPUT"], ["filter", "OUTPUT"],
];

/** A chain of the user's own, and a hook whose matches it may use. */
const CHAINS: readonly (readonly [Table, Hook, string])[] = [["mangle", "OUTPUT", "own1"], ["filter", "FORWARD", "own2"], ["filter", "OUTPUT", "own3"], ["nat", "POSTROUTING", "own4"], ["mangle", "PREROUTING", "own5"]];

/** Lines for ruleset.ts, both families apart. */
export function drawIptables(draft: Draft): readonly string[] {
  return FAMILIES.flatMap((family) => (draft.once(12) ? [] : drawFamily(draft, family)));
}

function drawFamily(draft: Draft, family: Family): string[] {
  const chains = CHAINS.filter(() => draft.once(2));
  const lines = chains.map(([table, , name]) => `${family} ${table} -N ${name}`);
  for (const [table, hook, name] of chains) for (let i = 1 + draft.below(3); i > 0; i--) lines.push(rule(draft, family, table, hook, name, null));
  for (let i = 2 + draft.below(12); i > 0; i--) {
    const [table, hook] = draft.pick(PLACES);
    const mine = chains.filter((chain) => chain[0] === table && chain[1] === hook);
    lines.push(rule(draft, family, table, hook, hook, mine.length > 0 && draft.once(2) ? draft.pick(mine)[2] : null));
  }
  if (draft.once(8)) lines.push(`${family} filter -P ${draft.pick(["INPUT", "FORWARD", "OUTPUT"])} DROP`);
  return lines;
}

function rule(draft: Draft, family: Family, table: Table, hook: Hook, chain: string, jump: string | null): string {
  const protocol = draft.once(2) ? draft.pick(family === 4 ? ["udp", "tcp", "icmp"] : ["udp", "tcp", "icmpv6"]) : null;
  const [aim, needs] = jump === null ? target(draft, family, table, hook, protocol) : [draft.once(3) ? `-g ${jump}` : `-j ${jump}`, protocol];
  const words = [...(needs === null ? [] : [`-p ${needs}`]), ...(needs === null ? [] : protocolMatches(draft, needs))];
  // No option may stand twice.
  const kinds = [...matches(draft, family, hook)];
  for (let i = draft.below(3); i > 0; i--) words.push(...kinds.splice(draft.below(kinds.length), 1).map((kind) => kind()));
  return `${family} ${table} -A ${chain} ${[...words, aim].join(" ")}`;
}

/** `! ` once in four times. */
function not(draft: Draft): string {
  return draft.once(4) ? "! " : "";
}

function protocolMatches(draft: Draft, protocol: string): string[] {
  if (protocol === "icmp") return draft.once(2) ? [`--icmp-type ${draft.pick(["echo-request", "echo-reply", "destination-unreachable", "3/3"])}`] : [];
  if (protocol === "icmpv6") return draft.once(2) ? [`--icmpv6-type ${draft.pick(["echo-request", "echo-reply", "destination-unreachable", "1/4"])}`] : [];
  const ports = [() => `${not(draft)}--dport ${draft.pick(DPORTS)}`, () => `--dport 50:${draft.pick([60, 100, 500])}`, () => `${not(draft)}--sport ${draft.pick(SPORTS)}`, () => `-m multiport ${not(draft)}--dports ${draft.pick(DPORTS)},${draft.pick(DPORTS)},1000:2000`];
  const flags = [() => "--syn", () => "! --syn", () => `--tcp-flags ${draft.pick(["RST RST", "SYN,ACK SYN,ACK", "ACK ACK", "FIN,SYN,RST,ACK SYN"])}`];
  return draft.once(3) ? [] : [draft.pick(protocol === "tcp" ? [...ports, ...flags] : ports)()];
}

function matches(draft: Draft, family: Family, hook: Hook): readonly (() => string)[] {
  const [peers, own] = [PEERS[family], OWN[family]];
  const net = family === 4 ? ["192.0.2.0/24", "10.0.0.0/8", "127.0.0.0/8"] : ["2001:db8:77:10::/64", "2001:db8:f00d::/48", "fe80::/10"];
  const address = (): string => draft.pick([peers.far, peers.farther, peers.client, own.wan0, own.mesh0, own.lo, ...net]);
  const local = hook === "OUTPUT" || hook === "POSTROUTING";
  const incoming = hook === "PREROUTING" || hook === "INPUT" || hook === "FORWARD";
  const device = (): string => draft.pick(["wan0", "mesh0", "client0", "lo", "wan+", "mesh+"]);
  return [
    () => `${not(draft)}-s ${address()}`, () => `${not(draft)}-d ${address()}`, () => `-m mark ${not(draft)}--mark ${markWord(draft)}`, () => `-m connmark ${not(draft)}--mark ${markWord(draft)}`,
    () => `-m conntrack ${not(draft)}--ctstate ${draft.pick(["NEW", "INVALID", "UNTRACKED", "RELATED,ESTABLISHED", "NEW,RELATED", "DNAT", "SNAT"])}`,
    () => `-m addrtype ${not(draft)}--${draft.pick(["src", "dst"])}-type ${draft.pick(["LOCAL", "UNICAST", "LOCAL,UNICAST"])}`,
    ...(incoming ? [(): string => `${not(draft)}-i ${device()}`] : []), ...(hook === "FORWARD" || local ? [(): string => `${not(draft)}-o ${device()}`] : []),
    ...(local ? [(): string => `-m owner ${not(draft)}--uid-owner ${draft.pick([...UIDS, "100-1000"])}`, (): string => `-m owner ${not(draft)}--gid-owner ${draft.pick(GIDS)}`, (): string => `-m owner ${not(draft)}--socket-exists`] : []),
  ];
}

function markWord(draft: Draft): string {
  return `0x${draft.pick([0, ...MARKS]).toString(16)}${draft.once(2) ? `/0x${draft.pick([1, 2, 3, 0x11, 0x100]).toString(16)}` : ""}`;
}

/** What a rule does, and the protocol it cannot do without. */
function target(draft: Draft, family: Family, table: Table, hook: Hook, protocol: string | null): [string, string | null] {
  if (draft.once(table === "filter" ? 3 : 6)) return [`-j ${draft.pick(["ACCEPT", "ACCEPT", "RETURN"])}`, protocol];
  if (table === "nat") return nat(draft, family, hook, protocol);
  if (table === "raw" && draft.once(2)) return ["-j CT --notrack", protocol];
  if (table === "filter") return draft.once(3) ? ["-j DROP", protocol] : reject(draft, family, protocol);
  if (draft.once(10)) return ["-j DROP", protocol];
  if (table === "mangle" && draft.once(3)) return [`-j CONNMARK ${draft.pick(["--save-mark", "--restore-mark", "--restore-mark", "--save-mark --nfmask 0x1 --ctmask 0x1", "--restore-mark --nfmask 0x3 --ctmask 0x3", "--set-xmark 0x1/0x1", "--set-xmark 0x2/0xffffffff"])}`, protocol];
  const mark = `0x${draft.pick([...MARKS, 0, 1, 1]).toString(16)}`;
  return [`-j MARK ${draft.pick([`--set-xmark ${mark}/${mark}`, `--set-xmark ${mark}/${mark}`, `--set-mark ${mark}`, `--set-mark ${mark}/0x3`, `--or-mark ${mark}`, `--and-mark 0xfffffffe`, `--xor-mark ${mark}`])}`, protocol];
}

function reject(draft: Draft, family: Family, protocol: string | null): [string, string | null] {
  if (protocol === "tcp" && draft.once(2)) return ["-j REJECT --reject-with tcp-reset", protocol];
  const kinds = family === 4 ? ["icmp-port-unreachable", "icmp-net-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited"] : ["icmp6-port-unreachable", "icmp6-no-route", "icmp6-adm-prohibited", "icmp6-addr-unreachable"];
  return [`-j REJECT --reject-with ${draft.pick(kinds)}`, protocol];
}

function nat(draft: Draft, family: Family, hook: Hook, protocol: string | null): [string, string | null] {
  const withPort = draft.once(2);
  const needs = withPort && protocol !== "tcp" && protocol !== "udp" ? draft.pick(["udp", "tcp"]) : protocol;
  const [peers, own] = [PEERS[family], OWN[family]];
  const to = (address: string, port: number): string => (withPort ? `${family === 4 ? address : `[${address}]`}:${port}` : address);
  if (hook === "POSTROUTING" || hook === "INPUT") {
    if (hook === "POSTROUTING" && draft.once(2)) return [`-j MASQUERADE`, protocol];
    return [`-j SNAT --to-source ${to(draft.pick([own.wan0, own.mesh0, own.client0, peers.farther]), 2000)}`, needs];
  }
  if (draft.once(2)) return [`-j REDIRECT${withPort ? ` --to-ports ${draft.pick(DPORTS)}` : ""}`, needs];
  return [`-j DNAT --to-destination ${to(draft.pick([own.lo, own.wan0, own.mesh0, peers.meshHost, peers.wanHost, peers.far, peers.client]), draft.pick(DPORTS))}`, needs];
}
