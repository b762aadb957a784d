/** The effective policy of a node: what may leave on the WAN, and where each value comes from. */
import { formatAddress } from "../model/address.js";
import { describe } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import type { Policy, PolicyRow } from "../model/policy.js";
import type { Class } from "../model/verdict.js";
import { type Line, type Paint, type Span, plain, renderLines, table } from "./lines.js";
import { CLASS_WORDS } from "./words.js";

/** The shape of `wanproof/policy@1` (docs/schema/policy.schema.json): the policy with its addresses as text. */
export function policyDocument(policy: Policy, node: Node): Record<string, unknown> {
  return {
    schema: "wanproof/policy@1",
    name: policy.name,
    node: { name: node.name, path: node.path },
    wan: { devices: policy.wan, from: policy.wanFrom },
    rows: policy.rows.map(({ class: name, reason, why, at, matches }) => ({ class: name, reason, why, at, matches })),
    sources: policy.sources.map(formatAddress),
    macs: policy.macs,
    listeners: policy.listeners?.map(({ proto, family, address, port }) => ({ proto, family, address: address === null ? null : formatAddress(address), port })) ?? null,
    portRange: policy.portRange,
    mark: policy.mark,
    gid: policy.gid,
    names: policy.names.map(({ name, family, port, at, resolved }) => ({ name, family, port, at, resolved })),
    diagnostics: policy.diagnostics,
  };
}

/** The policy for a person. Rows of one class stand together; where the order of rows matters, JSON has it. */
export function renderPolicy(policy: Policy, node: Node, paint: Paint = plain, verbose = false): string {
  const told = policy.diagnostics.filter(({ severity }) => verbose || severity !== "note");
  const lines: Line[] = [
    [{ style: "strong", text: `Policy ${policy.name} for ${node.name}: what may leave on the WAN` }],
    ...table(factRows(policy), ["left", "left"], "  "),
    ...[...groups(policy.rows)].flatMap(([name, rows]): Line[] => [[], ...classLines(name, rows)]),
    [],
    ["What no class takes is a leak."],
    ...(told.length === 0 ? [] : [[], ...told.map((d): Line => [{ style: d.severity === "error" ? "bad" : "unsure", text: describe(d) }])]),
  ];
  return renderLines(lines, paint);
}

function factRows(policy: Policy): Span[][] {
  const { value, mask } = policy.mark;
  return [
    ["WAN devices:", `${policy.wan.join(", ")}  [${policy.wanFrom}]`],
    ["own addresses:", policy.sources.length === 0 ? "none" : policy.sources.map(formatAddress).join(", ")],
    ["VPN's mark:", `0x${value.toString(16)}/0x${mask.toString(16)}`],
    ["VPN's group:", policy.gid === null ? "not known" : `gid ${policy.gid}`],
    ["listening ports:", policy.listeners === null ? "not known (ss.txt is missing)" : portList(policy.listeners.map(({ port }) => port))],
    ["local ports:", policy.portRange.join("-")],
    ...policy.names.map((remote): Span[] => [
      "server by name:",
      `${remote.name} port ${remote.port}, IPv${remote.family}, ${remote.resolved === null ? "not resolved" : `resolved by ${remote.resolved}`}  [${remote.at}]`,
    ]),
  ];
}

function portList(ports: readonly number[]): string {
  return ports.length === 0 ? "none" : [...new Set(ports)].sort((a, b) => a - b).join(", ");
}

function groups(rows: readonly PolicyRow[]): Map<Class, PolicyRow[]> {
  const byClass = new Map<Class, PolicyRow[]>();
  for (const row of rows) byClass.set(row.class, [...(byClass.get(row.class) ?? []), row]);
  return byClass;
}

/** One line for each reason and place: a range of addresses may need several rows that say the same. */
function classLines(name: Class, rows: readonly PolicyRow[]): Line[] {
  const sayings = new Map(rows.map((row) => [`${row.at}\n${row.why}`, row] as const));
  return [
    [{ style: "strong", text: name }, `  ${CLASS_WORDS[name]}`],
    ...table([...sayings.values()].map((row): Span[] => [`[${row.at}]`, row.why]), ["left", "left"], "  "),
  ];
}
