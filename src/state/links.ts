/** link.json and addr.json: `ip -j -d link show`, `ip -j -d addr show`. */
import { parseAddress, WIDTH } from "../model/address.js";
import type { InterfaceAddress, Link } from "../model/node.js";
import { eachObject, isObject, type JsonObject, own, ownText, requiredArray, texts, unsigned } from "./values.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** The devices, in the order of the dump: a device's number is its place here. Throws InputError WP1003 when the text is not a JSON list. */
export function parseLinks(text: string): Parsed<readonly Link[]> {
  const remarks = new Remarks("link.json");
  const links: Link[] = [];
  eachObject(requiredArray(text, remarks.file), remarks, (row, at) => {
    const name = ownText(row, "ifname");
    if (name === null) {
      remarks.say("WP1102", at, `ifname ${show(own(row, "ifname"))} cannot be read`, "the device is left out, so what uses it is not known");
      return;
    }
    links.push({ name, at, ...readLink(row, at, remarks) });
  });
  return { value: links, diagnostics: remarks.list() };
}

function readLink(row: JsonObject, at: string, remarks: Remarks): Omit<Link, "name" | "at"> {
  const index = unsigned(own(row, "ifindex"), 0x7fffffff);
  if (index === null) remarks.say("WP1102", at, `ifindex ${show(own(row, "ifindex"))} cannot be read`, "captures that name devices by number do not find it");
  const info = own(row, "linkinfo");
  const data = isObject(info) ? own(info, "info_data") : undefined;
  return {
    index: index ?? 0,
    mac: macOf(own(row, "address")),
    master: ownText(row, "master"),
    lower: ownText(row, "link"),
    kind: isObject(info) ? ownText(info, "info_kind") : null,
    mtu: unsigned(own(row, "mtu")),
    up: texts(own(row, "flags")).includes("UP"),
    group: typeof own(row, "group") === "number" ? String(own(row, "group")) : ownText(row, "group"),
    data: isObject(data) ? data : {},
  };
}

/** Devices without a hardware address print none, or (lo) all zero; tunnels print their outer address here. */
function macOf(value: unknown): string | null {
  const mac = typeof value === "string" ? value.toLowerCase() : "";
  return /^[\da-f]{2}(?::[\da-f]{2}){5}$/.test(mac) && mac !== "00:00:00:00:00:00" ? mac : null;
}

/** The addresses of all devices; `at` counts devices, as `addr.json#3`. Throws InputError WP1003 when the text is not a JSON list. */
export function parseAddresses(text: string): Parsed<readonly InterfaceAddress[]> {
  const remarks = new Remarks("addr.json");
  const addresses: InterfaceAddress[] = [];
  eachObject(requiredArray(text, remarks.file), remarks, (row, at) => {
    const dev = ownText(row, "ifname");
    const info = own(row, "addr_info");
    const rows: readonly unknown[] = Array.isArray(info) ? info : [];
    if (dev === null || (info !== undefined && !Array.isArray(info))) {
      remarks.say("WP1102", at, dev === null ? `ifname ${show(own(row, "ifname"))} cannot be read` : "addr_info is not a list", "the device's own addresses are not known");
      return;
    }
    for (const element of rows) addresses.push(...readAddress(element, dev, at, remarks));
  });
  return { value: addresses, diagnostics: remarks.list() };
}

function readAddress(row: unknown, dev: string, at: string, remarks: Remarks): InterfaceAddress[] {
  const local = isObject(row) ? ownText(row, "local") : null;
  const address = local === null ? null : parseAddress(local);
  if (!isObject(row) || address === null) {
    if (isObject(row) && Object.keys(row).length === 0) return [];
    remarks.say("WP1102", at, `an address of ${show(dev)} cannot be read (${show(isObject(row) ? own(row, "local") : row)})`, "packets with it as their source count as foreign");
    return [];
  }
  const width = WIDTH[address.family];
  const length = unsigned(own(row, "prefixlen"), width);
  if (length === null) remarks.say("WP1102", at, `prefixlen ${show(own(row, "prefixlen"))} of ${show(local)} cannot be read`, "its network is not known");
  const scope = own(row, "scope");
  return [{ dev, address, length: length ?? width, scope: typeof scope === "number" ? String(scope) : (ownText(row, "scope") ?? "global"), flags: flagsOf(row), at }];
}

/** iproute2 prints each flag as a key whose value is true. */
function flagsOf(row: JsonObject): string[] {
  return Object.keys(row).filter((key) => row[key] === true).map((key) => key.toLowerCase());
}
