import { Direction, Image, Packet, Totals, Translated, Visible } from "../../assembly/layout";
import { foreignSource, isOwnAddress, isOwnDestination, isOwnSource } from "../../assembly/source";
import { reserve } from "../../assembly/arena";
import { newImage, newPacket } from "./support/images";
import { DOC6, NODE4, NODE6, REMOTE4 } from "./support/frames";

function from(family: u32, word0: u32, word1: u32, word2: u32, word3: u32): Packet {
  const packet = newPacket(family, 17, Direction.OUT, 1, 2);
  packet.src0 = word0;
  packet.src1 = word1;
  packet.src2 = word2;
  packet.src3 = word3;
  return packet;
}

function fromWan(image: Image, family: u32, word0: u32, word1: u32, word2: u32, word3: u32): bool {
  return isOwnSource(image, from(family, word0, word1, word2, word3));
}

export function the_addresses_of_the_wan_are_its_own(): void {
  const image = newImage();
  assert(fromWan(image, 4, NODE4, 0, 0, 0));
  assert(fromWan(image, 6, DOC6, 0, 0, NODE6));
}

export function another_address_is_not_the_wans_own(): void {
  const image = newImage();
  assert(!fromWan(image, 4, REMOTE4, 0, 0, 0));
  assert(!fromWan(image, 4, 0, 0, 0, 0), "unset");
}

export function each_word_of_a_source_counts(): void {
  const image = newImage();
  assert(!fromWan(image, 6, DOC6 + 1, 0, 0, NODE6), "first");
  assert(!fromWan(image, 6, DOC6, 1, 0, NODE6), "second");
  assert(!fromWan(image, 6, DOC6, 0, 1, NODE6), "third");
  assert(!fromWan(image, 6, DOC6, 0, 0, NODE6 + 1), "last");
}

export function the_same_words_in_another_family_are_another_address(): void {
  const image = newImage();
  assert(!fromWan(image, 6, NODE4, 0, 0, 0));
  assert(!fromWan(image, 4, DOC6, 0, 0, NODE6));
}

export function without_sources_nothing_is_the_wans_own(): void {
  const image = newImage();
  image.sourceCount = 0;
  assert(!fromWan(image, 4, NODE4, 0, 0, 0));
}

export function the_sender_of_arp_is_an_ipv4_source(): void {
  const packet = from(0, NODE4, 0, 0, 0);
  assert(!isOwnSource(newImage(), packet), "a frame without IP has none");
  packet.etherType = 0x0806;
  assert(isOwnSource(newImage(), packet));
}

export function a_destination_is_looked_up_as_a_source_is(): void {
  const packet = from(4, REMOTE4, 0, 0, 0);
  packet.dst0 = NODE4;
  packet.dst1 = packet.dst2 = packet.dst3 = 0;
  assert(isOwnDestination(newImage(), packet) && !isOwnSource(newImage(), packet));
}

export function an_address_of_the_node_need_not_be_the_wans(): void {
  const image = newImage();
  image.sourceCount = 0;
  const packet = from(4, NODE4, 0, 0, 0);
  assert(isOwnAddress(image, packet) && !isOwnSource(image, packet));
}

export function a_foreign_source_is_told_unless_it_is_unset(): void {
  const totals = changetype<Totals>(reserve(offsetof<Totals>()));
  assert(foreignSource(newImage(), from(4, REMOTE4, 0, 0, 0), totals) == 1);
  assert(foreignSource(newImage(), from(4, NODE4, 0, 0, 0), totals) == 0);
  assert(foreignSource(newImage(), from(4, 0, 0, 0, 0), totals) == 0);
  assert(totals.untold == 0);
}

export function a_source_that_was_logged_before_translation_is_counted_and_let_pass_in_its_family(): void {
  const totals = changetype<Totals>(reserve(offsetof<Totals>()));
  const image = newImage();
  image.translated = Translated.IPV4;
  const four = from(4, REMOTE4, 0, 0, 0);
  assert(foreignSource(image, four, totals) == 1, "seen on the wire");
  four.visible = Visible.BEFORE_NAT;
  assert(foreignSource(image, four, totals) == 0 && totals.untold == 1);
  const six = from(6, DOC6, 0, 0, NODE6 + 1);
  six.visible = Visible.BEFORE_NAT;
  assert(foreignSource(image, six, totals) == 1 && totals.untold == 1);
}
