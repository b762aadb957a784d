// Which address an unbound IPv6 packet carries: ipv6_dev_get_saddr and ipv6_get_saddr_eval (net/ipv6/addrconf.c), RFC 6724 as the kernel does it.

import { DeviceTrait, Own, OwnTrait, Packet, Router } from "../layout";
import { deviceIs, ownOf } from "./saddr4";

const LINK_LOCAL: i32 = 2;
const SITE_LOCAL: i32 = 5;
const GLOBAL: i32 = 14;
/** The scope of `::`. */
const INVALID: i32 = -1;

/** Fills in what the addresses of the node are by themselves. Once for each node. */
export function labelOwn(router: Router): void {
  for (let number: u32 = 1; number <= router.own6Count; number++) {
    const own = ownOf(router.own6, number);
    own.scope = <u32>scopeOf(own.word0, own.word1, own.word2, own.word3);
    own.label = labelOf(own.word0, own.word1, own.word2);
  }
}

/** The number of the best own address for the packet's destination by this device; 0 = there is none. */
export function selectSource6(router: Router, packet: Packet, device: u32): u32 {
  const scope = scopeOf(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
  const label = labelOf(packet.dst0, packet.dst1, packet.dst2);
  const multicast = packet.dst0 >>> 24 == 0xff;
  const onDevice = device != 0 && (multicast || scope <= LINK_LOCAL || deviceIs(router, device, DeviceTrait.OIF_ADDRESSES_ONLY));
  let best: u32 = 0;
  let highest: u32 = 0;
  for (let number: u32 = 1; number <= router.own6Count; number++) {
    const own = ownOf(router.own6, number);
    if (onDevice && own.device != device) continue;
    const rank = rankOf(own, packet, device, scope, label);
    if (rank > highest) {
      best = number;
      highest = rank;
    }
  }
  return best;
}

/**
 * The rules in their order as one number, never 0: the first address of the highest one is taken.
 *
 *   1 destination | 8 scope | 1 not deprecated | 1 device | 1 label | 1 temporary or not | 1 ORCHID | 8 common bits | 1 not optimistic
 */
function rankOf(own: Own, packet: Packet, device: u32, scope: i32, label: u32): u32 {
  const common = commonBits(own, packet);
  let rank = u32(common == 128);
  rank = rank << 8 | reach(<i32>own.scope, scope);
  rank = rank << 1 | u32(!(own.traits & OwnTrait.AVOIDED));
  // Without a device no address is on it.
  rank = rank << 1 | u32(own.device == device);
  rank = rank << 1 | u32(own.label == label);
  rank = rank << 1 | u32((own.traits & OwnTrait.FAVOURED) != 0);
  rank = rank << 1 | u32(isOrchid(own.word0) == isOrchid(packet.dst0));
  rank = rank << 8 | min(common, own.length);
  return rank << 1 | u32(!(own.traits & OwnTrait.OPTIMISTIC));
}

/** Scopes that reach the destination, the smallest of them; behind those the ones that do not, the largest. From 2 to 132. */
function reach(scope: i32, wanted: i32): u32 {
  return 131 + (scope >= wanted ? -scope : scope - 128);
}

/** ipv6_addr_diff(): how many leading bits are the same. */
function commonBits(own: Own, packet: Packet): u32 {
  if (own.word0 != packet.dst0) return clz(own.word0 ^ packet.dst0);
  if (own.word1 != packet.dst1) return 32 + clz(own.word1 ^ packet.dst1);
  if (own.word2 != packet.dst2) return 64 + clz(own.word2 ^ packet.dst2);
  return 96 + clz(own.word3 ^ packet.dst3);
}

/** 2001:10::/28 (RFC 4843). */
function isOrchid(word0: u32): bool {
  return word0 >>> 4 == 0x2001001;
}

/** __ipv6_addr_src_scope(): a multicast address tells its own, the loopback counts as link-local, unique local addresses as global. */
function scopeOf(word0: u32, word1: u32, word2: u32, word3: u32): i32 {
  if (word0 >>> 24 == 0xff) return word0 >>> 16 & 0xf;
  if (word0 >>> 22 == 0x3fa) return LINK_LOCAL;
  if (word0 >>> 22 == 0x3fb) return SITE_LOCAL;
  if ((word0 | word1 | word2) != 0 || word3 > 1) return GLOBAL;
  return word3 == 1 ? LINK_LOCAL : INVALID;
}

/** ip6addrlbl_init_table in net/ipv6/addrlabel.c, longest prefix first. */
function labelOf(word0: u32, word1: u32, word2: u32): u32 {
  if ((word0 | word1) == 0) {
    // ::1 has label 0, which never decides: whatever it is compared with by its label is farther away by rule 8.
    if (word2 == 0) return 3;
    if (word2 == 0xffff) return 4;
  }
  if (word0 == 0x20010000) return 6;
  if (isOrchid(word0)) return 7;
  if (word0 >>> 16 == 0x2002) return 2;
  if (word0 >>> 16 == 0x3ffe) return 12;
  if (word0 >>> 22 == 0x3fb) return 11;
  return word0 >>> 25 == 0x7e ? 5 : 1;
}
