/** fastd-status.json: what fastd's status socket says of its peers. */
import type { FastdPeer } from "../model/node.js";
import { parseEndpoint } from "./endpoints.js";
import { isObject, optionalObject, own, ownText } from "./values.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** Peers whose address is known now (`any` is none); null when the text is no such status. A peer's place counts from 0: its key is text that somebody else chose. */
export function parseStatus(text: string): Parsed<readonly FastdPeer[] | null> {
  const remarks = new Remarks("fastd-status.json");
  const status = optionalObject(text, remarks);
  if (status === null) return { value: null, diagnostics: remarks.list() };
  const peers = own(status, "peers");
  if (!isObject(peers)) {
    remarks.say("WP1005", remarks.file, "has no object of peers", "it is treated as missing");
    return { value: null, diagnostics: remarks.list() };
  }
  const value: FastdPeer[] = [];
  for (const [i, key] of Object.keys(peers).entries()) {
    const at = `${remarks.file}#${i}`;
    const peer = own(peers, key);
    const address = isObject(peer) ? own(peer, "address") : undefined;
    if (isObject(peer) && (address === "any" || address === null || address === undefined)) continue;
    const { address: host = null, port = null } = (typeof address === "string" ? parseEndpoint(address) : null) ?? {};
    if (isObject(peer) && host !== null && port !== null && port > 0) value.push({ name: ownText(peer, "name"), address: host, port, at });
    else remarks.say("WP1102", at, `address ${show(address)} cannot be read`, "this server is known by its configuration only");
  }
  return { value, diagnostics: remarks.list() };
}
