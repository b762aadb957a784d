import { Image, Source } from "./layout";

/** True when the address (left-aligned words) is one of the WAN's. */
export function isOwnSource(image: Image, family: u32, word0: u32, word1: u32, word2: u32, word3: u32): bool {
  const end = image.sources + image.sourceCount * <u32>offsetof<Source>();
  for (let at = image.sources; at < end; at += offsetof<Source>()) {
    const source = changetype<Source>(at);
    if (source.word3 == word3 && source.word0 == word0 && source.word1 == word1 && source.word2 == word2 && source.family == family) return true;
  }
  return false;
}
