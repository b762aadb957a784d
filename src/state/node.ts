/** A node from its files: reads what is there, and says what is not. */
import type { Family } from "../model/address.js";
import { type Diagnostic, diagnostic, refuse } from "../model/diagnostic.js";
import type { Firewall } from "../model/netfilter.js";
import type { Fastd, Link, LocalTable, Node, Resolver, Route, UciSection, UnreadRoute } from "../model/node.js";
import { parseAccounts } from "./accounts.js";
import { parseBridgePorts } from "./bridge.js";
import { parseFastd } from "./fastd.js";
import { parseFirewall } from "./firewall.js";
import { parseAddresses, parseLinks } from "./links.js";
import { REQUIRED_FILES, type RequiredFile } from "./parts.js";
import { mergeFastd, uciFastd } from "./peers.js";
import { type Parsed, Remarks } from "./remarks.js";
import { parseResolvers, staticResolvers } from "./resolver.js";
import { parseRoutes } from "./routes.js";
import { parseRules } from "./rules.js";
import { parseSenders } from "./senders.js";
import { readSnapshot, type Snapshot } from "./snapshot.js";
import { parseSockets } from "./sockets.js";
import { parseStatus } from "./status.js";
import { parseSysctl } from "./sysctl.js";
import { parseUci } from "./uci.js";
import { optionalObject, ownText } from "./values.js";

/** Reads a node. Throws InputError WP1001 to WP1003 or WP1006 when it cannot be read at all. */
export async function readNode(path: string): Promise<Node> {
  return assembleNode(await readSnapshot(path));
}

/** What an answer lacks when an optional file is missing. */
const WITHOUT = {
  "fastd.conf": "unless uci.txt names the VPN's servers, UDP to an unknown host stays undetermined",
  "fastd-status.json": "VPN servers known by name only are known once a captured DNS answer names them",
  "ss.txt": "flows that were under way when the capture began stay undetermined",
  "wan-resolv.conf": "DNS on the WAN stays undetermined",
  "resolv.conf": "that ordinary DNS servers differ from the WAN's cannot be checked",
  "group": "packets are not told apart by the VPN's group",
  "passwd": "senders appear as numbers",
  "sysctl.txt": "the kernel's defaults are taken",
  "senders.json": "senders are known by their user and group only",
  "bridge-link.json": "link.json alone tells the ports of each bridge",
  "uci.txt": "the WAN device is guessed from names and routes, and optional features count as off",
  "iptables-save.txt": "what the firewall does to IPv4 packets is not known",
  "ip6tables-save.txt": "what the firewall does to IPv6 packets is not known",
  "nft.json": "nftables counts as empty",
} as const;
type OptionalFile = keyof typeof WITHOUT;

/** Puts a node together. Throws InputError WP1002 when required files are missing, WP1003 when one cannot be parsed. */
export function assembleNode(snapshot: Snapshot): Node {
  const reader = new Reader(snapshot);
  reader.demand();
  const links = reader.required("link.json", parseLinks);
  const meta = reader.meta();
  const unreadRoutes: UnreadRoute[] = [];
  const routesOf = (family: Family): readonly Route[] => reader.required(`route${family}.json`, (text) => {
    const parsed = parseRoutes(text, family, links);
    unreadRoutes.push(...parsed.unread);
    return parsed;
  });
  const node = {
    name: meta.hostname ?? snapshot.name,
    localTable: meta.localTable,
    path: snapshot.path,
    rules: { 4: reader.required("rule4.json", (text) => parseRules(text, 4, links)), 6: reader.required("rule6.json", (text) => parseRules(text, 6, links)) },
    routes: { 4: routesOf(4), 6: routesOf(6) },
    unreadRoutes,
    links,
    addresses: reader.required("addr.json", parseAddresses),
    bridgePorts: reader.optional("bridge-link.json", parseBridgePorts),
    fastdPeers: reader.optional("fastd-status.json", parseStatus),
    sockets: reader.optional("ss.txt", parseSockets),
    resolvers: reader.optional("resolv.conf", (text) => parseResolvers(text, "resolv.conf")),
    groups: reader.optional("group", (text) => parseAccounts(text, "group")),
    users: reader.optional("passwd", (text) => parseAccounts(text, "passwd")),
    sysctl: reader.optional("sysctl.txt", parseSysctl),
    senders: reader.optional("senders.json", parseSenders),
    uci: reader.optional("uci.txt", parseUci),
  };
  const fastd = readFastd(reader, node.uci);
  const wanResolvers = readWanResolvers(reader, node.uci);
  const firewall = readFirewall(reader, links);
  return { ...node, fastd, wanResolvers, firewall, files: [...snapshot.files.keys()], diagnostics: reader.diagnostics };
}

/** fastd.conf and UCI together. An include that UCI stands in for is no longer worth a message. */
function readFastd(reader: Reader, sections: readonly UciSection[] | null): Fastd | null {
  const uci = reader.take(uciFastd(sections ?? []));
  let includes: readonly string[] = [];
  const conf = reader.optional("fastd.conf", (text) => {
    const parsed = parseFastd(text);
    includes = parsed.includes;
    const known = new Set(uci !== null && uci.remotes.length > 0 ? includes : []);
    return { value: parsed.value, diagnostics: parsed.diagnostics.filter(({ code, place }) => code !== "WP1202" || !known.has(place)) };
  });
  return mergeFastd(conf, uci, includes);
}

