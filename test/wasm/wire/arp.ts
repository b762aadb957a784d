import { Arp } from "../../../assembly/wire/arp";
import { bytes } from "../support/bytes";

function request(): usize {
  return bytes("0001 0800 06 04 0001 02aabbccddee c0000202 000000000000 c0000201");
}

export function arp_fits_in_28_bytes_and_not_in_27(): void {
  const at = request();
  assert(Arp.fits(at, at + 28));
  assert(!Arp.fits(at, at + 27));
}

export function arp_tells_operation_sender_and_target(): void {
  const arp = changetype<Arp>(request());
  assert(arp.operation == 1, "operation");
  assert(arp.senderHardware == 0x02aabbccddee, "sender's hardware address");
  assert(arp.sender == 0xc0000202, "sender");
  assert(arp.target == 0xc0000201, "target");
}

export function arp_is_known_for_ethernet_and_ipv4_only(): void {
  assert(changetype<Arp>(request()).known);
  assert(!changetype<Arp>(bytes("0006 0800 06 04")).known, "another hardware type");
  assert(!changetype<Arp>(bytes("0001 86dd 06 04")).known, "another protocol type");
  assert(!changetype<Arp>(bytes("0001 0800 08 04")).known, "another hardware length");
  assert(!changetype<Arp>(bytes("0001 0800 06 10")).known, "another protocol length");
}
