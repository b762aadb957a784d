/** What packets through rulesets ask of the machine; each thing is tried. */
import { spawnSync } from "node:child_process";

const TOOLS = ["ip", "nft", "iptables-legacy-restore", "iptables-nft-restore", "iptables-restore-translate", "gcc", "sysctl", "unshare", "nsenter", "setpriv"];

/** A rule of each backend, one that logs among them. */
const TRIAL = [
  "iptables-legacy -t mangle -A OUTPUT -m owner --uid-owner 1 -j MARK --set-xmark 1/1", "ip6tables-nft -t nat -A OUTPUT -p udp -j REDIRECT",
  "nft 'add table inet t; add chain inet t c { type route hook output priority -150; }; add rule inet t c ct state new log group 7 queue-threshold 1'", "ip link add name v0 type veth peer name v1",
].join(" && ");

/** Why no packet can be sent here; null when they can. */
export function obstacle(): string | null {
  if (process.platform !== "linux") return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "it needs root, for network namespaces";
  const missing = TOOLS.filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) return `programs are missing: ${missing.join(", ")}`;
  const tried = spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", TRIAL], { encoding: "utf8" });
  return tried.status === 0 ? null : `the kernel refuses: ${tried.stderr.trim()}`;
}