/** Gluon writes UCI's static servers to wan-resolv.conf; without that file they stand for it. */
function readWanResolvers(reader: Reader, sections: readonly UciSection[] | null): readonly Resolver[] | null {
  const fixed = reader.has("wan-resolv.conf") ? null : reader.take(staticResolvers(sections ?? []));
  const instead = fixed === null ? undefined : "the static servers of uci.txt stand for it";
  return reader.optional("wan-resolv.conf", (text) => parseResolvers(text, "wan-resolv.conf"), instead) ?? fixed;
}

/** nft.json stands for both saves, and they for it: only where neither tells of a family one is missed. */
function readFirewall(reader: Reader, links: readonly Link[]): Firewall {
  const nft = reader.has("nft.json") ? reader.text("nft.json") : null;
  const saved = (file: "iptables-save.txt" | "ip6tables-save.txt"): string | null => (nft === null || reader.has(file) ? reader.text(file) : null);
  const broken = { 4: reader.isBroken("iptables-save.txt"), 6: reader.isBroken("ip6tables-save.txt"), nft: reader.isBroken("nft.json") };
  return reader.take(parseFirewall({ saved: { 4: saved("iptables-save.txt"), 6: saved("ip6tables-save.txt") }, nft, broken }, links));
}

/** A snapshot while it is read, and everything that was said about it. */
class Reader {
  readonly diagnostics: Diagnostic[];
  /** Why a file that is there could not be opened. */
  readonly #refused: ReadonlyMap<string, string>;
  constructor(readonly snapshot: Snapshot) {
    this.diagnostics = [...(snapshot.diagnostics ?? [])];
    this.#refused = new Map(this.diagnostics.filter(({ code }) => code === "WP1005").map(({ place, fact }) => [place, fact]));
  }

  /** What the collector noted besides files: what the node calls itself, and what it probed. */
  meta(): { readonly hostname: string | null; readonly localTable: LocalTable | null } {
    const text = this.snapshot.files.get("meta.json")?.text;
    if (text === undefined) return { hostname: null, localTable: null };
    const remarks = new Remarks("meta.json");
    const meta = optionalObject(text, remarks);
    this.take({ value: null, diagnostics: remarks.list() });
    if (meta === null) return { hostname: null, localTable: null };
    const told = ownText(meta, "localTable");
    return { hostname: ownText(meta, "hostname"), localTable: told === "merged" || told === "split" ? told : null };
  }

  /** A part whose command failed and printed nothing is as good as missing. */
  has(file: string): boolean {
    const source = this.snapshot.files.get(file);
    return source !== undefined && (source.text.trim() !== "" || (source.exit ?? 0) === 0);
  }

  /** A file that is there, but could not be opened, or whose command failed after it had printed something. */
  isBroken(file: string): boolean {
    return this.#refused.has(file) || (this.has(file) && (this.snapshot.files.get(file)?.exit ?? 0) !== 0);
  }

  /** Names all required files that are missing at once. */
  demand(): void {
    // An empty list prints as `[]`: nothing at all is a command that did not run.
    const missing = REQUIRED_FILES.filter((file) => (this.snapshot.files.get(file)?.text ?? "").trim() === "");
    if (missing.length === 0) return;
    const names = missing.map((file) => {
      const source = this.snapshot.files.get(file);
      const exit = source?.exit ?? 0;
      const why = this.#refused.get(file) ?? (exit !== 0 ? `its command failed with exit status ${exit}` : source === undefined ? "" : "it is empty");
      return why === "" ? file : `${file} (${why})`;
    });
    const fact = `${names.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
    const consequence = "nothing can be judged; the .txt forms and rtnetlink.txt are not read by this version, so collect with `ip -j -d`";
    refuse("WP1002", this.snapshot.path, fact, consequence);
  }

  required<T>(file: RequiredFile, parse: (text: string) => Parsed<T>): T {
    this.#failure(file, "what is missing in it cannot be known");
    return this.take(parse(this.snapshot.files.get(file)?.text ?? ""));
  }

  /** null when the file is missing or cannot be parsed; a diagnostic then says so. */
  optional<T>(file: OptionalFile, parse: (text: string) => Parsed<T | null>, without: string = WITHOUT[file]): T | null {
    if (this.has(file)) {
      this.#failure(file, "what it printed was read, and more may be missing");
      return this.take(parse(this.snapshot.files.get(file)?.text ?? ""));
    }
    if (this.#failure(file, without) || this.#refused.has(file)) return null;
    this.diagnostics.push(diagnostic("WP1004", file, "missing", without));
    return null;
  }

  /** The file as it is; null when it is missing. */
  text(file: OptionalFile): string | null {
    return this.optional(file, (text) => ({ value: text, diagnostics: [] }));
  }

  take<T>(parsed: Parsed<T>): T {
    for (const said of parsed.diagnostics) this.diagnostics.push(said);
    return parsed.value;
  }

  /** Whether the collector's command failed. */
  #failure(file: string, consequence: string): boolean {
    const exit = this.snapshot.files.get(file)?.exit ?? 0;
    if (exit !== 0) this.diagnostics.push(diagnostic("WP1007", file, `the command that prints it failed with exit status ${exit}`, consequence));
    return exit !== 0;
  }
}
