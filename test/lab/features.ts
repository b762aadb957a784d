/** What the lab asks of the machine: tools, and features of the kernel. Each is tried, none is guessed from a version. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Programs -> the Debian package that has them. */
const TOOLS: Readonly<Record<string, string>> = {
  ip: "iproute2", bridge: "iproute2", ss: "iproute2", nft: "nftables", "iptables-legacy-restore": "iptables", tcpdump: "tcpdump", tshark: "tshark", editcap: "wireshark-common",
  fastd: "fastd", dnsmasq: "dnsmasq-base", udhcpc: "udhcpc", dhcp6c: "wide-dhcpv6-client", rdisc6: "ndisc6", gcc: "gcc", sysctl: "procps",
  unshare: "util-linux", nsenter: "util-linux", setpriv: "util-linux",
};

export function missingTools(): string[] {
  const missing = Object.keys(TOOLS).filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  return missing.map((tool) => `${tool} (package ${TOOLS[tool] ?? ""})`);
}

/** Why no lab can run here at all; null when it can. */
export function obstacle(): string | null {
  if (process.platform !== "linux") return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "it needs root, for network namespaces";
  const missing = missingTools();
  if (missing.length > 0) return `programs are missing: ${missing.join(", ")}`;
  const tried = spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "--mount-proc", "true"], { encoding: "utf8" });
  return tried.status === 0 ? null : `namespaces are refused: ${tried.stderr.trim()}`;
}

/** Features of the kernel, tried inside a namespace that the trial may spoil. */
const TRIALS = {
  tap: "ip tuntap add dev t0 mode tap",
  bridge: "ip link add name b0 type bridge",
  "nft-egress": "ip link add name v0 type veth peer name v1 && nft 'table netdev t { chain c { type filter hook egress device \"v0\" priority 0; meta skuid 0 counter; }; }'",
  "iptables-legacy": "iptables-legacy -t mangle -A OUTPUT -m owner --gid-owner 1 -j MARK --set-xmark 1/1 && ip6tables-legacy -t mangle -A OUTPUT -j NFLOG --nflog-group 5",
  "iptables-nft": "iptables-nft -t mangle -A OUTPUT -m owner --gid-owner 1 -j MARK --set-xmark 1/1 && ip6tables-nft -t mangle -A OUTPUT -j NFLOG --nflog-group 5",
  nft: "nft 'table inet t { chain c { type route hook output priority mangle; log group 5; meta skgid 1 meta mark set meta mark | 1; }; }'",
  nflog: "tcpdump -i nflog:5 -c 1 -w /dev/null >/dev/null 2>&1 & sleep 0.2; kill $!",
  wireguard: "command -v wg && { ip link add name wg0 type wireguard 2>/dev/null || command -v wireguard-go; }",
} as const;
export type Feature = keyof typeof TRIALS;

/** What every scenario needs. */
const ALWAYS: readonly Feature[] = ["tap", "bridge", "nft-egress", "nflog"];

/** The first feature that this kernel does not have; null when all are there. */
export function lackingFeature(wanted: readonly Feature[]): string | null {
  for (const feature of [...ALWAYS, ...wanted]) {
    const why = tried.get(feature) ?? attempt(feature);
    tried.set(feature, why);
    if (why !== "") return `${feature} (${why})`;
  }
  return null;
}

/** Feature -> why it is not there, or nothing. */
const tried = new Map<Feature, string>();

function attempt(feature: Feature): string {
  const trial = spawnSync("unshare", ["--net", "sh", "-c", TRIALS[feature]], { encoding: "utf8" });
  return trial.status === 0 ? "" : (trial.stderr.trim().split("\n").at(-1) ?? "") || `exit status ${trial.status}`;
}

export function kernelRelease(): string {
  return readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
}
