/** ss.txt: `ss -tunape`, one socket to a line, with or without its heading. */
import type { Socket } from "../model/node.js";
import { parseEndpoint } from "./endpoints.js";
import { eachStatement } from "./lines.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** The TCP and UDP sockets. */
export function parseSockets(text: string): Parsed<readonly Socket[]> {
  const remarks = new Remarks("ss.txt");
  const sockets: Socket[] = [];
  eachStatement(text, remarks, "", (line, at) => {
    if (/^(?:Netid|State)\s/.test(line)) return;
    const socket = readSocket(line, at);
    if (socket !== null) sockets.push(socket);
    else if (!OTHERS.test(line)) remarks.say("WP1301", at, `is no TCP or UDP socket (${show(line)})`, "whether a port listens may not be known");
  });
  return { value: sockets, diagnostics: remarks.list() };
}

/** Kinds of sockets that have no port. */
const OTHERS = /^(?:raw|icmp6|u_str|u_dgr|u_seq|nl|p_raw|p_dgr|v_str|v_dgr|xdp|tipc|mptcp|sctp|dccp|\?\?\?)\s/;
const PROTOCOLS = new Map<string, 6 | 17>([["tcp", 6], ["udp", 17]]);
const COLUMNS = /^(\S+)\s+(\S+)\s+\d+\s+\d+\s+(\S+)\s+(\S+)/;

/** Netid State Recv-Q Send-Q Local Peer, then words in any order. ss leaves out uid and fwmark when they are 0. */
function readSocket(line: string, at: string): Socket | null {
  const columns = COLUMNS.exec(line.slice(0, COLUMNS_CHARS));
  const [head = "", netid = "", state = "", localText = "", peerText = ""] = columns ?? [];
  const proto = PROTOCOLS.get(netid);
  const local = parseEndpoint(localText);
  const peer = parseEndpoint(peerText);
  if (proto === undefined || local === null || peer === null) return null;
  const { commands, words } = readUsers(line.slice(head.length));
  return {
    proto, state, at, commands,
    family: local.family,
    local: { address: local.address, port: local.port, dev: local.dev },
    peer: { address: peer.address, port: peer.port },
    uid: Number(/(?:^|\s)uid:(\d{1,10})(?:\s|$)/.exec(words)?.[1] ?? 0),
    mark: Number(/(?:^|\s)fwmark:(0x[\da-f]{1,8}|\d{1,10})(?:\s|$)/.exec(words)?.[1] ?? 0),
    v6only: /(?:^|\s)v6only:1(?:\s|$)/.test(words),
  };
}

/** The six columns with their padding; what stands behind has no fixed width. */
const COLUMNS_CHARS = 1000;
const USER = /\("(.{0,64}?)",pid=\d+,fd=\d+\),?/y;

/** `users:(("dnsmasq",pid=2414,fd=4),("x",pid=1,fd=2))`. A process chooses its own name: it is cut out before the other words are read. */
function readUsers(text: string): { commands: string[]; words: string } {
  const start = text.indexOf("users:(");
  if (start < 0) return { commands: [], words: text };
  const commands = new Set<string>();
  USER.lastIndex = start + "users:(".length;
  let end = USER.lastIndex;
  for (let user = USER.exec(text); user !== null; user = USER.exec(text)) {
    commands.add(user[1] ?? "");
    end = USER.lastIndex;
  }
  return { commands: [...commands], words: `${text.slice(0, start)} ${text.slice(text.charAt(end) === ")" ? end + 1 : end)}` };
}
