import { Image, Packet, Source } from "./layout";
import { EtherType } from "./wire/ethernet";

/** True when the source (of ARP: the sender) is one of the WAN's addresses. */
export function isOwnSource(image: Image, packet: Packet): bool {
  return has(image.sources, image.sourceCount, packet, offsetof<Packet>("src0"));
}

/** True when the destination is one of the WAN's addresses. */
export function isOwnDestination(image: Image, packet: Packet): bool {
  return has(image.sources, image.sourceCount, packet, offsetof<Packet>("dst0"));
}

/** True when the source is any address of the node. */
export function isOwnAddress(image: Image, packet: Packet): bool {
  return has(image.own, image.ownCount, packet, offsetof<Packet>("src0"));
}

/** Looks for the packet's address at `offset` in a list of Source records. */
function has(list: u32, count: u32, packet: Packet, offset: usize): bool {
  const family: u32 = packet.etherType == EtherType.ARP ? 4 : packet.family;
  const at = changetype<usize>(packet) + offset;
  const end = list + count * <u32>offsetof<Source>();
  for (let entry = list; entry < end; entry += offsetof<Source>()) {
    const source = changetype<Source>(entry);
    const same = source.word3 == load<u32>(at, 12) && source.word0 == load<u32>(at) && source.word1 == load<u32>(at, 4) && source.word2 == load<u32>(at, 8);
    if (same && source.family == family) return true;
  }
  return false;
}
