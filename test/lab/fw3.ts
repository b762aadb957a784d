/** A ruleset shaped as OpenWrt's fw3 makes it for a Gluon node: zones wan, mesh and loc_client, the DNS redirect, and the taps of the captures. */
import { type Settings, VPN_GROUP } from "./settings.js";
import { VPN_PORT } from "./world.js";

type Family = 4 | 6;
interface Zone {
  readonly name: string;
  readonly dev: string;
  readonly forward: "REJECT" | "ACCEPT";
  readonly accepts: (family: Family) => readonly string[];
}

const ICMP6 = ["128", "129", "1", "2", "3", "4/0", "4/1", "133", "135", "134", "136"];
const MLD = ["130/0", "131/0", "132/0", "143/0"];
const comment = (text = ""): string => `-m comment --comment "!fw3${text === "" ? "" : `: ${text}`}"`;
const icmp6 = (type: string, rest: string): string => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} ${rest}`;

const ZONES: readonly Zone[] = [
  {
    name: "wan", dev: "br-wan", forward: "REJECT",
    accepts: (family) => (family === 4
      ? [`-p udp -m udp --dport 68 ${comment("Allow-DHCP-Renew")}`, `-p icmp -m icmp --icmp-type 8 ${comment("Allow-Ping")}`, `-p igmp ${comment("Allow-IGMP")}`, `-p tcp -m tcp --dport 22 ${comment("wan_ssh")}`]
      : [`-s fc00::/6 -d fc00::/6 -p udp -m udp --dport 546 ${comment("Allow-DHCPv6")}`, ...MLD.map((type) => `-s fe80::/10 ${icmp6(type, comment("Allow-MLD"))}`),
        ...ICMP6.map((type) => icmp6(type, `-m limit --limit 1000/sec ${comment("Allow-ICMPv6-Input")}`)), `-p tcp -m tcp --dport 22 ${comment("wan_ssh")}`]),
  },
  { name: "mesh", dev: "br-client", forward: "REJECT", accepts: (family) => [...(family === 6 ? meshIcmp() : []), `-p tcp -m tcp --dport 22 ${comment("mesh_ssh")}`] },
  {
    name: "loc_client", dev: "local-node", forward: "REJECT",
    accepts: (family) => [...(family === 6 ? meshIcmp() : ["-p icmp -m icmp --icmp-type 8"]), `-p tcp -m tcp --dport 22 ${comment("loc_client_ssh")}`,
      `-p tcp -m tcp --dport 53 ${comment("client_dns")}`, `-p udp -m udp --dport 53 ${comment("client_dns")}`],
  },
];

function meshIcmp(): string[] {
  return [...ICMP6, ...MLD].map((type) => icmp6(type, "-m limit --limit 1000/sec"));
}

/** Text for iptables-restore or ip6tables-restore. */
export function fw3(family: Family, settings: Settings): string {
  return [...filterTable(family, settings), ...(family === 4 ? natTable() : []), ...mangleTable(family, settings)].map((line) => `${line}\n`).join("");
}

function filterTable(family: Family, settings: Settings): string[] {
  const chains = ["forwarding_rule", "input_rule", "output_rule", "reject", "syn_flood", ...ZONES.flatMap(({ name }) => ["dest_ACCEPT", "dest_REJECT", "forward", "input", "output", "src_REJECT"].map((part) => `zone_${name}_${part}`))];
  const established = `-m conntrack --ctstate RELATED,ESTABLISHED ${comment()} -j ACCEPT`;
  const unreachable = family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable";
  return [
    "*filter", ":INPUT DROP", ":FORWARD DROP", ":OUTPUT ACCEPT", ...chains.map((chain) => `:${chain} -`),
    `-A INPUT -i lo ${comment()} -j ACCEPT`, `-A INPUT ${comment("Custom input rule chain")} -j input_rule`, `-A INPUT ${established}`,
    `-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN ${comment()} -j syn_flood`,
    ...ZONES.map(({ name, dev }) => `-A INPUT -i ${dev} ${comment()} -j zone_${name}_input`), `-A INPUT ${comment()} -j reject`,
    `-A FORWARD ${comment("Custom forwarding rule chain")} -j forwarding_rule`, `-A FORWARD ${established}`,
    ...ZONES.map(({ name, dev }) => `-A FORWARD -i ${dev} ${comment()} -j zone_${name}_forward`), `-A FORWARD ${comment()} -j reject`,
    `-A OUTPUT -o lo ${comment()} -j ACCEPT`, `-A OUTPUT ${comment("Custom output rule chain")} -j output_rule`, `-A OUTPUT ${established}`,
    ...ZONES.map(({ name, dev }) => `-A OUTPUT -o ${dev} ${comment()} -j zone_${name}_output`),
    `-A reject -p tcp ${comment()} -j REJECT --reject-with tcp-reset`, `-A reject ${comment()} -j REJECT --reject-with ${unreachable}`,
    `-A syn_flood -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m limit --limit 25/sec --limit-burst 50 ${comment()} -j RETURN`, `-A syn_flood ${comment()} -j DROP`,
    ...ZONES.flatMap((zone) => zoneRules(family, settings, zone)), "COMMIT",
  ];
}

function zoneRules(family: Family, settings: Settings, { name, dev, accepts }: Zone): string[] {
  const invalid = `-A zone_${name}_dest_ACCEPT -o ${dev} -m conntrack --ctstate INVALID ${comment("Prevent NAT leakage")} -j DROP`;
  // OpenWrt's default rule: ICMPv6 may pass from the WAN to any zone.
  const icmpForward = name === "wan" && family === 6 ? ["128", "129", "1", "2", "3", "4/0", "4/1"].map((type) => `-A zone_wan_forward ${icmp6(type, `-m limit --limit 1000/sec ${comment("Allow-ICMPv6-Forward")} -j ACCEPT`)}`) : [];
  const toWan = settings.forward === "ACCEPT" && name !== "wan" ? [`-A zone_${name}_forward ${comment("Zone to wan forwarding policy")} -j zone_wan_dest_ACCEPT`] : [];
  return [
    ...(name === "wan" ? [invalid] : []), `-A zone_${name}_dest_ACCEPT -o ${dev} ${comment()} -j ACCEPT`, `-A zone_${name}_dest_REJECT -o ${dev} ${comment()} -j reject`,
    ...icmpForward, ...toWan, `-A zone_${name}_forward ${comment()} -j zone_${name}_dest_REJECT`,
    ...accepts(family).map((match) => `-A zone_${name}_input ${match} -j ACCEPT`), `-A zone_${name}_input ${comment()} -j zone_${name}_src_REJECT`,
    `-A zone_${name}_output ${comment()} -j zone_${name}_dest_ACCEPT`, `-A zone_${name}_src_REJECT -i ${dev} ${comment()} -j reject`,
  ];
}

function natTable(): string[] {
  return [
    "*nat", ":PREROUTING ACCEPT", ":INPUT ACCEPT", ":OUTPUT ACCEPT", ":POSTROUTING ACCEPT", ":zone_wan_postrouting -",
    `-A OUTPUT -d 127.0.0.1/32 -o lo -p udp -m owner --gid-owner ${VPN_GROUP.gid} -m udp --dport 53 -j DNAT --to-destination :54`,
    `-A POSTROUTING -o br-wan ${comment()} -j zone_wan_postrouting`, `-A zone_wan_postrouting ${comment()} -j MASQUERADE`, "COMMIT",
  ];
}

/** What a hardened node lets out on the WAN: the mission's marked packets and the WAN's housekeeping. Answers are not among it. */
const GUARD: Readonly<Record<Family, readonly string[]>> = {
  4: [`-m mark --mark 0x1/0x1 -p udp -m udp --dport ${VPN_PORT}`, `-m mark --mark 0x1/0x1 -p udp -m udp --dport 53`, `-m mark --mark 0x1/0x1 -p tcp -m tcp --dport 53`, "-p udp -m udp --sport 68 --dport 67", "-p igmp"],
  6: [`-m mark --mark 0x1/0x1 -p udp -m udp --dport ${VPN_PORT}`, `-m mark --mark 0x1/0x1 -p udp -m udp --dport 53`, `-m mark --mark 0x1/0x1 -p tcp -m tcp --dport 53`, "-p udp -m udp --sport 546 --dport 547",
    ...["133", "135", "136", "131", "132", "143"].map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type}`)],
};

