import { PppProtocol, Pppoe } from "../../../assembly/wire/pppoe";
import { begin, hex } from "../support/bytes";

export function a_session_header_and_its_protocol_have_eight_bytes(): void {
  const at = begin();
  assert(Pppoe.fits(at, at + 8) && !Pppoe.fits(at, at + 7));
  assert(changetype<Pppoe>(at).payload == at + 8);
}

export function code_zero_is_a_sessions_data(): void {
  const at = begin();
  hex("11 00 1234 0010 0057");
  assert(changetype<Pppoe>(at).wellFormed && changetype<Pppoe>(at).protocol == PppProtocol.IPV6);
}

export function discovery_is_no_sessions_data(): void {
  const at = begin();
  hex("11 09 0000 0010 0021");
  assert(!changetype<Pppoe>(at).wellFormed);
}
