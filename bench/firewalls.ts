/** Firewalls of any size as iptables-save prints them, with the chains of OpenWrt's fw3, of shorewall, or all in one chain, and packets that their rules are about. */
import type { HookField } from "../src/model/packet.js";
import { type Random, xorshift } from "./generate.js";

export const STYLES = ["fw3", "shorewall", "flat"] as const;
export type Style = (typeof STYLES)[number];

/** Devices by number, from 1. */
export const DEVICES = ["lo", "eth0", "eth1", "eth2", "tun0"] as const;
type Device = (typeof DEVICES)[number];

/** A packet that fits one rule of the firewall; addresses as numbers. */
export interface Aim {
  readonly from: Device;
  readonly to: Device;
  readonly src: number;
  readonly dst: number;
  readonly proto: number;
  readonly dport: number;
}

export interface GeneratedFirewall {
  readonly text: string;
  readonly rules: number;
  readonly aims: readonly Aim[];
}

const TCP = 6;
const UDP = 17;

/** About as many rules as asked for; the same text for the same seed. */
export function generateFirewall(style: Style, rules: number, seed: number): GeneratedFirewall {
  const draft = new Draft(xorshift(seed));
  SKELETONS[style](draft);
  const tails = draft.tails.length;
  while (draft.rules + tails < rules) LEAVES[style](draft);
  return { text: draft.text(), rules: draft.rules, aims: draft.aims };
}

type Table = "raw" | "mangle" | "nat" | "filter";
const BUILT_IN: Readonly<Record<Table, readonly string[]>> = {
  raw: ["PREROUTING", "OUTPUT"], mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"], nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], filter: ["INPUT", "FORWARD", "OUTPUT"],
};

