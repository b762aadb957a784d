/** Rulesets in nft's own words: base chains of all types at usual and unusual priorities. */
import type { Family } from "../../../../src/model/address.js";
import type { Draft } from "../../oracle/draft.js";
import { DEVICES, OWN, PEERS } from "../world.js";
import { DPORTS, GIDS, MARKS, SPORTS, UIDS } from "./packets.js";

type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";
type Kind = "filter" | "route" | "nat";

interface Chain {
  readonly table: string;
  readonly name: string;
  readonly hook: Hook;
  readonly kind: Kind;
  readonly priority: number;
}

/** Hook, type, priorities to pick from; the more often, the more chains. */
const BASES: readonly (readonly [Hook, Kind, readonly number[]])[] = [
  ["prerouting", "filter", [-300]], ["prerouting", "filter", [-150]], ["prerouting", "nat", [-100]], ["input", "filter", [0, -150]], ["input", "nat", [100]], ["forward", "filter", [0, -150]],
  ["output", "filter", [-300]], ["output", "route", [-150, -150, -150, -250, 10, 60]], ["output", "route", [-150]], ["output", "filter", [-150, 0, 0]], ["output", "filter", [0]],
  ["output", "nat", [-100]], ["postrouting", "filter", [-150, 0, 150]], ["postrouting", "nat", [100]],
];

/** Lines of `nft -f`: one table for both families, or one for each. */
export function drawNft(draft: Draft): readonly string[] {
  const tables = draft.once(2) ? ["inet t"] : ["ip t", "ip6 t"];
  const lines: string[] = [];
  for (const table of tables) {
    const chains = BASES.filter(() => draft.once(2)).map(([hook, kind, priorities], i): Chain => ({ table, name: `c${i}`, hook, kind, priority: draft.pick(priorities) }));
    const own: Chain = { table, name: "own", hook: draft.pick(["forward", "output"]), kind: "filter", priority: 0 };
    lines.push(`add table ${table}`, `add chain ${table} own`);
    for (let i = 1 + draft.below(3); i > 0; i--) lines.push(rule(draft, own, false));
    for (const chain of chains) {
      const policy = chain.kind === "filter" && draft.once(16) ? "drop" : "accept";
      lines.push(`add chain ${table} ${chain.name} { type ${chain.kind} hook ${chain.hook} priority ${chain.priority}; policy ${policy}; }`);
    }
    for (let i = chains.length === 0 ? 0 : 3 + draft.below(14); i > 0; i--) {
      const chain = draft.pick(chains);
      lines.push(rule(draft, chain, chain.hook === own.hook && chain.kind === "filter" && draft.once(4)));
    }
  }
  return lines;
}

function rule(draft: Draft, chain: Chain, jump: boolean): string {
  const family: Family = chain.table === "ip t" ? 4 : chain.table === "ip6 t" ? 6 : draft.family();
  const [protocol, verdict] = jump ? [null, draft.pick(["jump own", "jump own", "goto own"])] : statement(draft, family, chain);
  // nft refuses two protocols in one rule.
  const layer = protocol ?? draft.pick(["udp", "tcp", family === 4 ? "icmp" : "icmpv6", null, null, null]);
  const kinds = [...matches(draft, family, chain), ...above(draft, layer)];
  const words = protocol === null ? [] : [`meta l4proto ${protocol}`];
  for (let i = draft.below(4); i > 0; i--) words.push(...kinds.splice(draft.below(kinds.length), 1).map((kind) => kind()));
  return `add rule ${chain.table} ${chain.name} ${[...words.filter((word) => isPrinted(word, words, verdict)), verdict].join(" ")}`;
}

/**
 * Whether nft 1.0.6 prints what it loaded. It leaves out the family before a reset, and makes one comparison of two ports that are side by side: `sport != 1 dport != 2` is printed, and
 * means not both.
 */
function isPrinted(word: string, words: readonly string[], verdict: string): boolean {
  if (word.startsWith("meta nfproto")) return verdict !== "reject with tcp reset";
  return !word.includes("sport !=") || !words.some((other) => other.includes("dport !="));
}

function matches(draft: Draft, family: Family, { hook, table }: Chain): readonly (() => string)[] {
  const [peers, own, ip] = [PEERS[family], OWN[family], family === 4 ? "ip" : "ip6"];
  const net = family === 4 ? ["192.0.2.0/24", "10.0.0.0/8", "127.0.0.0/8", "10.23.0.1-10.23.0.99"] : ["2001:db8:77:10::/64", "2001:db8:f00d::/48", "fe80::/10"];
  const address = (): string => draft.once(4) ? `{ ${peers.far}, ${peers.client}, ${own.lo} }` : draft.pick([peers.far, peers.farther, peers.client, own.wan0, own.mesh0, own.lo, ...net]);
  const not = (): string => (draft.once(4) ? "!= " : "");
  const local = hook === "output" || hook === "postrouting";
  const device = (): string => draft.pick([...DEVICES, "lo", '"wan*"', "{ wan0, lo }"]);
  return [
    () => `${ip} saddr ${not()}${address()}`, () => `${ip} daddr ${not()}${address()}`, () => `meta mark ${maskedMark(draft)}`, () => `ct mark ${not()}${draft.pick([0, 1, 2])}`,
    () => `ct state ${not()}${draft.pick(["new", "invalid", "untracked", "established,related", "{ new, invalid }"])}`,
    () => `fib ${draft.pick(["saddr", "daddr"])} type ${not()}${draft.pick(["local", "unicast"])}`,
    ...(table === "inet t" ? [(): string => `meta nfproto ${family === 4 ? "ipv4" : "ipv6"}`] : []),
    ...(hook === "output" || hook === "postrouting" ? [] : [(): string => `iifname ${not()}${device()}`, (): string => `iif ${not()}${draft.pick([...DEVICES, "lo"])}`]),
    ...(hook === "prerouting" || hook === "input" ? [] : [(): string => `oifname ${not()}${device()}`, (): string => `oif ${not()}${draft.pick([...DEVICES, "lo"])}`]),
    ...(local ? [(): string => `meta skuid ${not()}${draft.pick([...UIDS, "{ 100, 1000 }", "100-1000"])}`, (): string => `meta skgid ${not()}${draft.pick(GIDS)}`] : []),
  ];
}

