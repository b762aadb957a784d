import { Cooked, Cooked2, CookedType } from "../../../assembly/wire/cooked";
import { begin, hex } from "../support/bytes";

export function a_cooked_header_has_sixteen_bytes(): void {
  const at = begin();
  assert(Cooked.fits(at, at + 16) && !Cooked.fits(at, at + 15));
  assert(changetype<Cooked>(at).payload == at + 16);
}

export function a_cooked_header_tells_type_address_and_protocol(): void {
  const at = begin();
  hex("0004 0001 0006 020000000001 0000 86dd");
  const header = changetype<Cooked>(at);
  assert(header.type == CookedType.OUTGOING && header.addressLength == 6 && header.address == at + 6 && header.protocol == 0x86dd);
}

export function the_second_version_has_twenty_bytes(): void {
  const at = begin();
  assert(Cooked2.fits(at, at + 20) && !Cooked2.fits(at, at + 19));
  assert(changetype<Cooked2>(at).payload == at + 20);
}

export function the_second_version_names_the_interface(): void {
  const at = begin();
  hex("0800 0000 00000107 0001 03 06 020000000001 0000");
  const header = changetype<Cooked2>(at);
  assert(header.protocol == 0x0800 && header.interfaceIndex == 0x107);
  assert(header.type == CookedType.OTHERHOST && header.addressLength == 6 && header.address == at + 12);
}
