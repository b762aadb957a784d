/** tshark and capinfos as oracles: what they say of every frame of a capture, told as rows of text. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Fields of tshark that are asked for. */
export const COLUMNS = [
  "frame.number", "frame.time_epoch", "frame.cap_len", "frame.len", "frame.protocols", "_ws.malformed", "_ws.unreassembled", "_ws.expert.group",
  "eth.src", "eth.type", "eth.len", "vlan.etype", "vlan.len", "sll.pkttype", "sll.etype", "sll.ltype", "sll.ifindex",
  "pppoe.version", "pppoe.type", "pppoe.code",
  "nflog.hook", "nflog.uid", "nflog.gid", "nflog.ifindex_indev", "nflog.ifindex_outdev", "nflog.tlv_type", "nflog.tlv",
  "arp.hw.type", "arp.proto.type", "arp.hw.size", "arp.proto.size", "arp.src.proto_ipv4", "arp.dst.proto_ipv4",
  "ip.src", "ip.dst", "ip.proto", "ip.ttl", "ip.dsfield", "ip.id", "ip.flags.mf", "ip.frag_offset",
  "ipv6.src", "ipv6.dst", "ipv6.plen", "ipv6.nxt", "ipv6.hlim", "ipv6.tclass", "ipv6.hopopts.nxt", "ipv6.routing.nxt", "ipv6.dstopts.nxt", "ah.next_header",
  "ipv6.fraghdr.nxt", "ipv6.fraghdr.offset", "ipv6.fraghdr.more", "ipv6.fraghdr.ident",
  "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport", "tcp.flags", "icmp.type", "icmp.code", "icmp.ident", "icmp.seq",
  "icmpv6.type", "icmpv6.code", "icmpv6.echo.identifier", "icmpv6.echo.sequence_number",
] as const;
export type Column = (typeof COLUMNS)[number];

/** A frame's fields, every occurrence from the outermost on. */
export type Told = (column: Column) => readonly string[];

/** Nothing is put together from several frames, and no checksum is looked at. */
const OPTIONS = [
  "ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE", "tcp.analyze_sequence_numbers:FALSE", "ip.check_checksum:FALSE",
  "tcp.check_checksum:FALSE", "udp.check_checksum:FALSE", "ip.try_heuristic_first:FALSE", "ipv6.tso_support:TRUE",
];
/** Protocols that stay on. What is above the transport is nothing but payload to both sides, and so never malformed. */
const DISSECTED = /^(frame|eth|ethertype|vlan|ieee8021ad|sll|nflog|raw|null|pppoes|ppp|ip|ipv6(\..+)?|ah|arp|udp|tcp|icmp|icmpv6|data|_ws\..*|file-.*)$/;

/** The first line of `tshark --version`; null where it or capinfos is not installed. */
export function tsharkVersion(): string | null {
  if (spawnSync("capinfos", ["--version"]).error !== undefined) return null;
  const { error, stdout } = spawnSync("tshark", ["--version"], { encoding: "utf8" });
  return error === undefined ? (stdout.split("\n")[0] ?? "") : null;
}

/** tshark with only the protocols of this file switched on; its settings live in a folder until `close`. */
export class Tshark {
  readonly #settings = mkdtempSync(join(tmpdir(), "wanproof-tshark-"));

  constructor() {
    const { stdout } = spawnSync("tshark", ["-G", "protocols"], { encoding: "utf8", maxBuffer: 1 << 26 });
    const names = stdout.split("\n").map((line) => line.split("\t")[2] ?? "");
    const off = names.filter((name) => name !== "" && !DISSECTED.test(name));
    if (off.length === 0) throw new Error("tshark lists no protocols");
    writeFileSync(join(this.#settings, "disabled_protos"), `${off.join("\n")}\n`);
  }

  /** Every frame of a capture, as it is read. Throws when tshark fails. */
  async *frames(path: string): AsyncGenerator<Told> {
    const wanted = COLUMNS.flatMap((column) => ["-e", column]);
    const options = OPTIONS.flatMap((option) => ["-o", option]);
    const args = ["-n", "-r", path, ...options, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|", ...wanted];
    const child = spawn("tshark", args, { env: { ...process.env, WIRESHARK_CONFIG_DIR: this.#settings, TZ: "UTC" }, stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => { errors += String(chunk); });
    const ended = new Promise<number | null>((done) => child.once("close", done));
    try {
      for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) yield told(line);
    } finally {
      child.kill();
    }
    const status = await ended;
    if (status !== 0) throw new Error(`tshark ended with status ${status} on ${path}: ${errors}`);
  }

  close(): void {
    rmSync(this.#settings, { recursive: true, force: true });
  }
}

function told(line: string): Told {
  const cells = line.split("\t");
  const byName = new Map(COLUMNS.map((column, i) => [column, cells[i] ?? ""]));
  return (column) => {
    const text = byName.get(column) ?? "";
    return text === "" ? [] : text.split("|");
  };
}

export interface CaptureInfo {
  readonly frames: number;
  /** Seconds since 1970 of the earliest and the latest frame, with nine decimals; empty where there is none. */
  readonly first: string;
  readonly last: string;
}

/** What capinfos counts. */
export function captureInfo(path: string): CaptureInfo {
  const { stdout, stderr, status } = spawnSync("capinfos", ["-T", "-m", "-Q", "-M", "-r", "-S", "-c", "-a", "-e", path], { encoding: "utf8", env: { ...process.env, TZ: "UTC" } });
  if (status !== 0) throw new Error(`capinfos ended with status ${status} on ${path}: ${stderr}`);
  const [, frames = "", first = "", last = ""] = stdout.trim().split('","').map((cell) => cell.replaceAll('"', ""));
  return { frames: Number(frames), first: first === "n/a" ? "" : first, last: last === "n/a" ? "" : last };
}
