/** The node's daemons, real ones: fastd on both ends of the tunnel, and two dnsmasq. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { fw3 } from "./fw3.js";
import { fw4 } from "./fw4.js";
import { type Host, until } from "./host.js";
import { run } from "./sandbox.js";
import { DNSMASQ_UID, type Settings, VPN_GROUP } from "./settings.js";
import { ADDRESS, dnsmasq, INNER, VPN_NAME, VPN_PORT, type World } from "./world.js";

/** A Gluon node's own accounts, in this sandbox's copy of /etc. */
const ACCOUNTS = { dnsmasq: DNSMASQ_UID, ntp: 123 } as const;

export function addAccounts(): void {
  const entries = Object.entries(ACCOUNTS);
  const keep = (path: string): string => readFileSync(path, "utf8").split("\n").filter((line) => line !== "" && !entries.some(([name, id]) => line.startsWith(`${name}:`) || line.split(":")[2] === String(id))).join("\n");
  writeFileSync("/etc/passwd", `${keep("/etc/passwd")}\n${entries.map(([name, id]) => `${name}:x:${id}:${id}:${name}:/var/run/${name}:/bin/false\n`).join("")}`);
  writeFileSync("/etc/group", `${keep("/etc/group")}\n${entries.map(([name, id]) => `${name}:x:${id}:\n`).join("")}${VPN_GROUP.name}:x:${VPN_GROUP.gid}:\n`);
  writeFileSync("/etc/resolv.conf", "nameserver 127.0.0.1\n");
}

/** Loads the ruleset with the tools the scenario names. */
export function loadFirewall(node: Host, settings: Settings): void {
  if (settings.firewall === "nft") return void node.run("nft", ["-f", "-"], fw4(settings));
  const backend = settings.firewall.slice("iptables-".length);
  for (const [command, family] of [["iptables", 4], ["ip6tables", 6]] as const) node.run(`${command}-${backend}-restore`, [], fw3(family, settings));
}

/** Gluon's first daemon, and its second one behind the mark library. Returns the file the second one reads its upstreams from. */
export async function startResolvers(node: Host, settings: Settings, markLibrary: string, upstreams: readonly string[]): Promise<string> {
  const file = node.file("wan-resolv.conf", upstreams.map((address) => `nameserver ${address}\n`).join(""));
  const common = dnsmasq(node).filter((word) => !/^--(?:no-resolv|user|group|log-facility|bind-dynamic)/.test(word));
  const own = (name: string): string[] => [...common, `--log-facility=${node.path(`${name}.log`)}`, "--cache-size=0"];
  const primary = settings.primaryDns === "mesh" ? [`--server=${ADDRESS.mesh.v6}`] : upstreams.map((address) => `--server=${address}`);
  node.start("dnsmasq", [...own("primary"), "--user=dnsmasq", "--group=dnsmasq", "--no-resolv", ...primary, "--min-port=30000", "--max-port=39999"]);
  const second = [...own("second"), "--user=root", "--group=root", "--port=54", `--resolv-file=${file}`, "--no-hosts", "--min-port=20000", "--max-port=29999"];
  node.start("dnsmasq", second, settings.dnsMark && !settings.lateMark ? { LD_PRELOAD: markLibrary, LIBPACKETMARK_MARK: "1" } : {});
  await until("both DNS daemons", () => (/:53 [^]*:54 /.test(node.run("ss", ["-lnu", "sport", "<=", ":54"]).split("\n").sort().join("\n")) ? true : null));
  return file;
}

interface Keys {
  readonly secret: string;
  readonly key: string;
}

function newKeys(): Keys {
  const secret = run("fastd", ["--generate-key", "--machine-readable"]).trim();
  const key = run("fastd", ["--config", "-", "--show-key", "--machine-readable"], `secret "${secret}"; interface "x";\n`).trim();
  return { secret, key };
}

const REMOTES: Readonly<Record<Settings["remote"], string>> = {
  "name-v6": `ipv6 "${VPN_NAME}" port ${VPN_PORT}`, "name-v4": `ipv4 "${VPN_NAME}" port ${VPN_PORT}`,
  "address-v6": `[${ADDRESS.vpn.v6}]:${VPN_PORT}`, "address-v4": `${ADDRESS.vpn.v4}:${VPN_PORT}`,
};

/** fastd on both ends. Returns the node's configuration without its secret. */
export function startTunnel({ node, server }: World, settings: Settings): string {
  const here = newKeys(), there = newKeys();
  const up = `ip link set tap0 up; ip addr add ${INNER}/64 dev tap0 nodad`;
  const serverConfiguration = `log level info; interface "tap0"; mode tap; mtu 1406; method "salsa2012+umac"; bind any port ${VPN_PORT}; secret "${there.secret}";\non up "${up}";\npeer "node" { key "${here.key}"; }\n`;
  server.start("fastd", ["--config", server.file("fastd.conf", serverConfiguration)]);
  const text = `log level verbose; interface "mesh-vpn"; mode tap; mtu 1406; method "salsa2012+umac"; method "null"; secret "SECRET";
group "${VPN_GROUP.name}";${settings.fastdMark && !settings.lateMark ? " packet mark 1;" : ""} persist interface yes; status socket "${node.path("fastd.sock")}";
on up "ip link set mesh-vpn address 02:00:00:00:01:09; sysctl -qw net.ipv6.conf.mesh-vpn.disable_ipv6=1; ip link set mesh-vpn master br-client up";
peer group "backbone" { peer limit 1; peer "gw1" { key "${there.key}"; remote ${REMOTES[settings.remote]}; } }
`;
  const configuration = node.file("fastd.conf", text.replace("SECRET", here.secret));
  // Inside the group from the first moment: fastd's first lookup would otherwise be made before it changes its group.
  node.start("setpriv", ["--regid", String(VPN_GROUP.gid), "--clear-groups", "fastd", "--config", configuration]);
  return text.replace("SECRET", "REMOVED").replace(node.path("fastd.sock"), "/var/run/fastd.sock");
}

/** Waits for the tunnel; false when it does not come up in that time. */
export async function tunnelUp(node: Host, seconds: number): Promise<boolean> {
  return until("the tunnel", () => (/connection with <gw1> established/.test(node.log()) ? true : null), seconds).catch(() => false);
}

/** Notes a moment in a host's log. */
export function note(host: Host, text: string): void {
  appendFileSync(host.path("log"), `# ${text}\n`);
}
