/** The node's state, as files of the contract (section 1). */
import { isObject, own } from "../../../src/state/values.js";
import type { State } from "../oracle/scene.js";
import { inside, stateOf } from "../oracle/space.js";
import type { Backend } from "./ruleset.js";
import { TAP_TABLE } from "./taps.js";
import { NODE } from "./world.js";

/** Settings that a packet's path heeds and a lookup does not, below /proc/sys/net. */
const SETTINGS = [
  ..."ip_forward fwmark_reflect tcp_fwmark_accept icmp_echo_ignore_all tcp_early_demux udp_early_demux ip_early_demux icmp_errors_use_inbound_ifaddr ip_nonlocal_bind".split(" ").map((key) => `ipv4/${key}`),
  "ipv6/fwmark_reflect", "ipv6/icmp/echo_ignore_all", "ipv6/ip_nonlocal_bind", "netfilter/nf_conntrack_tcp_loose", "netfilter/nf_conntrack_tcp_be_liberal", "bridge/bridge-nf-call-*",
];

export function readState(backend: Backend, localTable: "merged" | "split"): State {
  const lookups = stateOf(NODE);
  const more = inside(NODE, "sh", ["-c", `cd /proc/sys/net && grep -s "" ${SETTINGS.join(" ")} | sed "s,:, = ,; s,^,net.,; y,/,.,"`]);
  const settings = new Set(`${lookups["sysctl.txt"] ?? ""}${more}`.split("\n").filter((line) => line !== ""));
  const kernel = inside(NODE, "uname", ["-r"]).trim();
  return { ...lookups, "sysctl.txt": `${[...settings].sort().join("\n")}\n`, ...firewall(backend), "meta.json": JSON.stringify({ kernel, hostname: "path", localTable }) };
}

function firewall(backend: Backend): State {
  const nft = (): State => ({ "nft.json": withoutTaps(inside(NODE, "nft", ["-j", "list", "ruleset"])) });
  if (backend === "nft") return nft();
  const tool = backend.slice("iptables-".length);
  const saved = { "iptables-save.txt": inside(NODE, `iptables-${tool}-save`, []), "ip6tables-save.txt": inside(NODE, `ip6tables-${tool}-save`, []) };
  // The time of day in comments, and counters of what links send by themselves, would make equal states differ.
  const plain = Object.fromEntries(Object.entries(saved).map(([file, text]) => [file, text.replaceAll(/^# .*\n/gm, "").replaceAll(/\[\d+:\d+\]$/gm, "[0:0]")]));
  return backend === "iptables-nft" ? { ...plain, ...nft() } : plain;
}

function withoutTaps(ruleset: string): string {
  const parsed: unknown = JSON.parse(ruleset);
  const list = isObject(parsed) ? own(parsed, "nftables") : undefined;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return JSON.stringify({ nftables: entries.filter((entry) => !JSON.stringify(entry).includes(`"${TAP_TABLE}"`)) }).replaceAll(/"(packets|bytes)":\d+/g, '"$1":0');
}
