/** A node and a policy, compiled into the core's memory. */
import type { Address } from "../model/address.js";
import { deviceIndex } from "../model/device.js";
import type { Link, Node } from "../model/node.js";
import type { Listener, Policy, PolicyRow } from "../model/policy.js";
import { CLASSES, REASON_NAMES } from "../model/verdict.js";
import type { Core } from "./core.js";
import { type FibImage, writeFib, writeMatches } from "./fib.js";
import { writeLongs, writeRecords, writeShorts, writeWords } from "./writer.js";

export interface Image {
  readonly address: number;
  readonly fib: { readonly 4: FibImage; readonly 6: FibImage };
}

/** Writes everything the core judges by. Takes memory until the arena is rewound. */
export function writeImage(core: Core, node: Node, policy: Policy): Image {
  const wan = new Set(policy.wan);
  const fib = { 4: writeFib(core, node, 4, wan), 6: writeFib(core, node, 6, wan) };
  const [portLow, portHigh] = policy.portRange;
  const address = writeRecords(core, core.layout.ImageAt, [
    {
      fib4: fib[4].address,
      fib6: fib[6].address,
      rows: writeRows(core, policy.rows),
      rowCount: policy.rows.length,
      macs: writeLongs(core, policy.macs.map(macNumber)),
      macCount: policy.macs.length,
      sources: writeRecords(core, core.layout.SourceAt, policy.sources.map(wordsOf)),
      sourceCount: policy.sources.length,
      listeners: writeListeners(core, policy.listeners ?? []),
      listenerCount: policy.listeners?.length ?? 0,
      listenersKnown: Number(policy.listeners !== null),
      portLow,
      portHigh,
      mark: policy.mark.value,
      loopback: deviceIndex(node.links, "lo"),
      devices: writeDevices(core, node, wan),
      deviceCount: node.links.length + 1,
      indexes: writeWords(core, [0, ...node.links.map((link) => link.index)]),
      bridges: writeShorts(core, [0, ...node.links.map((link) => bridgeNumber(node, link))]),
      own: writeRecords(core, core.layout.SourceAt, node.addresses.map(({ address }) => wordsOf(address))),
      ownCount: node.addresses.length,
      translated: (policy.translated[4] ? core.layout.Translated.IPV4 : 0) | (policy.translated[6] ? core.layout.Translated.IPV6 : 0),
    },
  ]);
  return { address, fib };
}

function writeRows(core: Core, rows: readonly PolicyRow[]): number {
  const records = rows.map((row) => ({
    matches: writeMatches(core, row.matches),
    count: row.matches.length,
    verdict: CLASSES.indexOf(row.class) + 1,
    reason: row.reason === null ? 0 : REASON_NAMES.indexOf(row.reason) + 1,
  }));
  return writeRecords(core, core.layout.RowAt, records);
}

function writeListeners(core: Core, listeners: readonly Listener[]): number {
  const records = listeners.map(({ proto, family, address, port }) => ({
    ...(address === null ? {} : wordsOf(address)),
    proto,
    family,
    port,
    anyAddress: Number(address === null),
  }));
  return writeRecords(core, core.layout.ListenerAt, records);
}

function wordsOf({ family, words }: Address): { family: number; word0: number; word1: number; word2: number; word3: number } {
  return { family, word0: words[0], word1: words[1], word2: words[2], word3: words[3] };
}

/** One byte for each device number, 1 for the WAN's. */
function writeDevices(core: Core, node: Node, wan: ReadonlySet<string>): number {
  const at = core.reserve(node.links.length + 1);
  const flags = core.bytes(at, node.links.length + 1);
  for (const dev of wan) flags[deviceIndex(node.links, dev)] = 1;
  flags[0] = 0;
  return at;
}

/** The bridge a device is or belongs to, by number; 0 for neither. */
function bridgeNumber(node: Node, link: Link): number {
  const isBridge = (name: string): boolean => node.links.some((other) => other.name === name && other.kind === "bridge") || (node.bridgePorts ?? []).some((port) => port.bridge === name);
  if (isBridge(link.name)) return deviceIndex(node.links, link.name);
  const bridge = (node.bridgePorts ?? []).find((port) => port.dev === link.name)?.bridge ?? link.master;
  return bridge !== null && isBridge(bridge) ? deviceIndex(node.links, bridge) : 0;
}

/** `02:00:00:00:01:01` as the number its six bytes are. */
export function macNumber(mac: string): bigint {
  return BigInt(`0x${mac.replaceAll(":", "")}`);
}
