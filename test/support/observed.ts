/** Packets as NFLOG showed them on the node of nodes.ts: NTP of uid 123, of which a test says only what matters to it. */
import type { Observed } from "../../src/core/observed.js";
import { Lens } from "../../src/verify/lens.js";
import type { Node } from "../../src/model/node.js";
import { POLICIES } from "../../src/policy/policies.js";
import { address, aNode } from "./nodes.js";

export interface SeenParts extends Omit<Partial<Observed>, "src" | "dst" | "family"> {
  readonly src?: string;
  readonly dst?: string;
}

/** Logged in POSTROUTING on its way to a stranger, from the address the kernel chooses there. */
export function seen({ dst = "203.0.113.99", src, ...parts }: SeenParts = {}): Observed {
  const to = address(dst);
  const from = address(src ?? (to.family === 4 ? "192.0.2.42" : "2001:db8:f00d:1::20"));
  return {
    hook: "postrouting", family: to.family, proto: 17, src: from, dst: to, sport: 40000, dport: 123, icmpType: null, icmpCode: null, tcpFlags: null,
    mark: 0, uid: 123, gid: 123, dev: to.family === 4 ? "br-wan" : "br-client", flow: 1, frames: 1, bytes: 100, capture: 0, frame: 1, seconds: 1, nanos: 0, ...parts,
  };
}

export function lens(node: Node = aNode()): Lens {
  return new Lens(node, POLICIES.gluon.build(node, {}));
}
