/** fastd.conf: the VPN's servers, mark, group and ports. The grammar is fastd's src/config.y. */
import { parseAddress } from "../model/address.js";
import type { Fastd, Remote } from "../model/node.js";
import { type Parsed, Remarks, show } from "./remarks.js";
import { readBind, readNumber, readRemote } from "./remotes.js";
import { type Token, tokenize } from "./tokens.js";

/** `includes` are those places of `missing` where peers are included: UCI may know them. */
export interface ParsedFastd extends Parsed<Fastd> {
  readonly includes: readonly string[];
}

const FILE = "fastd.conf";
const MISSING_PEERS = "VPN servers named there are not known, so other UDP may be the VPN";

/** Reads the whole text; a statement that cannot be read is a remark WP1201, and what follows is read. */
export function parseFastd(text: string): ParsedFastd {
  const reader = new Reader();
  for (const token of tokenize(text, reader.remarks)) reader.take(token);
  reader.finish();
  const { remotes, mark, group, binds, missing, includes, remarks } = reader;
  return { value: { remotes, mark, group, binds, missing: [...missing], at: FILE }, includes: [...includes], diagnostics: remarks.list() };
}

/** Where a statement stands. `foreign`: a block that is not understood. */
interface Block {
  readonly kind: "group" | "peer" | "foreign";
  readonly name: string | null;
  readonly line: number;
}

class Reader {
  readonly remarks = new Remarks(FILE);
  readonly remotes: Remote[] = [];
  /** Places where servers may be named that are not known. */
  readonly missing = new Set<string>();
  readonly includes = new Set<string>();
  mark: number | null = null;
  group: string | null = null;
  readonly #binds = new Set<number>();
  readonly #blocks: Block[] = [];
  #statement: Token[] = [];
  #foreign = 0;

  get binds(): readonly number[] {
    return [...this.#binds];
  }

  take(token: Token): void {
    // A broken token has its remark already; a server may stand in what it swallowed.
    if (token.broken) this.missing.add(placeOf(token));
    // A string without an end took the rest of its line, semicolon and all: the next line is a fresh start.
    if (token.broken && token.kind === "string") {
      this.#statement = [];
      return;
    }
    if (token.kind !== "mark" || token.text === ":") this.#statement.push(token);
    else if (token.text === ";") this.#end();
    else if (token.text === "{") this.#open(token);
    else this.#close(token);
  }

  finish(): void {
    const [first] = this.#statement;
    if (first !== undefined && !first.broken) this.#unread(first, "the file ends inside a statement");
    const open = this.#blocks.at(-1);
    if (open === undefined) return;
    const at = `${FILE}:${open.line}`;
    this.remarks.say("WP1201", at, "a block that begins here is never closed", MISSING_PEERS);
    this.missing.add(at);
  }

  #open(brace: Token): void {
    const [first, second, third] = this.#statement;
    const line = first?.line ?? brace.line;
    let block: Block = { kind: "foreign", name: null, line };
    if (first?.text === "peer" && second?.text === "group" && second.kind === "word" && third?.kind === "string") block = { kind: "group", name: third.text, line };
    else if (first?.text === "peer" && (second === undefined || second.kind === "string")) block = { kind: "peer", name: second?.text ?? null, line };
    if (block.kind === "foreign") {
      if (this.#foreign === 0) this.#unread(first ?? brace, "a block of an unknown kind begins here");
      this.#foreign++;
    }
    this.#blocks.push(block);
    this.#statement = [];
  }

  #close(brace: Token): void {
    const [first] = this.#statement;
    if (first !== undefined && !first.broken) this.#unread(first, `a statement (${wordsOf(this.#statement)}) has no semicolon`);
    this.#statement = [];
    const block = this.#blocks.pop();
    if (block === undefined) this.#unread(brace, "a closing brace has no block to close");
    if (block?.kind === "foreign") this.#foreign--;
  }

