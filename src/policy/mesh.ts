/** Mesh-on-WAN: whether the node is configured to speak the mesh's protocol on its WAN port. */
import type { Node, UciSection } from "../model/node.js";
import type { PolicyRow } from "../model/policy.js";
import { batmanRow, vxlanRows } from "./rows.js";

const VXLAN_PORT = 4789;

/** Rows for what is configured; none when mesh-on-WAN is off. */
export function meshRows(node: Node, wan: readonly string[]): PolicyRow[] {
  const tunnels = node.links.filter((link) => link.kind === "vxlan" && carrierOf(link.data, link.lower, wan));
  if (tunnels.length > 0) return tunnels.flatMap((link) => vxlanRows(portOf(link.data), link.at));
  const plain = node.links.find((link) => wan.includes(link.name) && isBatman(node, link.master));
  if (plain !== undefined) return [batmanRow(plain.at)];
  const section = (node.uci ?? []).find(meshesOnWan);
  if (section === undefined) return [];
  return [...vxlanRows(VXLAN_PORT, section.at), batmanRow(section.at)];
}

/** batman-adv is the master of the devices it sends on. */
function isBatman(node: Node, master: string | null): boolean {
  return master !== null && node.links.some((link) => link.name === master && link.kind === "batadv");
}

function carrierOf(data: Readonly<Record<string, unknown>>, lower: string | null, wan: readonly string[]): boolean {
  const carrier = typeof data["link"] === "string" ? data["link"] : lower;
  return carrier !== null && wan.includes(carrier);
}

function portOf(data: Readonly<Record<string, unknown>>): number {
  return typeof data["port"] === "number" ? data["port"] : VXLAN_PORT;
}

/** UCI's words for a boolean. */
const ON = new Set(["1", "true", "yes", "on", "enabled"]);
const OFF = new Set(["0", "false", "no", "off", "disabled"]);

/** Gluon 2022.1 and later: the role `mesh` on an uplink port set. Before: the interface mesh_wan, mesh_uplink or wan_mesh is on. */
function meshesOnWan(section: UciSection): boolean {
  if (section.package === "gluon" && section.type === "interface") {
    const roles = section.lists["role"] ?? [];
    return roles.includes("mesh") && roles.includes("uplink");
  }
  if (section.package !== "network" || section.type !== "interface") return false;
  if (!["mesh_wan", "mesh_uplink", "wan_mesh"].includes(section.name ?? "")) return false;
  return !ON.has(section.options["disabled"] ?? "0") && !OFF.has(section.options["auto"] ?? "1");
}
