/** What the running kernel does with a packet under each side's rules: who is right where two walks differ. */
import { FAMILIES } from "../../../src/model/address.js";
import { conduct, type Setup, type Tools } from "../path/trial.js";
import type { Observed, PathPacket } from "../path/words.js";
import type { Asking } from "./packets.js";
import type { Ruleset, Texts } from "./rulesets.js";
import type { Translation } from "./translator.js";

export interface Truth {
  readonly iptables: Observed;
  readonly nft: Observed;
}

/** null: the packet cannot be sent, or the node is not known well enough to be made. */
export function askKernel(tools: Tools, { lines }: Ruleset, { saved, lines: nft }: Translation, asking: Asking): Truth | null {
  const packet = sendable(asking);
  if (lines === null || packet === null) return null;
  const fate = (setup: Pick<Setup, "backend" | "rules">): Observed | undefined => conduct(tools, { ...setup, lines, listeners: [] }, [packet]).sightings[0]?.observed;
  const [one, other] = [fate({ backend: "iptables-legacy", rules: rulesOf(saved) }), fate({ backend: "nft", rules: nft })];
  return one === undefined || other === undefined ? null : { iptables: one, nft: other };
}

/** A first packet with all that the lab's tools need. Fields they do not set must have their usual values. */
export function sendable({ line, entry }: Asking): PathPacket | null {
  const { origin, family, dst, src, proto, sport, dport, iif, oif, mark, uid, gid, icmpType, icmpCode, icmpId, tcpFlags, ct = "new" } = line;
  if (ct !== "new" || entry !== undefined || (family !== 4 && family !== 6) || typeof dst !== "string" || line["tos"] !== undefined || line["hopLimit"] !== undefined) return null;
  const ends = { family, dst, ...(typeof src === "string" ? { src } : {}) } as const;
  const layer = typeof sport === "number" && typeof dport === "number" && proto === 17 ? { proto, sport, dport }
    : typeof sport === "number" && typeof dport === "number" && proto === 6 && tcpFlags === "S" ? { proto, sport, dport, tcpFlags }
    : (proto === 1 || proto === 58) && icmpType === (family === 4 ? 8 : 128) && icmpCode === 0 ? { proto, icmpType, icmpCode, icmpId: typeof icmpId === "number" ? icmpId : 7 } : null;
  if (layer === null) return null;
  if (origin === "forward") return typeof iif === "string" && typeof src === "string" && iif !== "lo" && (mark === undefined || mark === 0) ? { origin, ...ends, iif, ...layer } : null;
  if (origin !== "local" || typeof uid !== "number" || typeof gid !== "number") return null;
  const api = line["api"] === "sendto" && proto !== 6 ? "sendto" : "connect";
  const markWhen = line["markWhen"] === "connected" ? "connected" : "create";
  return { origin, ...ends, ...layer, uid, gid, api, ...(typeof oif === "string" ? { oif } : {}), ...(typeof mark === "number" && mark !== 0 ? { mark, markWhen } : {}), ...(proto === 1 || proto === 58 ? { socket: "raw" } : {}) };
}

/** The words of path/ruleset.ts: `4 mangle -A OUTPUT ...`. */
function rulesOf(saved: Texts): readonly string[] {
  return FAMILIES.flatMap((family) => {
    let table = "";
    return saved[family].split("\n").flatMap((line) => {
      if (line.startsWith("*")) table = line.slice(1);
      const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
      if (chain !== undefined && policy !== undefined) return [`${family} ${table} ${policy === "-" ? `-N ${chain}` : `-P ${chain} ${policy}`}`];
      return line.startsWith("-A ") ? [`${family} ${table} ${line}`] : [];
    });
  });
}
