import { isOwnSource } from "../../assembly/source";
import { newImage } from "./support/images";
import { DOC6, NODE4, NODE6, REMOTE4 } from "./support/frames";

export function the_addresses_of_the_wan_are_its_own(): void {
  const image = newImage();
  assert(isOwnSource(image, 4, NODE4, 0, 0, 0));
  assert(isOwnSource(image, 6, DOC6, 0, 0, NODE6));
}

export function another_address_is_not_the_wans_own(): void {
  const image = newImage();
  assert(!isOwnSource(image, 4, REMOTE4, 0, 0, 0));
  assert(!isOwnSource(image, 4, 0, 0, 0, 0), "unset");
}

export function each_word_of_a_source_counts(): void {
  const image = newImage();
  assert(!isOwnSource(image, 6, DOC6 + 1, 0, 0, NODE6), "first");
  assert(!isOwnSource(image, 6, DOC6, 1, 0, NODE6), "second");
  assert(!isOwnSource(image, 6, DOC6, 0, 1, NODE6), "third");
  assert(!isOwnSource(image, 6, DOC6, 0, 0, NODE6 + 1), "last");
}

export function the_same_words_in_another_family_are_another_address(): void {
  const image = newImage();
  assert(!isOwnSource(image, 6, NODE4, 0, 0, 0));
  assert(!isOwnSource(image, 4, DOC6, 0, 0, NODE6));
}

export function without_sources_nothing_is_the_wans_own(): void {
  const image = newImage();
  image.sourceCount = 0;
  assert(!isOwnSource(image, 4, NODE4, 0, 0, 0));
}
