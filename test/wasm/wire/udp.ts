import { Udp } from "../../../assembly/wire/udp";
import { begin, bytes } from "../support/bytes";

export function udp_fits_in_8_bytes_and_its_ports_in_4(): void {
  const at = begin();
  assert(Udp.fits(at, at + 8) && !Udp.fits(at, at + 7));
  assert(Udp.portsFit(at, at + 4) && !Udp.portsFit(at, at + 3));
}

export function udp_tells_ports_and_payload(): void {
  const at = bytes("ffff 0035 0008 0000");
  const header = changetype<Udp>(at);
  assert(header.source == 65535 && header.destination == 53);
  assert(header.payload == at + 8);
}