/** Matches of one protocol. */
function above(draft: Draft, layer: string | null): readonly (() => string)[] {
  if (layer === null) return [];
  const types = ["echo-request", "echo-reply", "destination-unreachable"];
  if (layer.startsWith("icmp")) return [(): string => `${layer} type ${draft.pick(types)}`];
  const not = draft.once(4) ? "!= " : "";
  const word = layer.startsWith("{") ? "th" : layer;
  const port = (): string => draft.pick([String(draft.pick(DPORTS)), "50-100", `{ ${draft.pick(DPORTS)}, 1000-2000, 20000 }`]);
  const ports = [() => `${word} dport ${not}${port()}`, () => `${word} sport ${not}${draft.pick(SPORTS)}`, () => `${word} dport ${port()}`];
  return layer === "tcp" ? [...ports, (): string => `tcp flags ${draft.pick(["syn", "& (fin|syn|rst|ack) == syn", "& rst == rst", "& ack == 0"])}`] : ports;
}

function maskedMark(draft: Draft): string {
  const value = `0x${draft.pick([0, ...MARKS]).toString(16)}`;
  return draft.once(2) ? `${draft.once(4) ? "!= " : ""}${value}` : `& 0x${draft.pick([1, 2, 3, 0x11]).toString(16)} ${draft.once(4) ? "!=" : "=="} ${value}`;
}

/** The protocol that a statement cannot do without, and the statement. */
function statement(draft: Draft, family: Family, chain: Chain): [string | null, string] {
  if (draft.once(chain.kind === "filter" && chain.priority === 0 ? 4 : 6)) return [null, draft.pick(["accept", "accept", "return", "counter"])];
  if (chain.kind === "nat") return nat(draft, family, chain);
  if (chain.priority === -300 && draft.once(2)) return [null, "notrack"];
  if (chain.priority === 0 && (chain.hook === "input" || chain.hook === "forward" || chain.hook === "output") && draft.once(2)) return draft.once(3) ? [null, "drop"] : reject(draft, chain);
  if (draft.once(12)) return [null, "drop"];
  if (chain.priority > -200 && draft.once(3)) return [null, draft.pick(["ct mark set meta mark", "meta mark set ct mark", "meta mark set ct mark", "ct mark set 0x1", "ct mark set ct mark or 0x2"])];
  const mark = `0x${draft.pick([...MARKS, 0, 1, 1]).toString(16)}`;
  return [null, `meta mark set ${draft.pick([mark, mark, `meta mark or ${mark}`, `meta mark and 0xfffffffe`, `meta mark xor ${mark}`, `meta mark and 0xfffffffc or 0x1`])}`];
}

function reject(draft: Draft, { table }: Chain): [string | null, string] {
  if (draft.once(3)) return ["tcp", "reject with tcp reset"];
  const kinds = { "ip t": ["icmp type port-unreachable", "icmp type admin-prohibited", "icmp type net-unreachable"], "ip6 t": ["icmpv6 type port-unreachable", "icmpv6 type admin-prohibited", "icmpv6 type no-route"] };
  for (const [name, words] of Object.entries(kinds)) if (name === table) return [null, `reject with ${draft.pick(words)}`];
  return [null, `reject${draft.pick(["", " with icmpx type admin-prohibited", " with icmpx type no-route"])}`];
}

function nat(draft: Draft, family: Family, { hook, table }: Chain): [string | null, string] {
  const withPort = draft.once(2);
  const protocol = withPort ? draft.pick(["udp", "tcp", "{ tcp, udp }"]) : null;
  const [peers, own] = [PEERS[family], OWN[family]];
  const word = table === "inet t" ? `${family === 4 ? "ip" : "ip6"} ` : "";
  const to = (address: string, port: number): string => `${word}to ${withPort ? `${family === 4 ? address : `[${address}]`}:${port}` : address}`;
  if (hook === "postrouting" || hook === "input") {
    if (hook === "postrouting" && draft.once(2)) return [null, "masquerade"];
    return [protocol, `snat ${to(draft.pick([own.wan0, own.mesh0, own.client0, peers.farther]), 2000)}`];
  }
  if (draft.once(2)) return [protocol, `redirect${withPort ? ` to :${draft.pick(DPORTS)}` : ""}`];
  return [protocol, `dnat ${to(draft.pick([own.lo, own.wan0, own.mesh0, peers.meshHost, peers.wanHost, peers.far, peers.client]), draft.pick(DPORTS))}`];
}
