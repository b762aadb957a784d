const OPTIONS = 40;
const REDIRECTED_HEADER: u32 = 4;
/** From the option's start to the packet it quotes. */
const QUOTED = 8;

/** The packet an ICMPv6 Redirect tells about (RFC 4861 section 4.6.3), or 0 when it quotes none. `at` is the ICMPv6 header. */
export function redirected(at: usize, end: usize): usize {
  let option = at + OPTIONS;
  while (option + QUOTED <= end) {
    const length = <usize>load<u8>(option, 1) << 3;
    if (length == 0) return 0; // RFC 4861 section 4.6: must be discarded
    if (load<u8>(option) == REDIRECTED_HEADER) return option + QUOTED;
    option += length;
  }
  return 0;
}
