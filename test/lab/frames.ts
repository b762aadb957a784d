/** Truth, second half: every frame of wan.pcap by what tshark shows of it, matched with what the senders logged. */
import { run } from "./sandbox.js";
import type { Sent } from "./senders.js";
import { VPN_PORT, WAN_MAC, WIREGUARD_PORT } from "./world.js";

export interface Frame {
  readonly number: number;
  /** Seconds with nanoseconds, as tshark prints them. */
  readonly epoch: string;
  readonly bytes: number;
  readonly out: boolean;
  /** `in` for what came in; else the cause of what left. */
  readonly cause: string;
  readonly src: string;
}

const FIELDS = [
  "frame.number", "frame.time_epoch", "frame.len", "eth.src", "arp.opcode", "ip.src", "ip.dst", "ip.proto", "ip.id", "ip.frag_offset", "ip.flags.mf", "ipv6.src", "ipv6.dst",
  "ipv6.fraghdr.offset", "ipv6.fraghdr.ident", "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport", "tcp.flags.reset", "icmp.type", "icmp.ident", "icmpv6.type", "icmpv6.echo.identifier",
] as const;
type Row = Readonly<Record<(typeof FIELDS)[number], string>>;

/** Reads a capture with tshark, fragments as they are, and names each frame's cause. */
export function labelFrames(capture: string, sent: readonly Sent[]): Frame[] {
  const options = ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-E", "occurrence=f", "-E", "separator=/t"];
  const said = run("tshark", ["-n", "-r", capture, "-T", "fields", ...options, ...FIELDS.flatMap((field) => ["-e", field])]);
  const flows = new Map(sent.flatMap((one) => keysOf(one).map((key) => [key, one] as const)));
  const firsts = new Map<string, string>();
  return said.split("\n").filter((line) => line !== "").map((line) => {
    const row = rowOf(line);
    const out = row["eth.src"] === WAN_MAC;
    const cause = out ? causeOf(row, flows, firsts) : "in";
    return { number: Number(row["frame.number"]), epoch: row["frame.time_epoch"], bytes: Number(row["frame.len"]), out, cause, src: row["ip.src"] || row["ipv6.src"] || "-" };
  });
}

function rowOf(line: string): Row {
  const values = line.split("\t");
  const at = (name: (typeof FIELDS)[number]): string => values[FIELDS.indexOf(name)] ?? "";
  return {
    "frame.number": at("frame.number"), "frame.time_epoch": at("frame.time_epoch"), "frame.len": at("frame.len"), "eth.src": at("eth.src"), "arp.opcode": at("arp.opcode"),
    "ip.src": at("ip.src"), "ip.dst": at("ip.dst"), "ip.proto": at("ip.proto"), "ip.id": at("ip.id"), "ip.frag_offset": at("ip.frag_offset"), "ip.flags.mf": at("ip.flags.mf"),
    "ipv6.src": at("ipv6.src"), "ipv6.dst": at("ipv6.dst"), "ipv6.fraghdr.offset": at("ipv6.fraghdr.offset"), "ipv6.fraghdr.ident": at("ipv6.fraghdr.ident"),
    "udp.srcport": at("udp.srcport"), "udp.dstport": at("udp.dstport"), "tcp.srcport": at("tcp.srcport"), "tcp.dstport": at("tcp.dstport"), "tcp.flags.reset": at("tcp.flags.reset"),
    "icmp.type": at("icmp.type"), "icmp.ident": at("icmp.ident"), "icmpv6.type": at("icmpv6.type"), "icmpv6.echo.identifier": at("icmpv6.echo.identifier"),
  };
}

/** Masquerade changes sources, so a flow is known by its destination and ports; an answer by the asker's port, which a refused connect still knows. */
function keysOf(one: Sent): string[] {
  const proto = one.sending.kind === "ping" ? "ping" : one.proto === 6 ? "tcp" : "udp";
  return [`${proto} ${one.sport} > ${one.dst} ${one.dport}`, `${proto} ${one.sport} <`];
}

const NDP = new Set(["133", "135", "136"]);
const MLD = new Set(["130", "131", "132", "143"]);

function causeOf(row: Row, flows: ReadonlyMap<string, Sent>, firsts: Map<string, string>): string {
  const fragment = fragmentOf(row);
  if (fragment !== null && !fragment.first) return firsts.get(fragment.key) ?? "other";
  const cause = wholeCause(row, flows);
  if (fragment !== null) firsts.set(fragment.key, cause);
  return cause;
}

function fragmentOf(row: Row): { readonly key: string; readonly first: boolean } | null {
  if (row["ipv6.fraghdr.ident"] !== "") return { key: `${row["ipv6.src"]} ${row["ipv6.fraghdr.ident"]}`, first: Number(row["ipv6.fraghdr.offset"]) === 0 };
  const offset = Number(row["ip.frag_offset"] || 0);
  const more = row["ip.flags.mf"] === "1" || row["ip.flags.mf"] === "True";
  return offset === 0 && !more ? null : { key: `${row["ip.src"]} ${row["ip.id"]}`, first: offset === 0 };
}

function wholeCause(row: Row, flows: ReadonlyMap<string, Sent>): string {
  if (row["arp.opcode"] !== "") return "arp";
  if (row["ip.proto"] === "2") return "igmp";
  const dst = row["ip.dst"] || row["ipv6.dst"];
  const icmp = row["icmp.type"] || row["icmpv6.type"];
  if (icmp !== "") return icmpCause(icmp, row["icmpv6.type"] !== "", Number(row["icmp.ident"] || row["icmpv6.echo.identifier"] || 0), dst, flows);
  const proto = row["tcp.srcport"] !== "" ? "tcp" : "udp";
  const [sport, dport] = proto === "tcp" ? [row["tcp.srcport"], row["tcp.dstport"]] : [row["udp.srcport"], row["udp.dstport"]];
  if (proto === "udp" && sport === "68" && dport === "67") return "dhcp4";
  if (proto === "udp" && sport === "546" && dport === "547") return "dhcp6";
  const flow = flows.get(`${proto} ${sport} > ${dst} ${dport}`);
  if (flow !== undefined) return `flow:${flow.sending.name}`;
  if (proto === "tcp" && sport === "22") return "reply:ssh";
  if (proto === "tcp" && flows.has(`tcp ${dport} <`)) return row["tcp.flags.reset"] === "1" || row["tcp.flags.reset"] === "True" ? "reply:reset" : "reply:tcp";
  // dnsmasq keeps to its range of ports over UDP only; the first daemon is never asked over TCP here.
  if (dport === "53" && Number(sport) >= 30000 && Number(sport) < 40000 && proto === "udp") return "primary-dns";
  if (dport === "53" && (proto === "tcp" || (Number(sport) >= 20000 && Number(sport) < 30000))) return "wan-dns";
  if (proto === "udp" && dport === String(WIREGUARD_PORT)) return "wireguard";
  return proto === "udp" && dport === String(VPN_PORT) ? "fastd" : "other";
}

/** `six`: ICMPv6. */
function icmpCause(type: string, six: boolean, id: number, dst: string, flows: ReadonlyMap<string, Sent>): string {
  if (six && NDP.has(type)) return "ndp";
  if (six && MLD.has(type)) return "mld";
  if (type === (six ? "128" : "8")) {
    const flow = flows.get(`ping ${id} > ${dst} 0`);
    return flow === undefined ? "other" : `flow:${flow.sending.name}`;
  }
  if (type === (six ? "129" : "0")) return "reply:echo";
  return (six ? ["1", "2", "3", "4", "137"] : ["3", "5", "11", "12"]).includes(type) ? "reply:error" : "other";
}
