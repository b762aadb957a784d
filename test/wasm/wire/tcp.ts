import { Tcp, TcpFlag } from "../../../assembly/wire/tcp";
import { begin, bytes } from "../support/bytes";

const SEGMENT = "c001 01bb 12345678 9abcdef0 80 12 0400 0000 0000";

export function tcp_fits_in_20_bytes_and_its_flags_in_14(): void {
  const at = begin();
  assert(Tcp.fits(at, at + 20) && !Tcp.fits(at, at + 19));
  assert(Tcp.flagsFit(at, at + 14) && !Tcp.flagsFit(at, at + 13));
}

export function tcp_tells_ports_and_numbers(): void {
  const header = changetype<Tcp>(bytes(SEGMENT));
  assert(header.source == 0xc001 && header.destination == 443, "ports");
  assert(header.sequence == 0x12345678 && header.acknowledgement == 0x9abcdef0, "numbers");
}

export function tcp_header_length_stands_in_the_upper_half_byte(): void {
  assert(changetype<Tcp>(bytes(SEGMENT)).header == 32);
}

export function tcp_is_well_formed_from_five_words_on(): void {
  assert(changetype<Tcp>(bytes("0000 0000 00000000 00000000 50")).wellFormed);
  assert(!changetype<Tcp>(bytes("0000 0000 00000000 00000000 4f")).wellFormed);
}

export function tcp_flags_are_named_by_their_bits(): void {
  const flags = changetype<Tcp>(bytes(SEGMENT)).flags;
  assert(flags == (<u32>TcpFlag.SYN | <u32>TcpFlag.ACK));
  assert(TcpFlag.FIN == 1 && TcpFlag.RST == 4 && TcpFlag.PSH == 8 && TcpFlag.URG == 32);
}
