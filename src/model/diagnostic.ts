/** What wanproof says about input it could not use: a value with a stable code, never a stack trace. */

/** How much a diagnostic weighs: a note informs, a warning widens the answer, an error is input that could not be read at all. */
export type Severity = "note" | "warning" | "error";

/** Place, fact, consequence. `code` is stable across versions (docs/messages.md lists them all). */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** File, or file with line or element: `rule6.json#3`, `fastd.conf:7`. */
  readonly place: string;
  readonly fact: string;
  readonly consequence: string;
}

/** Every code with the severity it always has. WP1xxx: the node's state. WP2xxx: captures. WP3xxx: policy. WP9xxx: the command line. */
export const CODES = {
  WP1001: "error", // NODE does not exist or cannot be opened
  WP1002: "error", // a required file is missing
  WP1003: "error", // a required file cannot be parsed at all
  WP1004: "note", // an optional file is missing
  WP1005: "warning", // an optional file cannot be parsed
  WP1006: "error", // a file is larger than any node prints
  WP1007: "warning", // the collector's command for this file failed
  WP1101: "warning", // a rule selector or action that is not modelled
  WP1102: "warning", // a field of a rule, route, address or link has no readable value
  WP1103: "warning", // a route names a device that link.json does not know
  WP1201: "warning", // fastd.conf: a statement that could not be read
  WP1202: "warning", // fastd.conf includes peers that were not collected
  WP1301: "warning", // a line of a text file could not be read
  WP1401: "warning", // a match, target or table of the firewall that is not modelled
  WP1402: "warning", // a line or element of the firewall's dump could not be read
  WP1403: "warning", // a jump of the firewall leads nowhere, in a circle, or too deep
  WP1404: "warning", // a table outside of the IP hooks: another data path
  WP1405: "warning", // the firewall's dump is not whole
  WP2001: "error", // the capture does not exist or cannot be opened
  WP2002: "error", // unknown magic: not a capture file
  WP2003: "error", // unsupported link type
  WP2004: "warning", // frames of an interface have a link type that is not supported
  WP2101: "warning", // the capture ends inside a record
  WP2102: "warning", // a record claims an impossible length
  WP2103: "error", // the capture ends inside its file header
  WP2104: "warning", // a frame could not be decoded
  WP2105: "warning", // compressed data is damaged
  WP2005: "warning", // frames carry a switch's tag
  WP2006: "note", // the capture carries no marks
  WP2007: "warning", // packets were logged before the firewall could change their source
  WP2008: "note", // logged packets whose way the state leaves open
  WP2201: "warning", // a memory of flows, fragments or findings was full
  WP2202: "note", // more different packets were logged than are walked
  WP3001: "error", // no WAN device could be determined
  WP3002: "warning", // the VPN remotes are not known
  WP3003: "warning", // the upstreams of the WAN's DNS daemon are not known
  WP3004: "warning", // a VPN server's name was never seen resolved
  WP3005: "error", // unknown policy
  WP9001: "error", // usage
  WP9002: "error", // the report could not be written
  WP9003: "error", // a packet that was asked about cannot be read
} as const satisfies Record<string, Severity>;

export type Code = keyof typeof CODES;

/** Builds a diagnostic; the severity follows from the code. */
export function diagnostic(code: Code, place: string, fact: string, consequence: string): Diagnostic {
  return { code, severity: CODES[code], place, fact, consequence };
}

/** One line for a person: `WP2101 warning: wan.pcap: ends inside frame 7; verdicts hold up to frame 6`. */
export function describe(d: Diagnostic): string {
  return `${d.code} ${d.severity}: ${d.place}: ${d.fact}; ${d.consequence}`;
}

/** Input that cannot be read at all. Thrown once, at the edge that reads; the command line turns it into exit status 2. */
export class InputError extends Error {
  override readonly name = "InputError";
  constructor(readonly diagnostic: Diagnostic) {
    super(describe(diagnostic));
  }
}

/** Throws an InputError with these parts. */
export function refuse(code: Code, place: string, fact: string, consequence: string): never {
  throw new InputError(diagnostic(code, place, fact, consequence));
}
