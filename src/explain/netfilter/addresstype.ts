/** What the routing tables say of an address: inet_addr_type (net/ipv4/fib_frontend.c), match_lookup_rt6 (net/netfilter/xt_addrtype.c), nft_fib6_eval_type. */
import { type Address, isMulticast, isUnspecified } from "../../model/address.js";
import { ADDRESS_TYPE } from "../../model/netfilter.js";
import type { OpenField } from "../classes.js";
import { LOCAL, LOOPBACK } from "../fib.js";
import { isLimitedBroadcast, isStrict, isZeroNet, lookupOutput } from "../output.js";
import { type Question, Reader } from "../question.js";
import { lookup4 } from "../table.js";
import { SILENT } from "../trail.js";

/** One of ADDRESS_TYPE. `other`: the packet's other end, which IPv6 looks up with. */
export function addressType(address: Address, other: Address | null, reader: Reader): number {
  return address.family === 4 ? type4(address, reader) : type6(address, other, reader);
}

/** IPv4 asks table local alone, which is the same trie as main while nobody has configured a rule. */
function type4(address: Address, { ground, choices }: Reader): number {
  if (isZeroNet(address) || isLimitedBroadcast(address)) return ADDRESS_TYPE.broadcast;
  if (isMulticast(address)) return ADDRESS_TYPE.multicast;
  const { merged, tables } = ground.fibs[4];
  const question: Question = { family: 4, dst: address, src: null, mark: 0, iif: LOOPBACK, oif: null, strict: false, owned: false };
  const answer = lookup4(merged ?? tables.get(LOCAL) ?? [], question, new Reader(ground, NOTHING, 4, choices));
  if (answer.kind !== "hit") return ADDRESS_TYPE.unicast;
  const { type } = answer.route;
  return type === "local" || type === "broadcast" || type === "multicast" || type === "anycast" ? ADDRESS_TYPE[type] : ADDRESS_TYPE.unicast;
}

/** IPv6 makes a lookup of its own, without mark, owner and ports. */
function type6(address: Address, other: Address | null, { ground, choices }: Reader): number {
  if (isUnspecified(address)) return ADDRESS_TYPE.unspec;
  if (isMulticast(address)) return ADDRESS_TYPE.multicast;
  const question: Question = { family: 6, dst: address, src: other, mark: 0, iif: LOOPBACK, oif: null, strict: isStrict(address, null, other, false), owned: false };
  const output = lookupOutput(question, new Reader(ground, NOTHING, 6, choices), SILENT, true);
  if (output.kind !== "way") return output.kind === "error" && output.error === "EACCES" ? ADDRESS_TYPE.prohibit : output.kind === "error" && output.error === "EINVAL" ? ADDRESS_TYPE.blackhole : ADDRESS_TYPE.unreachable;
  return output.type === "local" || output.type === "anycast" ? ADDRESS_TYPE[output.type] : ADDRESS_TYPE.unicast;
}

/** The kernel asks with nothing but the addresses. */
const NOTHING: ReadonlyMap<OpenField, number> = new Map([["tos", 0], ["proto", 0], ["sport", 0], ["dport", 0], ["uid", 0], ["gid", 0]]);
