/** Two tables, as Gluon has them, and what else a node's routing may hold. */
import { FAMILIES, type Family } from "../../../../src/model/address.js";
import type { Draft } from "../../oracle/draft.js";
import { ADDRESSES, DEVICES, OWN, PEERS } from "../world.js";

const NETS = { 4: { wan0: "192.0.2.0/24", mesh0: "10.23.0.0/20", client0: "10.23.128.0/18" }, 6: { wan0: "2001:db8:77:10::/64", mesh0: "2001:db8:f00d:1::/64", client0: "2001:db8:f00d:2::/64" } } as const;

/** Lines for oracle/space.ts, behind the ground. */
export function drawRouting(draft: Draft): readonly string[] {
  draft.add(...ADDRESSES.filter(() => !draft.once(24)));
  draft.add(`sysctl net.ipv4.ip_forward=${draft.once(8) ? 0 : 1}`, `sysctl net.ipv6.conf.all.forwarding=${draft.once(8) ? 0 : 1}`);
  for (const family of FAMILIES) addTables(draft, family);
  addSettings(draft);
  return draft.lines;
}

function addTables(draft: Draft, family: Family): void {
  const six = family === 6 ? "-6 " : "";
  const peers = PEERS[family];
  const wan = `via ${peers.wanGate} dev wan0`;
  const mesh = `via ${peers.meshGate} dev mesh0`;
  // Stock Gluon has the WAN's IPv4 default in main.
  if (!draft.once(6)) draft.add(`${six}route add default ${draft.once(family === 4 ? 2 : 5) ? wan : mesh}${draft.maybe(6, () => `src ${OWN[family].mesh0}`)}`);
  if (!draft.once(6)) draft.add(`${six}route add default ${wan} table 1`);
  if (draft.once(2)) draft.add(`${six}route add ${NETS[family].wan0} dev wan0 table 1`);
  if (draft.once(3)) draft.add(`${six}route add ${draft.pick(["unreachable", "prohibit", "blackhole", "throw"])} default metric 65535 table 1`);
  if (draft.once(3)) draft.add(`${six}route add default dev client0 table 2`);
  if (draft.once(4)) draft.add(`${six}route add ${draft.pick(["unreachable", "prohibit", "blackhole"])} ${peers.farther}`);
  if (draft.once(4)) draft.add(`${six}route add ${peers.far} ${draft.pick([wan, mesh])} table ${draft.pick([1, 2])}`);
  if (!draft.once(6)) draft.add(`${six}rule add pref 1 fwmark ${draft.pick(["0x1/0x1", "0x1/0x1", "0x1/0x1", "0x1"])} table 1`);
  const others: readonly (() => string)[] = [
    () => `pref 2 fwmark 0x2/0x2 table 2`, () => `pref 10000 from ${OWN[family].wan0} table 1`, () => `pref 20000 to ${NETS[family].wan0} table 1`, () => `pref 90005 iif lo table 1`,
    () => `pref 5 uidrange 1000-1000 table ${draft.pick([1, 2])}`, () => `pref 6 fwmark 0x10/0x10 ${draft.pick(["unreachable", "prohibit", "blackhole"])}`,
    () => `pref 7 iif ${draft.pick(DEVICES)} table ${draft.pick([1, 2])}`, () => `pref 8 ipproto ${draft.pick(["tcp", "udp"])} dport ${draft.pick([53, 80])} table 1`,
    () => `pref 9 oif ${draft.pick(DEVICES)} table 1`, () => `pref 11 not fwmark 0x1/0x1 to ${peers.far} table 2`, () => `pref 12 from ${peers.client} table 1`,
  ];
  for (let i = draft.below(4); i > 0; i--) if (draft.once(2)) draft.add(`${six}rule add ${draft.pick(others)()}`);
}

function addSettings(draft: Draft): void {
  const settings: readonly (() => string)[] = [
    () => "ipv4.fwmark_reflect=1", () => "ipv6.fwmark_reflect=1", () => "ipv4.tcp_fwmark_accept=1", () => `ipv4.conf.${draft.pick(["all", ...DEVICES])}.route_localnet=1`,
    () => `ipv4.conf.${draft.pick(["all", ...DEVICES])}.rp_filter=${draft.pick([1, 2])}`, () => `ipv4.conf.${draft.pick(["all", ...DEVICES])}.src_valid_mark=1`,
    () => "netfilter.nf_conntrack_tcp_loose=0", () => `ipv4.conf.${draft.pick(DEVICES)}.accept_local=1`, () => `ipv4.conf.${draft.pick(DEVICES)}.forwarding=0`,
    () => `ipv4.conf.${draft.pick(["all", ...DEVICES])}.send_redirects=0`,
  ];
  for (const setting of settings) if (draft.once(5)) draft.add(`sysctl net.${setting()}`);
}
