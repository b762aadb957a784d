// PPPoE sessions, and tags that a switch chip puts between the addresses and the type.
import { Condition, Packet } from "../../../assembly/layout";
import { LinkType } from "../../../assembly/link";
import { begin, here, hex } from "../support/bytes";
import { ipv6, udp } from "../support/frames";
import { datagram, dissectedAs, isDatagram, session } from "../support/links";

const UDP: u32 = 17;

export function a_pppoe_session_carries_ipv4(): void {
  const at = session(0x0021);
  datagram();
  const packet = dissectedAs(LinkType.ETHERNET, at, here());
  assert(isDatagram(packet) && packet.etherType == 0x8864);
}

export function a_pppoe_session_carries_ipv6(): void {
  const at = session(0x0057);
  ipv6(UDP, 8);
  udp(40000, 53);
  const packet = dissectedAs(LinkType.ETHERNET, at, here());
  assert(packet.condition == Condition.WHOLE && packet.family == 6 && packet.dport == 53);
}

export function a_pppoe_session_inside_a_tag_is_read(): void {
  const at = begin();
  hex("020000000099 020000000001 8100 0007 8864 11 00 0001 001e 0021");
  datagram();
  assert(isDatagram(dissectedAs(LinkType.ETHERNET, at, here())));
}

export function lcp_is_whole_and_no_ip(): void {
  const at = session(0xc021);
  hex("0101 0004");
  const packet = dissectedAs(LinkType.ETHERNET, at, here());
  assert(packet.family == 0 && packet.condition == Condition.WHOLE && packet.etherType == 0x8864);
}

export function a_pppoe_session_of_another_code_is_malformed(): void {
  const at = session(0x0021);
  datagram();
  store<u8>(at + 15, 0xa7);
  const packet = dissectedAs(LinkType.ETHERNET, at, here());
  assert(packet.condition == Condition.MALFORMED && packet.family == 0);
}

/** A switch's tag between the addresses and the type, in front of IPv4. */
function switched(tag: string): Packet {
  const at = begin();
  hex("020000000099 020000000001");
  hex(tag);
  hex("0800");
  datagram();
  return dissectedAs(LinkType.ETHERNET, at, here());
}

export function a_switchs_tag_of_two_four_or_eight_bytes_is_detected(): void {
  assert(switched("9000").condition == Condition.TAGGED, "two");
  assert(switched("00040000").condition == Condition.TAGGED, "four");
  assert(switched("dada000040080000").condition == Condition.TAGGED, "eight");
}

export function a_switchs_tag_in_front_of_ipv6_is_detected(): void {
  const at = begin();
  hex("020000000099 020000000001 00040000 86dd");
  ipv6(UDP, 8);
  udp(40000, 53);
  assert(dissectedAs(LinkType.ETHERNET, at, here()).condition == Condition.TAGGED);
}

export function a_type_without_a_fitting_version_behind_it_is_no_switchs_tag(): void {
  const at = begin();
  hex("020000000099 020000000001 00040000 0800 60000000 00000000");
  assert(dissectedAs(LinkType.ETHERNET, at, here()).condition == Condition.WHOLE);
}

export function lldp_has_no_switchs_tag(): void {
  const at = begin();
  hex("0180c200000e 020000000001 88cc 0207 04 020000000001 0403 03 6c616e31 0602 0078 0000");
  const packet = dissectedAs(LinkType.ETHERNET, at, here());
  assert(packet.condition == Condition.WHOLE && packet.etherType == 0x88cc);
}

export function stp_has_no_switchs_tag(): void {
  const at = begin();
  hex("0180c2000000 020000000001 0026 424203 0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00 0000000000000000");
  assert(dissectedAs(LinkType.ETHERNET, at, here()).condition == Condition.WHOLE);
}

/** Until the version behind a switch's type is there, a cut frame is an unknown type and no trap. */
export function a_switchs_tag_cut_at_any_byte_is_no_trap(): void {
  const at = begin();
  hex("020000000099 020000000001 00040000 0800");
  datagram();
  const end = here();
  for (let size: usize = 14; size <= end - at; size++) {
    const packet = dissectedAs(LinkType.ETHERNET, at, end, <u32>(end - at - size));
    assert(packet.condition == (size <= 18 ? <u32>Condition.WHOLE : <u32>Condition.TAGGED));
  }
}
