/** A network namespace made of one configuration, and what it says of itself. */
import { run } from "../sandbox.js";
import type { State } from "./scene.js";

/** Runs a command in a namespace. */
export function inside(space: string, command: string, args: readonly string[], input?: string): string {
  return run("nsenter", [`--net=/run/netns/${space}`, command, ...args], input);
}

/** Lines for `ip -batch`, those for IPv6 behind `-6 `, and among them `sysctl KEY=VALUE`; a line the kernel refuses is passed over. */
export type Configuration = readonly string[];

/** Makes the namespace anew. */
export function build(space: string, configuration: Configuration): void {
  destroy(space);
  run("ip", ["netns", "add", space]);
  const script = segments(configuration).map(({ prefix, lines }) => heredoc(TOOLS[prefix], lines));
  inside(space, "sh", ["-c", `${script.join("\n")}\ntrue`]);
}

export function destroy(space: string): void {
  run("sh", ["-c", `ip netns del ${space} 2>/dev/null || true`]);
}

/** First words of a line, and the tool that reads such lines in a batch; `ip` itself reads no options there. */
const TOOLS = { "sysctl ": "sysctl -q -e -p -", "-6 ": "ip -6 -force -batch -", "": "ip -force -batch -" } as const;
type Prefix = keyof typeof TOOLS;
const PREFIXES: readonly Prefix[] = ["sysctl ", "-6 ", ""];

interface Segment {
  readonly prefix: Prefix;
  readonly lines: string[];
}

/** Lines that one tool takes at once. */
function segments(configuration: Configuration): Segment[] {
  const all: Segment[] = [];
  for (const line of configuration) {
    const prefix = PREFIXES.find((one) => line.startsWith(one)) ?? "";
    const text = line.slice(prefix.length);
    const last = all.at(-1);
    if (last?.prefix === prefix) last.lines.push(text);
    else all.push({ prefix, lines: [text] });
  }
  return all;
}

function heredoc(command: string, lines: readonly string[]): string {
  return `${command} >/dev/null 2>&1 <<'END'\n${lines.join("\n")}\nEND`;
}

/** What a lookup may heed, as paths below /proc/sys/net. */
const SETTINGS = [
  ...["forwarding", "rp_filter", "accept_local", "src_valid_mark", "route_localnet", "ignore_routes_with_linkdown", "bc_forwarding", "send_redirects"].map((key) => `ipv4/conf/*/${key}`),
  ...["forwarding", "force_forwarding", "ignore_routes_with_linkdown", "use_oif_addrs_only", "use_tempaddr"].map((key) => `ipv6/conf/*/${key}`),
  "ipv4/ip_forward", "ipv4/fib_multipath_use_neigh", "ipv4/fib_multipath_hash_policy",
];

/** Files of a node by the names of the contract, section 1. */
const COMMANDS: readonly (readonly [string, string])[] = [
  ["rule4.json", "ip -4 -j -d rule show"], ["rule6.json", "ip -6 -j -d rule show"],
  ["route4.json", "ip -4 -j -d route show table all"], ["route6.json", "ip -6 -j -d route show table all"],
  ["addr.json", "ip -j -d addr show"], ["link.json", "ip -j -d link show"],
  // Far fewer files than `sysctl -a` reads; devices of a drawn node have no dot in their names.
  ["sysctl.txt", `cd /proc/sys/net && grep -s "" ${SETTINGS.join(" ")} | sed "y,/,.,; s,:, = ,; s,^,net.,"; cd /`],
];

/** What divides one file from the next: nothing that a tool prints. */
const DIVIDER = "#### wanproof";

/** The state of a namespace; meta.json is for whoever probes it. */
export function stateOf(space: string): State {
  const script = COMMANDS.map(([, command]) => `${command}\necho '${DIVIDER}'`).join("\n");
  const texts = inside(space, "sh", ["-c", script]).split(`${DIVIDER}\n`);
  return Object.fromEntries(COMMANDS.map(([file], i) => [file, texts[i] ?? ""]));
}

/** Whether two states differ in more than clocks. */
export function isSame(a: State, b: State): boolean {
  return COMMANDS.every(([file]) => still(a[file] ?? "") === still(b[file] ?? ""));
}

/** Without a bridge's timers and what is left of a lifetime. */
function still(text: string): string {
  return text.replaceAll(/"(?:[a-z_]*timer|[a-z]+_life_time|expires)":[\d.]+/g, "");
}
