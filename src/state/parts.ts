/** The parts of a node: files of a folder, or the same files one after another in `node.state`. */
import type { Diagnostic } from "../model/diagnostic.js";
import { refuse } from "../model/diagnostic.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** One file of a node. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Exit status of the collector's command; null when it is not told (a folder). */
  readonly exit: number | null;
}

/** Everything that was read of a node, still as text. */
export interface Snapshot {
  /** As given. */
  readonly path: string;
  readonly name: string;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** What was there and could not be read. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** No file of a node is larger; a full routing table of the Internet in JSON would be. */
export const FILE_BYTES_MAX = 32 * 1024 * 1024;
/** All files of a node together. */
export const NODE_BYTES_MAX = 128 * 1024 * 1024;

/** Without these nothing can be judged. */
export const REQUIRED_FILES = ["rule4.json", "rule6.json", "route4.json", "route6.json", "addr.json", "link.json"] as const;
export type RequiredFile = (typeof REQUIRED_FILES)[number];

/** Files of the contract's list; any other name is not looked at. */
const KNOWN_FILES: ReadonlySet<string> = new Set([
  ...REQUIRED_FILES,
  "fastd.conf", "fastd-status.json", "ss.txt", "wan-resolv.conf", "resolv.conf", "group", "passwd", "sysctl.txt", "senders.json", "bridge-link.json", "uci.txt",
  "rule4.txt", "rule6.txt", "route4.txt", "route6.txt", "addr.txt", "link.txt", "rtnetlink.txt", "iptables-save.txt", "ip6tables-save.txt", "nft.json",
  "ubus-interfaces.json", "board.json", "sysconfig.json", "site.json", "site.conf", "neigh.json", "tc.json", "xfrm.txt", "ebtables-save.txt", "mroute.json",
  "bpf.json", "netns.txt", "meta.json",
]);

export function isKnownFile(name: string): boolean {
  return KNOWN_FILES.has(name);
}

const HEAD = "#### wanproof";
const HEADER = /^#### wanproof (\S+)(?: exit=(\d{1,3}))?(?: cmd=.*)?$/;

/** The parts of a `node.state`, each after a line `#### wanproof <file> exit=<n> cmd=<command>`. Throws InputError WP1001 when it has no such line, WP1006 when a part is larger than any file. */
export function parseState(text: string, path: string): Parsed<ReadonlyMap<string, SourceFile>> {
  const remarks = new Remarks(path);
  const files = new Map<string, SourceFile>();
  let name: string | null = null;
  let exit: number | null = null;
  let start = 0;
  const flush = (end: number): void => {
    if (name === null || !isKnownFile(name)) return;
    if (end - start > FILE_BYTES_MAX) tooLarge(`${path}#${name}`, FILE_BYTES_MAX);
    if (files.has(name)) remarks.say("WP1301", path, `has more than one part ${name}`, "the last one was read");
    files.set(name, { name, text: text.slice(start, end), exit });
  };
  // Looks for headers only: a state of many short lines costs no more than one of few long ones.
  if (headAt(text, 0) === text.length) refuse("WP1001", path, `has no line ${HEAD} <file>`, "it is no node.state; give one, or the folder of a node's files");
  for (let at = headAt(text, 0); at < text.length; at = headAt(text, at + 1)) {
    if (name === null && text.slice(0, at).trim() !== "") remarks.say("WP1301", path, "begins with text that belongs to no part", "that text was not read");
    flush(at);
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const header = HEADER.exec(text.slice(at, Math.min(end, at + HEADER_CHARS)).trimEnd());
    if (header === null) remarks.say("WP1301", path, `has a damaged heading (${show(text.slice(at, end))})`, "the part behind it was not read");
    name = header?.[1] ?? "";
    exit = header?.[2] === undefined ? null : Number(header[2]);
    start = Math.min(end + 1, text.length);
  }
  flush(text.length);
  return { value: files, diagnostics: remarks.list() };
}

/** A heading longer than this is cut in its command, which is not used. */
const HEADER_CHARS = 1000;

/** Where the next line begins that starts with HEAD, at `from` or behind it; the text's length when there is none. */
function headAt(text: string, from: number): number {
  if (from === 0 && text.startsWith(HEAD)) return 0;
  const at = text.indexOf(`\n${HEAD}`, Math.max(0, from - 1));
  return at < 0 ? text.length : at + 1;
}

export function tooLarge(place: string, max: number): never {
  return refuse("WP1006", place, `is larger than ${max / 1024 / 1024} MB`, "no node prints that much; nothing was read");
}