class Draft {
  readonly #lines = new Map<Table, string[]>();
  readonly #chains = new Map<Table, Set<string>>();
  readonly aims: Aim[] = [];
  /** Rules that stand behind all others of their chain. */
  readonly tails: [Table, string][] = [];
  rules = 0;
  constructor(readonly random: Random) {}

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.random(list.length)] ?? list[0];
  }

  /** `zone_lan_input -i eth1 -j ACCEPT` */
  add(table: Table, rule: string): void {
    const lines = this.#lines.get(table) ?? [];
    this.#lines.set(table, lines);
    lines.push(`-A ${rule}`);
    this.rules++;
    for (const chain of [rule.split(" ", 1)[0] ?? "", ...(/-[jg] ([a-z][\w-]*)$/.exec(rule)?.slice(1) ?? [])]) this.#declare(table, chain);
  }

  #declare(table: Table, chain: string): void {
    const chains = this.#chains.get(table) ?? new Set<string>();
    this.#chains.set(table, chains);
    if (!BUILT_IN[table].includes(chain)) chains.add(chain);
  }

  /** A host of a /16 behind a device, and any host of the net. */
  inside(): number { return (10 << 24) | (this.random(4) << 16) | (1 + this.random(65_000)); }
  outside(): number { return ((198 << 24) | (51 << 16) | this.random(65_536)) >>> 0; }
  port(): number { return 1 + this.random(32_000); }

  text(): string {
    for (const [table, rule] of this.tails) this.add(table, rule);
    const tables: readonly Table[] = ["raw", "mangle", "nat", "filter"];
    return tables.map((table) => {
      const heads = [...BUILT_IN[table].map((chain) => `:${chain} ACCEPT [0:0]`), ...[...(this.#chains.get(table) ?? [])].map((chain) => `:${chain} - [0:0]`)];
      return `*${table}\n${[...heads, ...(this.#lines.get(table) ?? [])].join("\n")}\nCOMMIT\n`;
    }).join("");
  }
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function protocol(proto: number): string {
  return proto === TCP ? "-p tcp -m tcp" : "-p udp -m udp";
}

const ZONES = [["lan", "eth1"], ["guest", "eth2"], ["wan", "eth0"]] as const;

const SKELETONS: Readonly<Record<Style, (draft: Draft) => void>> = {
  flat: () => undefined,
  fw3: (draft) => {
    for (const [chain, hook] of [["input", "INPUT"], ["forwarding", "FORWARD"], ["output", "OUTPUT"]] as const) {
      draft.add("filter", `${hook} -m comment --comment "!fw3: Custom ${chain} rule chain" -j ${chain}_rule`);
      draft.add("filter", `${hook} -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "!fw3" -j ACCEPT`);
    }
    for (const [zone, device] of ZONES) {
      draft.add("filter", `INPUT -i ${device} -m comment --comment "!fw3" -j zone_${zone}_input`);
      draft.add("filter", `FORWARD -i ${device} -m comment --comment "!fw3" -j zone_${zone}_forward`);
      draft.add("filter", `OUTPUT -o ${device} -m comment --comment "!fw3" -j zone_${zone}_output`);
      draft.add("filter", `zone_${zone}_dest_ACCEPT -o ${device} -j ACCEPT`);
      draft.add("filter", `zone_${zone}_input -m conntrack --ctstate DNAT -m comment --comment "!fw3: Accept port redirections" -j ACCEPT`);
      draft.add("nat", `PREROUTING -i ${device} -m comment --comment "!fw3" -j zone_${zone}_prerouting`);
      draft.add("nat", `POSTROUTING -o ${device} -m comment --comment "!fw3" -j zone_${zone}_postrouting`);
      draft.add("filter", `zone_${zone}_output -j zone_${zone}_dest_ACCEPT`);
    }
    draft.add("mangle", "FORWARD -o eth0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu");
    draft.tails.push(["filter", "zone_guest_forward -d 10.0.0.0/8 -j reject"], ["filter", "reject -p tcp -j REJECT --reject-with tcp-reset"], ["filter", "reject -j REJECT --reject-with icmp-port-unreachable"]);
  },
  shorewall: (draft) => {
    for (const [from, device] of SHORE) {
      draft.add("filter", `FORWARD -i ${device} -j ${from}_frwd`);
      draft.add("filter", `INPUT -i ${device} -j ${from}-fw`);
      draft.add("filter", `OUTPUT -o ${device} -j fw-${from}`);
      for (const [to, out] of SHORE) {
        if (to === from) continue;
        draft.add("filter", `${from}_frwd -o ${out} -g ${from}-${to}`);
        draft.add("filter", `${from}-${to} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`);
        if (to === "net") draft.tails.push(["filter", `${from}-${to} -m addrtype --dst-type BROADCAST -j DROP`]);
      }
    }
    draft.add("raw", "PREROUTING -p udp -m udp --dport 69 -j CT --notrack");
  },
};

type Zone = readonly [name: string, device: Device];
/** Zones of shorewall: the net, two local ones and a tunnel. */
const SHORE: readonly [Zone, ...Zone[]] = [["net", "eth0"], ["loc", "eth1"], ["dmz", "eth2"], ["vpn", "tun0"]];

const LEAVES: Readonly<Record<Style, (draft: Draft) => void>> = {
  flat: (draft) => {
    const [src, dst, proto, dport] = [draft.inside(), draft.outside(), draft.pick([TCP, UDP]), draft.port()];
    draft.add("filter", `FORWARD -s ${dotted(src)}/32 ${protocol(proto)} --dport ${dport} -j ${draft.pick(["ACCEPT", "DROP"])}`);
    draft.aims.push({ from: "eth1", to: "eth0", src, dst, proto, dport });
  },
  fw3: (draft) => {
    const [src, dst, proto, dport] = [draft.inside(), draft.outside(), draft.pick([TCP, UDP]), draft.port()];
    const aim: Aim = { from: "eth1", to: "eth0", src, dst, proto, dport };
    const on = `${protocol(proto)} --dport ${dport}`;
    const kinds: readonly [() => Aim, ...(() => Aim)[]] = [
      () => { draft.add("filter", `zone_lan_forward -s ${dotted(src)}/32 ${on} -m comment --comment "!fw3: host" -j zone_wan_dest_ACCEPT`); return aim; },
      () => { draft.add("filter", `zone_guest_forward -s ${dotted(src)}/32 -d ${dotted(dst)}/32 -j DROP`); return { ...aim, from: "eth2" }; },
      () => { draft.add("filter", `zone_wan_input ${on} -m comment --comment "!fw3: port" -j ACCEPT`); return { ...aim, from: "eth0", to: "eth1" }; },
      () => { draft.add("filter", `output_rule -d ${dotted(dst)}/32 ${on} -j reject`); return aim; },
      () => { draft.add("nat", `zone_wan_prerouting ${on} -m comment --comment "!fw3: forward" -j DNAT --to-destination 10.0.0.${1 + draft.random(250)}`); return { ...aim, from: "eth0", to: "eth1" }; },
      () => { draft.add("mangle", `PREROUTING -s ${dotted(src)}/32 -j MARK --set-xmark 0x${draft.port().toString(16)}/0xffff`); return aim; },
    ];
    draft.aims.push(draft.pick(kinds)());
  },
  shorewall: (draft) => {
    const [[from, device], [to, out]] = [draft.pick(SHORE), draft.pick(SHORE)];
    const [src, dst, proto, dport] = [draft.inside(), draft.outside(), draft.pick([TCP, UDP]), draft.port()];
    const chain = from === to ? draft.pick([`${from}-fw`, `fw-${from}`]) : `${from}-${to}`;
    const verdict = draft.pick(["ACCEPT", "ACCEPT", "DROP", "REJECT --reject-with icmp-port-unreachable"]);
    const where: readonly [string, ...string[]] = [
      `-s ${dotted(src)}/32 ${protocol(proto)} --dport ${dport}`, `-d ${dotted(dst)}/32 ${protocol(proto)} --dport ${dport}`,
      `-s ${dotted(src)}/32 -d ${dotted(dst)}/32`, `-s ${dotted(src & ~0xff)}/24 -p tcp -m multiport --dports ${dport},${draft.port()},${draft.port()}`,
    ];
    draft.add("filter", `${chain} ${draft.pick(where)} -j ${verdict}`);
    draft.aims.push({ from: device, to: from === to ? device : out, src, dst, proto, dport });
  },
};

/** Fields of first packets of flows: every second one fits a rule, the others none. */
export function drawPackets({ aims }: GeneratedFirewall, count: number, seed: number): Map<HookField, number>[] {
  const random = xorshift(seed);
  const strangers: readonly Device[] = ["eth0", "eth1", "eth2", "tun0"];
  return Array.from({ length: count }, (_, i) => {
    const drawn = aims[random(aims.length)];
    const stray: Aim = {
      from: strangers[random(4)] ?? "eth0", to: strangers[random(4)] ?? "eth0", src: ((11 << 24) | random(65_536)) >>> 0, dst: ((203 << 24) | random(65_536)) >>> 0, proto: random(2) === 0 ? TCP : UDP, dport: 40_000 + random(20_000),
    };
    return fieldsOf(i % 2 === 0 && drawn !== undefined ? drawn : stray, random);
  });
}

const NEW = 8;

function fieldsOf({ from, to, src, dst, proto, dport }: Aim, random: Random): Map<HookField, number> {
  return new Map<HookField, number>([
    ["family", 4], ["etherType", 0x0800], ["src0", src], ["dst0", dst], ["proto", proto], ["sport", 1024 + random(60_000)], ["dport", dport], ["tcpFlags", 2], ["hopLimit", 64],
    ["iif", DEVICES.indexOf(from) + 1], ["oif", DEVICES.indexOf(to) + 1], ["ctState", NEW], ["srcType", 2], ["dstType", 2], ["owner", 2],
  ]);
}
