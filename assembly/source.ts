import { Condition, Image, Packet, Source, Totals, Translated, Visible } from "./layout";
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

/** 1 for a source that does not belong on the WAN; one that the firewall may still have changed is counted and let pass. */
export function foreignSource(image: Image, packet: Packet, totals: Totals): u8 {
  if (!isForeign(image, packet)) return 0;
  if (!mayBeTranslated(image, packet)) return 1;
  totals.untold++;
  return 0;
}

/** A source (of ARP: the sender's protocol address) that is set and is none of the WAN's. */
function isForeign(image: Image, packet: Packet): bool {
  if (packet.condition == Condition.MALFORMED) return false;
  if (packet.family == 0 && packet.etherType != EtherType.ARP) return false;
  return (packet.src0 | packet.src1 | packet.src2 | packet.src3) != 0 && !isOwnSource(image, packet);
}

/** Whether the firewall may still change this source before the packet is on the wire. */
function mayBeTranslated(image: Image, packet: Packet): bool {
  const family: u32 = packet.family == 4 ? Translated.IPV4 : packet.family == 6 ? Translated.IPV6 : 0;
  return (packet.visible & Visible.BEFORE_NAT) != 0 && (image.translated & family) != 0;
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
