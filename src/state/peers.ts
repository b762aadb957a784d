/** What UCI says of fastd: the peers that the init script writes into included files, and the daemon's own options. */
import type { Fastd, Host, Remote, UciSection } from "../model/node.js";
import { type Parsed, Remarks, show } from "./remarks.js";
import { readBind, readNumber, readRemote } from "./remotes.js";
import { tokenize } from "./tokens.js";

const TRUE = new Set(["1", "on", "true", "yes", "enabled"]);
const FALSE = new Set(["0", "off", "false", "no", "disabled"]);

/** fastd as UCI describes it; null when package fastd has neither an instance that is on nor a peer that is. Its list of remotes is complete unless it is empty. */
export function uciFastd(sections: readonly UciSection[]): Parsed<Fastd | null> {
  const remarks = new Remarks("uci.txt");
  const fastd = sections.filter((section) => section.package === "fastd");
  const instances = fastd.filter((section) => section.type === "fastd");
  const instance = instances.find((section) => isOn(section)) ?? instances.find((section) => !isOff(section));
  const groups = namedSections(fastd, "peer_group");
  const nets = namedSections(fastd, "fastd");
  const peers = fastd.filter((section) => section.type === "peer" && isOn(section) && groupIsOn(section, groups) && netIsOn(section, nets));
  const remotes = peers.flatMap((peer) => remotesOf(peer, remarks));
  const at = instance?.at ?? peers[0]?.at;
  if (at === undefined) return { value: null, diagnostics: remarks.list() };
  const mark = instance?.options["packet_mark"];
  const unread = peers.filter((peer) => (peer.lists["remote"] ?? []).some((text) => readText(text) === null));
  return {
    value: {
      remotes,
      mark: mark === undefined ? null : readNumber(mark, 0xffffffff),
      group: instance?.options["group"] ?? null,
      binds: (instance?.lists["bind"] ?? []).flatMap((text) => readBind(tokenize(text, new Remarks("uci.txt"))) ?? []),
      missing: remotes.length === 0 ? [at] : unread.map((peer) => peer.at),
      at,
    },
    diagnostics: remarks.list(),
  };
}

/** Adds UCI's peers to those of fastd.conf. Peers that fastd.conf only includes are then known. */
export function mergeFastd(conf: Fastd | null, uci: Fastd | null, includes: readonly string[]): Fastd | null {
  if (conf === null || uci === null) return conf ?? uci;
  const keys = new Set(conf.remotes.map(keyOf));
  const added = uci.remotes.filter((remote) => !keys.has(keyOf(remote)));
  if (uci.remotes.length === 0) return conf;
  return { ...conf, remotes: [...conf.remotes, ...added], missing: [...conf.missing.filter((place) => !includes.includes(place)), ...uci.missing] };
}

function keyOf({ host, port }: Remote): string {
  return `${hostKey(host)} ${port}`;
}

function hostKey(host: Host): string {
  return host.kind === "name" ? `${host.name.toLowerCase()} ${host.family ?? ""}` : host.address.words.join(" ");
}

function isOn(section: UciSection): boolean {
  return TRUE.has(section.options["enabled"] ?? "");
}

function isOff(section: UciSection): boolean {
  return FALSE.has(section.options["enabled"] ?? "");
}

function namedSections(sections: readonly UciSection[], type: string): ReadonlyMap<string, UciSection> {
  return new Map(sections.flatMap((section) => (section.type === type && section.name !== null ? [[section.name, section] as const] : [])));
}

/** Groups nest by `option parent`; a group that is off switches off what is in it. A ring of parents ends where it began. */
function groupIsOn(peer: UciSection, groups: ReadonlyMap<string, UciSection>): boolean {
  const seen = new Set<string>();
  for (let name = peer.options["group"]; name !== undefined && !seen.has(name); name = groups.get(name)?.options["parent"]) {
    const group = groups.get(name);
    if (group !== undefined && isOff(group)) return false;
    seen.add(name);
    if (seen.size > GROUP_DEPTH_MAX) return true;
  }
  return true;
}

const GROUP_DEPTH_MAX = 16;

/** `option net` names the fastd instance that a peer belongs to. */
function netIsOn(peer: UciSection, nets: ReadonlyMap<string, UciSection>): boolean {
  const net = nets.get(peer.options["net"] ?? "");
  return net === undefined || !isOff(net);
}

function remotesOf(peer: UciSection, remarks: Remarks): Remote[] {
  const option = peer.options["remote"];
  return [...(option === undefined ? [] : [option]), ...(peer.lists["remote"] ?? [])].flatMap((text) => {
    const remote = readText(text);
    if (remote !== null) return [{ ...remote, peer: peer.name, at: peer.at }];
    remarks.say("WP1301", peer.at, `remote ${show(text)} cannot be read`, "this VPN server is not known, so other UDP may be the VPN");
    return [];
  });
}

function readText(text: string): ReturnType<typeof readRemote> {
  return readRemote(tokenize(text, new Remarks("uci.txt")));
}
