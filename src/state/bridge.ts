/** bridge-link.json: `bridge -j link show`. */
import type { BridgePort } from "../model/node.js";
import { eachObject, optionalArray, own, ownText } from "./values.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** The ports of all bridges; null when the text is not a JSON list. */
export function parseBridgePorts(text: string): Parsed<readonly BridgePort[] | null> {
  const remarks = new Remarks("bridge-link.json");
  const rows = optionalArray(text, remarks);
  const ports: BridgePort[] = [];
  eachObject(rows ?? [], remarks, (row, at) => {
    const dev = ownText(row, "ifname");
    const bridge = ownText(row, "master");
    if (dev === null) remarks.say("WP1102", at, `ifname ${show(own(row, "ifname"))} cannot be read`, "only link.json tells whether it is a port of a WAN bridge");
    // A VXLAN or a bridge's own entry has no master.
    else if (bridge !== null) ports.push({ dev, bridge, at });
  });
  return { value: rows === null ? null : ports, diagnostics: remarks.list() };
}
