/** Where a rule and its translation are not the same to the kernel: a rule, and a packet that comes out otherwise. */
import type { Family } from "../../../src/model/address.js";
import { PEERS } from "../path/world.js";
import type { Line } from "./packets.js";

/** `rule` stands alone in a chain of mangle. */
export interface Proof {
  readonly family: Family;
  readonly chain: "OUTPUT" | "POSTROUTING";
  readonly rule: string;
  /** Of the world of path/. */
  readonly packet: Line;
}

/** What a process of the node sends. */
export const SENT = { origin: "local", family: 4, dst: PEERS[4].far, mark: 0, uid: 0, gid: 0, proto: 17, sport: 40_000, dport: 53, api: "connect", markWhen: "create" } as const;
/** What the node passes on. */
export const PASSING = { origin: "forward", family: 4, src: PEERS[4].client, dst: PEERS[4].far, iif: "client0", proto: 17, sport: 40_000, dport: 53 } as const;