function mangleTable(family: Family, settings: Settings): string[] {
  const late = [`--gid-owner ${VPN_GROUP.gid} -m udp --dport ${VPN_PORT}`, "--uid-owner 0 -m udp --dport 53"]
    .map((match) => `-A OUTPUT -p udp -m owner ${match} -m comment --comment "broken: marked when the packet is built" -j MARK --set-xmark 0x1/0x1`);
  const guard = [...GUARD[family].map((match) => `-A wan_guard ${match} -j ACCEPT`), "-A wan_guard -j DROP"];
  return [
    "*mangle", ":PREROUTING ACCEPT", ":INPUT ACCEPT", ":FORWARD ACCEPT", ":OUTPUT ACCEPT", ":POSTROUTING ACCEPT", ...(settings.hardened ? [":wan_guard -"] : []),
    `-A FORWARD -o br-wan -p tcp -m tcp --tcp-flags SYN,RST SYN ${comment("Zone wan MTU fixing")} -j TCPMSS --clamp-mss-to-pmtu`,
    '-A OUTPUT -m comment --comment "capture: all local output" -j NFLOG --nflog-prefix OUT --nflog-group 6 --nflog-threshold 1', ...(settings.lateMark ? late : []),
    ...(settings.hardened ? ["-A POSTROUTING -o br-wan -j wan_guard", ...guard] : []),
    '-A POSTROUTING -o br-wan -m comment --comment "capture: everything leaving on the WAN" -j NFLOG --nflog-prefix WAN --nflog-group 5 --nflog-threshold 1', "COMMIT",
  ];
}
