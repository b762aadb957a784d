/** The VPN's servers: what is configured, what names resolve to, and what stays unknown. */
import { type Address, FAMILIES, type Family, sameAddress } from "../model/address.js";
import type { FastdPeer, Node, Remote, Socket } from "../model/node.js";
import type { NamedRemote, Resolution } from "../model/policy.js";

export interface KnownRemote {
  readonly address: Address;
  readonly port: number;
  readonly at: string;
  /** How the address is known: `configured`, `resolved vpn1.example.net`, `fastd's status`. */
  readonly how: string;
}

export interface Remotes {
  readonly known: readonly KnownRemote[];
  readonly named: readonly NamedRemote[];
  /** False: there may be remotes that no file names. */
  readonly complete: boolean;
}

/** Addresses of remotes, in the contract's order: captured DNS answers, fastd's status, sockets of fastd. */
export function remotesOf(node: Node, resolutions: readonly Resolution[]): Remotes {
  const remotes = node.fastd?.remotes ?? [];
  const peers = (node.fastdPeers ?? []).filter((peer) => remotes.some((remote) => belongsTo(remote, peer)));
  const configured = remotes.flatMap((remote) =>
    remote.host.kind === "address" ? [{ address: remote.host.address, port: remote.port, at: remote.at, how: "configured" }] : [],
  );
  const named = distinct(remotes.flatMap((remote) => namedRemotes(remote, remotes, peers, resolutions)));
  const resolved = named.flatMap((remote) => addressesOf(remote, resolutions));
  const status = peers.map((peer) => ({ address: peer.address, port: peer.port, at: peer.at, how: "fastd's status" }));
  const connected = fastdSockets(node).flatMap((socket) => connectedTo(socket, remotes));
  return {
    known: unique([...configured, ...resolved, ...status, ...connected]),
    named,
    complete: node.fastd !== null && node.fastd.missing.length === 0,
  };
}

/** fastd's status names its peers as the configuration does; what has another name or port is not of this configuration. */
function belongsTo(remote: Remote, peer: FastdPeer): boolean {
  return remote.peer !== null && remote.peer === peer.name && remote.port === peer.port;
}

/** UDP sockets of fastd with a port of their own. */
export function fastdSockets(node: Node): Socket[] {
  return (node.sockets ?? []).filter((socket) => socket.proto === 17 && socket.commands.includes("fastd") && socket.local.port !== null);
}

/** The families a socket speaks: `[::]` without v6only speaks both. */
export function familiesOf(socket: Socket): Family[] {
  if (socket.family === null) return [...FAMILIES];
  if (socket.family === 6 && !socket.v6only && socket.local.address === null) return [...FAMILIES];
  return [socket.family];
}

function namedRemotes(remote: Remote, all: readonly Remote[], peers: readonly FastdPeer[], resolutions: readonly Resolution[]): NamedRemote[] {
  const { host, port, at } = remote;
  if (host.kind !== "name") return [];
  const name = host.name.toLowerCase().replace(/\.$/, "");
  const families = host.family === null ? FAMILIES : [host.family];
  return families.map((family) => {
    const answer = resolutions.find((resolution) => resolution.name === name && resolution.family === family);
    const how = answer?.complete === true ? "dns" : shownByStatus(remote, family, all, peers) ? "status" : null;
    return { name, family, port, at, resolved: how };
  });
}

/** Status tells a name's address only when nothing else of that peer can have given it: no literal remote, no second name. */
function shownByStatus(remote: Remote, family: Family, all: readonly Remote[], peers: readonly FastdPeer[]): boolean {
  const siblings = all.filter((other) => other.peer === remote.peer && other.port === remote.port);
  const names = siblings.filter(({ host }) => host.kind === "name" && (host.family === null || host.family === family));
  const isLiteral = (peer: FastdPeer): boolean => siblings.some(({ host }) => host.kind === "address" && sameAddress(host.address, peer.address));
  return names.length === 1 && peers.some((peer) => belongsTo(remote, peer) && peer.address.family === family && !isLiteral(peer));
}

function distinct(remotes: readonly NamedRemote[]): NamedRemote[] {
  return remotes.filter((remote, i) => remotes.findIndex((other) => other.name === remote.name && other.family === remote.family && other.port === remote.port) === i);
}

function addressesOf(remote: NamedRemote, resolutions: readonly Resolution[]): KnownRemote[] {
  const answers = resolutions.filter((resolution) => resolution.name === remote.name && resolution.family === remote.family);
  return answers.flatMap((answer) =>
    answer.addresses.map((address) => ({ address, port: remote.port, at: remote.at, how: `resolved ${remote.name}` })),
  );
}

/** A connected socket of fastd whose peer has a configured port. */
function connectedTo(socket: Socket, remotes: readonly Remote[]): KnownRemote[] {
  const { address, port } = socket.peer;
  if (address === null || port === null || !remotes.some((remote) => remote.port === port)) return [];
  return [{ address, port, at: socket.at, how: "a socket of fastd" }];
}

function unique(remotes: readonly KnownRemote[]): KnownRemote[] {
  return remotes.filter((remote, i) => remotes.findIndex((other) => other.port === remote.port && sameAddress(other.address, remote.address)) === i);
}
