import { reserve } from "../../../assembly/arena";
import { Hook, NflogAttribute, NflogRecord, readNflog } from "../../../assembly/wire/nflog";
import { begin, here, hex } from "../support/bytes";

function record(): NflogRecord {
  return changetype<NflogRecord>(reserve(offsetof<NflogRecord>()));
}

/** Little-endian attributes: hook 4, mark 1, uid 5, gid 800, output device 3, payload of four bytes. */
function typical(): usize {
  const at = begin();
  hex("02 00 0005");
  hex("0800 0100 0800 04 00");
  hex("0800 0200 00000001");
  hex("0800 0b00 00000005");
  hex("0800 0e00 00000320");
  hex("0800 0500 00000003");
  hex("0800 0900 45000014");
  return at;
}

export function every_attribute_has_its_value(): void {
  const at = typical();
  const read = record();
  assert(readNflog(at, here(), read));
  assert(read.family == 2 && read.hook == <u32>Hook.POST_ROUTING && read.mark == 1 && read.uid == 5 && read.gid == 800);
  assert(read.outDevice == 3 && read.inDevice == 0 && read.payloadLength == 4 && load<u8>(read.payload) == 0x45);
}

export function what_is_not_there_is_told_from_zero(): void {
  const at = begin();
  hex("0a 00 0005 0800 0900 60000000");
  const read = record();
  assert(readNflog(at, here(), read));
  assert(read.has(NflogAttribute.PAYLOAD) && !read.has(NflogAttribute.MARK) && !read.has(NflogAttribute.UID) && read.mark == 0);
}

export function attributes_of_a_big_endian_machine_are_read_as_well(): void {
  const at = begin();
  hex("02 00 0005 0008 0002 00000003 0008 0009 45000014");
  const read = record();
  assert(readNflog(at, here(), read));
  assert(read.mark == 3 && read.payloadLength == 4);
}

export function attributes_are_padded_to_four_bytes(): void {
  const at = begin();
  hex("02 00 0005 0500 0a00 00 000000 0800 0200 00000007");
  const read = record();
  assert(readNflog(at, here(), read));
  assert(read.mark == 7);
}

export function a_record_cut_at_any_byte_ends_without_a_trap(): void {
  const at = typical();
  const end = here();
  for (let stop = at; stop < end; stop++) {
    const read = record();
    readNflog(at, stop, read);
    assert(read.payload == 0 || read.payload <= stop);
  }
}

export function an_attribute_shorter_than_its_header_ends_the_record(): void {
  const at = begin();
  hex("02 00 0005 0300 0200 00000001");
  assert(!readNflog(at, here(), record()));
}

export function an_attribute_beyond_the_end_is_not_read(): void {
  const at = begin();
  hex("02 00 0005 1000 0200 00000001");
  const read = record();
  assert(!readNflog(at, here(), read) && read.mark == 0);
}

export function a_hardware_address_shorter_than_six_bytes_is_none(): void {
  const at = begin();
  hex("02 00 0005 0800 0800 0006 0000");
  const read = record();
  assert(readNflog(at, here(), read) && read.hardware == 0);
}
