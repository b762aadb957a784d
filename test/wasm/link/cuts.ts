// Every header cut at every byte: cut by the capture, or malformed where the frame itself ends there, and never a trap.
import { Condition, Packet } from "../../../assembly/layout";
import { LinkType } from "../../../assembly/link";
import { begin, here, hex } from "../support/bytes";
import { ipv6, udp } from "../support/frames";
import { DATAGRAM_NEEDS, cooked, cooked2, datagram, dissectedAs, logged, rawPacket, session } from "../support/links";

const UDP: u32 = 17;
/** The IPv6 header and the ports. */
const NEEDS6: usize = 44;

/** Cuts what stands from `at` to the pen at each byte before `need`. */
function cutAll(type: u32, at: usize, need: usize): void {
  const end = here();
  for (let size: usize = 0; size < need; size++) {
    const cut: Packet = dissectedAs(type, at, end, <u32>(end - at - size));
    assert(cut.condition == Condition.CUT && cut.dport == 0, "the capture ends here");
    const short: Packet = dissectedAs(type, at, at + size);
    assert(short.condition == Condition.MALFORMED && short.dport == 0, "the frame ends here");
  }
  for (let size = need; size <= end - at; size++) {
    assert(dissectedAs(type, at, end, <u32>(end - at - size)).condition == Condition.WHOLE, "the ports are there");
  }
}

export function cooked_frames_cut_before_their_ports_are_cut_or_malformed(): void {
  cutAll(LinkType.COOKED, cooked(4, true), 16 + DATAGRAM_NEEDS);
}

export function cooked_frames_of_the_second_version_cut_before_their_ports_are_cut_or_malformed(): void {
  cutAll(LinkType.COOKED2, cooked2(4), 20 + DATAGRAM_NEEDS);
}

export function raw_ipv4_cut_before_its_ports_is_cut_or_malformed(): void {
  cutAll(LinkType.RAW, rawPacket(), DATAGRAM_NEEDS);
}

export function raw_ipv6_cut_before_its_ports_is_cut_or_malformed(): void {
  const at = begin();
  ipv6(UDP, 8);
  udp(40000, 53);
  cutAll(LinkType.IPV6, at, NEEDS6);
}

export function loopback_frames_cut_before_their_ports_are_cut_or_malformed(): void {
  const at = begin();
  hex("02000000");
  datagram();
  cutAll(LinkType.NULL, at, 4 + DATAGRAM_NEEDS);
}

export function pppoe_cut_before_its_ports_is_cut_or_malformed(): void {
  const at = session(0x0021);
  datagram();
  cutAll(LinkType.ETHERNET, at, 22 + DATAGRAM_NEEDS);
}

export function pppoe_with_ipv6_cut_before_its_ports_is_cut_or_malformed(): void {
  const at = session(0x0057);
  ipv6(UDP, 8);
  udp(40000, 53);
  cutAll(LinkType.ETHERNET, at, 22 + NEEDS6);
}

/** Attributes have no order, so a record that ends between two of them may be complete: it is cut or malformed, whichever. */
export function log_records_cut_before_their_ports_are_cut_or_malformed(): void {
  const at = logged("0800 0100 0800 0400 0800 0200 00000001 0800 0b00 00000000 0800 0500 00000029 1000 0800 0006 0000 020000000099 0000");
  const end = here();
  const need = end - at - 4;
  for (let size: usize = 0; size <= end - at; size++) {
    const cut: Packet = dissectedAs(LinkType.NFLOG, at, end, <u32>(end - at - size));
    const whole = cut.condition == Condition.WHOLE;
    assert(whole ? size >= need : cut.condition == Condition.CUT || cut.condition == Condition.MALFORMED, "the capture ends here");
    assert(cut.dport == (whole ? 53 : 0));
  }
}

export function a_log_record_whose_payload_the_capture_cut_is_cut(): void {
  const at = logged("0800 0100 0800 0400");
  const end = here();
  const payload = end - at - 28;
  for (let size = payload; size < payload + DATAGRAM_NEEDS; size++) {
    assert(dissectedAs(LinkType.NFLOG, at, end, <u32>(end - at - size)).condition == Condition.CUT);
  }
}
