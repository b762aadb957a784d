/** A node's state, renumbered: JSON as values, other files word by word. */
import { type Address, formatAddress, networkWords, parseAddress, sameAddress, WIDTH } from "../../../src/model/address.js";
import { insideKind } from "./addresses.js";
import { formatHardware, parseHardware } from "./hardware.js";
import type { Renumbering, State } from "./plan.js";

/** All files, renumbered. Accounts have no addresses, so group and passwd stay. */
export function renumberState(state: State, renumbering: Renumbering): State {
  const words = wordMap(renumbering);
  return Object.fromEntries(Object.entries(state).map(([file, text]) => [file, renumberFile(file, text, renumbering, words)]));
}

type TextMap = (text: string) => string;

function renumberFile(file: string, text: string, renumbering: Renumbering, words: TextMap): string {
  if (file === "group" || file === "passwd") return text;
  if (file.endsWith(".json")) return JSON.stringify(JSON.parse(text, (_, value: unknown) => (typeof value === "string" ? words(value) : value)));
  return words(PORTS_OF[file]?.(text, renumbering) ?? text);
}

/** Ports and names, found by the words around them, while the text is still the node's own. */
const PORTS_OF: Readonly<Record<string, (text: string, renumbering: Renumbering) => string>> = {
  "ss.txt": (text, { port }) => ports(text, /((?:\*|\]|(?:\d+\.){3}\d+)(?:%[\w.-]+)?:)(\d+)\b/g, port),
  "fastd.conf": (text, { port, label }) =>
    ports(text, /(\bport\s+|\bany:|\]:|(?:\d+\.){3}\d+:)(\d+)\b/g, port)
      .replace(/(\bremote\s+(?:ipv[46]\s+)?")([^"]+)(?=")/g, (_, before: string, name: string) => before + renumberName(name, label)),
  "iptables-save.txt": firewallPorts,
  "ip6tables-save.txt": firewallPorts,
};

/** A range stays: its ports are permuted among themselves. */
function firewallPorts(text: string, { port }: Renumbering): string {
  const single = ports(text, /(--(?:sport|dport|to-ports) |--to-destination \S*:)(\d+)(?=\s)/g, port);
  return single.replace(/(--(?:sports|dports|ports) )([\d,]+)(?=\s)/g, (_, option: string, list: string) =>
    option + list.split(",").map((digits) => port(Number(digits))).join(","));
}

function ports(text: string, pattern: RegExp, port: Renumbering["port"]): string {
  return text.replace(pattern, (_, before: string, digits: string) => `${before}${port(Number(digits))}`);
}

/** Label by label. */
export function renumberName(name: string, label: Renumbering["label"]): string {
  return name.split(".").map((each) => (each === "" ? each : label(each))).join(".");
}

/** Hardware addresses (also in a bridge's identifier), IP addresses and prefixes, devices: in one pass, so that nothing is mapped twice. */
function wordMap({ address, hardware, devices }: Renumbering): TextMap {
  const names = [...devices.keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/\./g, "\\."));
  const device = names.length === 0 ? "(?!)" : `(?<![\\w-])(?:${names.join("|")})(?![\\w-])`;
  const pattern = new RegExp(`${BRIDGE.source}|${MAC.source}|(?<ip>${IPV6.source}|${IPV4.source})(?<length>/\\d+)?|(?<device>${device})`, "g");
  return (text) => text.replace(pattern, (...found: unknown[]) => {
    const [all, groups] = [String(found[0]), found.at(-1)];
    const part = (name: string): string | null => textOf(groups, name);
    const prefix = part("bridge"), mac = part("mac"), ip = part("ip"), dev = part("device");
    if (prefix !== null) return prefix + formatHardware(hardware(parseHardware(all.slice(prefix.length))), 1);
    if (mac !== null) return formatHardware(hardware(parseHardware(mac)));
    if (dev !== null) return devices.get(dev) ?? dev;
    return ip === null ? all : renumberAddress(ip, part("length") ?? "", address);
  });
}

const HEX_BEFORE = /(?<![\w:.])/;
const BRIDGE = new RegExp(`${HEX_BEFORE.source}(?<bridge>[0-9a-f]{4}\\.)[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}(?![\\w:])`);
const MAC = new RegExp(`${HEX_BEFORE.source}(?<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5})(?![\\w:])`);
const IPV6 = new RegExp(`${HEX_BEFORE.source}[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?![\\w:])`);
const IPV4 = new RegExp(`${HEX_BEFORE.source}\\d+(?:\\.\\d+){3}(?![\\w.])`);

function textOf(groups: unknown, name: string): string | null {
  const found: unknown = typeof groups === "object" && groups !== null ? Reflect.get(groups, name) : undefined;
  return typeof found === "string" ? found : null;
}

/** `length` with its slash. Text that is no address, and a network that holds a whole kind of addresses, stay. */
function renumberAddress(text: string, length: string, map: (address: Address) => Address): string {
  const address = parseAddress(text);
  if (address === null) return text + length;
  const prefix = { address, length: length === "" ? WIDTH[address.family] : Number(length.slice(1)) };
  const isNetwork = networkWords(prefix).every((word, i) => word === address.words[i]);
  if (isNetwork && length !== "" && !insideKind(prefix)) return text + length;
  const moved = map(address);
  return (sameAddress(moved, address) ? text : formatAddress(moved)) + length;
}
