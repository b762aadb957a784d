/** fastd-status.json: what fastd's status socket says of its peers. */
import type { FastdPeer } from "../model/node.js";
import { parseEndpoint } from "./endpoints.js";
import { isObject, optionalObject, own, ownText } from "./json.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** Peers whose address is known now (`any` is none); null when the text is no such status. A peer's place is its key. */
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
  for (const key of Object.keys(peers)) {
    const at = `${remarks.file}#${key.slice(0, 80)}`;
    const peer = own(peers, key);
    const address = isObject(peer) ? own(peer, "address") : undefined;
    if (isObject(peer) && (address === "any" || address === null || address === undefined)) continue;
    const end = typeof address === "string" ? parseEndpoint(address) : null;
    if (isObject(peer) && end?.address != null && end.port !== null) value.push({ name: ownText(peer, "name"), address: end.address, port: end.port, at });
    else remarks.say("WP1102", at, `address ${show(address)} cannot be read`, "this server is known by its configuration only");
  }
  return { value, diagnostics: remarks.list() };
}
