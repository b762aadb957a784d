import { redirected } from "../../../assembly/wire/redirect";
import { begin, here, hex, skip } from "../support/bytes";

/** ICMPv6 header, target and destination address of a redirect, then these options. Answers with the quote's offset. */
function quoteIn(options: string, missing: usize = 0): usize {
  const at = begin();
  skip(40);
  hex(options);
  const found = redirected(at, here() - missing);
  return found == 0 ? 0 : found - at;
}

export function a_redirect_quotes_in_its_redirected_header_option(): void {
  assert(quoteIn("04 02 000000000000 6000000000000000") == 48);
}

export function options_before_the_redirected_header_are_walked_over(): void {
  assert(quoteIn("02 01 020000000001 04 01 000000000000") == 56);
  assert(quoteIn("02 02 000000000000 0000000000000000 04 01 000000000000") == 64);
}

export function an_option_of_length_0_ends_the_walk(): void {
  assert(quoteIn("02 00 000000000000 04 01 000000000000") == 0);
  assert(quoteIn("04 00 000000000000") == 0, "even where it is the redirected header");
}

export function a_redirect_without_that_option_quotes_nothing(): void {
  assert(quoteIn("") == 0);
  assert(quoteIn("02 01 020000000001") == 0);
}

export function an_option_that_reaches_beyond_the_end_ends_the_walk(): void {
  assert(quoteIn("02 ff 020000000001 04 01 000000000000") == 0);
}

export function an_option_of_which_a_byte_is_missing_is_not_read(): void {
  assert(quoteIn("04 01 000000000000", 1) == 0);
}
