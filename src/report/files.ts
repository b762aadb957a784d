/** The files a node is made of (what `doctor` says of each): a table, so that a new file is one entry. */

export interface NodeFile {
  readonly file: string;
  readonly required: boolean;
  /** false: the collector may bring it, this version does not read it. */
  readonly used: boolean;
  /** What it tells. */
  readonly tells: string;
  /** What a report cannot say without it. */
  readonly without: string;
  /** Where one of these is there, nobody misses it. */
  readonly instead?: readonly string[];
}

/** Whether a report should name the file: it is there, or it is missed. */
export function isWorthNaming({ file, used, instead = [] }: NodeFile, present: readonly string[]): boolean {
  return present.includes(file) || (used && !instead.some((each) => present.includes(each)));
}

/** Required files first, then by how much their absence widens an answer. */
export const NODE_FILES: readonly NodeFile[] = [
  required("rule4.json", "the IPv4 rules, in the order the kernel tries them"),
  required("rule6.json", "the IPv6 rules, in the order the kernel tries them"),
  required("route4.json", "the IPv4 routes of all tables"),
  required("route6.json", "the IPv6 routes of all tables"),
  required("addr.json", "the addresses of each device"),
  required("link.json", "the devices, their hardware addresses and which bridge they belong to"),
  optional("fastd.conf", "the VPN's servers, mark and group", "unless uci.txt names the servers, any UDP packet may be the VPN and stays undetermined"),
  optional("wan-resolv.conf", "the DNS servers of the WAN's own DNS daemon", "any DNS packet may be that daemon's and stays undetermined"),
  optional("uci.txt", "the node's configuration: which device is the WAN, which features are on", "the WAN device is guessed from names and routes, optional features count as off"),
  optional("ss.txt", "which ports listen, and which process owns which socket", "a flow that was under way when a capture began may stay undetermined"),
  optional("fastd-status.json", "the present addresses of the VPN's servers", "servers known by name only are known once a captured DNS answer names them"),
  optional("group", "the number of the VPN's group", "packets are not told apart by the group that sent them"),
  optional("passwd", "the names of users", "senders appear as numbers"),
  optional("sysctl.txt", "the kernel's network settings, the local port range among them", "the kernel's defaults are taken"),
  optional("senders.json", "which process sends as whom and with which mark", "senders are known by their user and group only"),
  optional("bridge-link.json", "the ports of each bridge", "link.json alone tells them"),
  optional("resolv.conf", "whom ordinary processes ask for names", "that their DNS servers differ from the WAN's cannot be checked"),
  { ...optional("iptables-save.txt", "the IPv4 firewall", "a rule that nobody has seen may do anything to an IPv4 packet that is explained"), instead: ["nft.json"] },
  { ...optional("ip6tables-save.txt", "the IPv6 firewall", "a rule that nobody has seen may do anything to an IPv6 packet that is explained"), instead: ["nft.json"] },
  { ...optional("nft.json", "the nftables ruleset of both families", "nftables counts as empty, or where there is no save either, as not known"), instead: ["iptables-save.txt", "ip6tables-save.txt"] },
  optional("meta.json", "what the node calls itself, and whether IPv4's tables local and main are one", "they count as one unless a rule says otherwise"),
  unused("neigh.json", "the neighbour table"),
];

function required(file: string, tells: string): NodeFile {
  return { file, required: true, used: true, tells, without: "nothing can be judged" };
}

function optional(file: string, tells: string, without: string): NodeFile {
  return { file, required: false, used: true, tells, without };
}

function unused(file: string, tells: string): NodeFile {
  return { file, required: false, used: false, tells, without: "a replay does not need it: a capture shows what really left" };
}