  /** A semicolon: reads what was collected. */
  #end(): void {
    const tokens = this.#statement;
    this.#statement = [];
    const [first] = tokens;
    if (first === undefined || this.#foreign > 0) return;
    const broken = tokens.find((token) => token.broken);
    if (broken !== undefined) {
      if (broken.text === "[") this.#unread(first, "an address has no closing bracket");
      return;
    }
    const peer = this.#blocks.at(-1);
    if (first.kind !== "word" || !this.#read(first.text, first, tokens.slice(1), peer)) {
      this.#unread(first, `a statement cannot be read (${wordsOf(tokens)})`, peer?.kind === "peer" || first.text === "remote" || first.text === "peer");
    }
  }

  /** False when the statement is not one of fastd's, or its value is not readable. */
  #read(word: string, first: Token, rest: readonly Token[], block: Block | undefined): boolean {
    const [second, third] = rest;
    switch (word) {
      case "remote":
        return block?.kind === "peer" && this.#remote(first, rest, block);
      case "include":
        return this.#include(first, rest);
      case "packet":
        if (block !== undefined || second?.text !== "mark" || third?.kind !== "word" || rest.length !== 2) return false;
        this.mark = readNumber(third.text, 0xffffffff);
        return this.mark !== null;
      case "group":
        if (block !== undefined || second?.kind !== "string" || rest.length !== 1) return false;
        this.group = second.text;
        return true;
      case "bind":
        return block === undefined && this.#bind(rest);
      case "peer":
        return second?.text === "limit";
      default:
        return OTHER.has(word);
    }
  }

  #remote(first: Token, rest: readonly Token[], block: Block): boolean {
    const remote = readRemote(rest);
    if (remote !== null) this.remotes.push({ ...remote, peer: block.name, at: placeOf(first) });
    return remote !== null;
  }

  /** `bind HOST [port N] [interface "x"] [default [ipv4|ipv6]]`. Without a port, or with port 0, the kernel chooses one. */
  #bind(rest: readonly Token[]): boolean {
    const [host, sign, number] = rest;
    const given = sign?.text === ":" || sign?.text === "port";
    const after = rest[given ? 3 : 1]?.text ?? "default";
    const isHost = host?.kind === "address6" || (host?.kind === "word" && (host.text === "any" || parseAddress(host.text) !== null));
    if (!isHost || (after !== "default" && after !== "interface")) return false;
    if (given && (number?.kind !== "word" || readNumber(number.text, 0xffff) === null)) return false;
    const port = readBind(rest);
    if (port !== null) this.#binds.add(port);
    return true;
  }

  /** `include "file"`, `include peer "file" as "name"`, `include peers from "folder"`. */
  #include(first: Token, rest: readonly Token[]): boolean {
    const [second, third, fourth] = rest;
    const peers = second?.kind === "word" && second.text === "peers" && third?.text === "from";
    const one = second?.kind === "word" && second.text === "peer";
    const source = peers ? fourth : one ? third : second;
    if (source?.kind !== "string") return false;
    const at = placeOf(first);
    this.missing.add(at);
    if (peers || one) this.includes.add(at);
    this.remarks.say("WP1202", at, `includes ${peers ? "the peers in " : ""}${show(source.text)}, which was not collected`, MISSING_PEERS);
    return true;
  }

  /** `widens`: a server may be named in what was not read. */
  #unread(token: Token, fact: string, widens = true): void {
    const at = placeOf(token);
    this.remarks.say("WP1201", at, fact, widens ? MISSING_PEERS : "what it says is not known");
    if (widens) this.missing.add(at);
  }
}

/** Statements that say nothing about where packets go. */
const OTHER = new Set([
  "log", "hide", "interface", "method", "mode", "mtu", "pmtu", "secret", "key", "user", "drop", "secure", "status", "persist", "on", "protocol", "cipher", "mac",
  "forward", "offload", "float", "handshake", "socket", "limit", "peerfree", "use", "random", "control",
]);

function placeOf(token: Token): string {
  return `${FILE}:${token.line}`;
}

/** For a message. Strings are left out unless they name a server: one of them is the node's secret. */
function wordsOf(tokens: readonly Token[]): string {
  const shown = tokens[0]?.text === "remote" ? tokens : tokens.filter((token) => token.kind !== "string");
  return show(shown.slice(0, 6).map((token) => token.text.slice(0, 40)).join(" "));
}
