/** One thing that the kernel does with packets, in the smallest setup that shows it. */
import type { PathPacket } from "../words.js";
import { ADDRESSES, OWN, PEERS } from "../world.js";

export interface Fact {
  /** Name of its vector; numbers are those of the list of facts that it comes from. */
  readonly name: string;
  /** The fact, as the title of a test. */
  readonly says: string;
  /** Behind the ground and GLUON. */
  readonly lines?: readonly string[];
  /** For iptables, in both its backends, and by translation for nft. */
  readonly rules: readonly string[];
  /** In nft's own words, where the translation would be something else or nothing; null: nft is left out. */
  readonly nft?: readonly string[] | null;
  readonly listeners?: readonly string[];
  readonly packets: readonly PathPacket[];
  /** What becomes of each, in the words of summary.ts. */
  readonly fates: readonly string[];
  /** The same for nft, where it differs. */
  readonly nftFates?: readonly string[];
}

/** Two tables: the mesh is the default, what is marked goes out on the WAN. */
export const GLUON: readonly string[] = [
  ...ADDRESSES, "sysctl net.ipv4.ip_forward=1", "sysctl net.ipv6.conf.all.forwarding=1",
  `route add default via ${PEERS[4].meshGate} dev mesh0`, `-6 route add default via ${PEERS[6].meshGate} dev mesh0`,
  `route add default via ${PEERS[4].wanGate} dev wan0 table 1`, `-6 route add default via ${PEERS[6].wanGate} dev wan0 table 1`,
  "rule add pref 1 fwmark 0x1/0x1 table 1", "-6 rule add pref 1 fwmark 0x1/0x1 table 1",
];

const LOCAL = { origin: "local", uid: 0, gid: 0, mark: 0, api: "connect" } as const;

/** A UDP packet of the node to somebody far away. */
export const UDP4: PathPacket = { ...LOCAL, family: 4, dst: PEERS[4].far, proto: 17, sport: 40000, dport: 53 };
export const UDP6: PathPacket = { ...LOCAL, family: 6, dst: PEERS[6].far, proto: 17, sport: 40000, dport: 53 };
/** A SYN. */
export const TCP4: PathPacket = { ...UDP4, proto: 6, tcpFlags: "S" };
export const TCP6: PathPacket = { ...UDP6, proto: 6, tcpFlags: "S" };
/** An echo request of a raw socket. */
export const PING4: PathPacket = { ...LOCAL, family: 4, dst: PEERS[4].far, proto: 1, icmpType: 8, icmpCode: 0, icmpId: 7, socket: "raw" };
export const PING6: PathPacket = { ...LOCAL, family: 6, dst: PEERS[6].far, proto: 58, icmpType: 128, icmpCode: 0, icmpId: 7, socket: "raw" };

/** From somebody far away, by the WAN, to the node. */
export const IN4: PathPacket = { origin: "forward", family: 4, iif: "wan0", src: PEERS[4].far, dst: OWN[4].wan0, proto: 17, sport: 40000, dport: 99 };
export const IN6: PathPacket = { origin: "forward", family: 6, iif: "wan0", src: PEERS[6].far, dst: OWN[6].wan0, proto: 17, sport: 40000, dport: 99 };

/** From a client to somebody far away. */
export const THROUGH4: PathPacket = { ...IN4, iif: "client0", src: PEERS[4].client, dst: PEERS[4].far, dport: 53 };
export const THROUGH6: PathPacket = { ...IN6, iif: "client0", src: PEERS[6].client, dst: PEERS[6].far, dport: 53 };

export function tcp(packet: PathPacket, dport: number, tcpFlags = "S"): PathPacket {
  return { ...packet, proto: 6, dport, tcpFlags };
}

export function echo({ origin, family, iif = "wan0", src = "", dst }: PathPacket): PathPacket {
  return { origin, family, iif, src, dst, proto: family === 4 ? 1 : 58, icmpType: family === 4 ? 8 : 128, icmpCode: 0, icmpId: 7 };
}
