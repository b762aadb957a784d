// A long list is not walked: rules of a chain, rows of a condition, entries of a map. For each of a few fields the list knows which items may hold for a value; what
// all of them leave over is looked at one by one, so that an index may say too much and never too little.
//
//   bounds | 0 | 53 | 54 | 80 | ...        of one masked field: intervals of values that no item tells apart
//   rows   | address | address | ...       what may hold in each interval
//   row    | summary bits | item bits      one bit of the summary for each word of items that is not 0

/** Fields that one list is searched by, at most. */
export const KEYS_MAX: u32 = 8;
/** No item is left. */
export const NO_ITEM: u32 = 0xffffffff;

/** One field, under a mask, by which the items of a list are told apart. */
@unmanaged @final export class Key {
  field: u32; // byte offset into Packet and Hooked
  mask: u32;
  bounds: u32; // ascending; the first is 0
  rows: u32;
  count: u32;
}
export enum KeyAt {
  field = offsetof<Key>("field"), mask = offsetof<Key>("mask"), bounds = offsetof<Key>("bounds"), rows = offsetof<Key>("rows"), count = offsetof<Key>("count"), SIZE = offsetof<Key>(),
}

/** How a list is searched. */
@unmanaged @final export class Index {
  keys: u32;
  keyCount: u32;
  words: u32; // of 64 items each
  summaries: u32; // words of the summary
  all: u32; // the row of all items
}
export enum IndexAt {
  keys = offsetof<Index>("keys"), keyCount = offsetof<Index>("keyCount"), words = offsetof<Index>("words"), summaries = offsetof<Index>("summaries"), all = offsetof<Index>("all"),
  SIZE = offsetof<Index>(),
}

/** A search under way. The rows of the packet's values stand behind it. */
@unmanaged @final export class Search {
  bits: u64; // items of the word at hand that are still to come
  summary: u64; // words of the block at hand that are still to come
  index: u32; // Index
  rowCount: u32;
  word: u32;
  block: u32;
}
export const SEARCH_BYTES: usize = offsetof<Search>() + <usize>KEYS_MAX * 4;
if (offsetof<Search>() != 32) ERROR("the rows of a Search stand 32 bytes behind its start");

/** Looks for items from `item` on that may hold for the packet. `open`: one bit for each word of the packet that is not told. */
export function begin(search: Search, index: Index, packet: usize, open: u64, item: u32): void {
  search.index = <u32>changetype<usize>(index);
  search.rowCount = 0;
  const end = index.keys + index.keyCount * <u32>offsetof<Key>();
  for (let at = index.keys; at < end; at += <u32>offsetof<Key>()) {
    const key = changetype<Key>(at);
    if (isOpen(open, key.field)) continue;
    addRow(search, rowFor(key, load<u32>(packet + key.field) & key.mask));
  }
  if (search.rowCount == 0) addRow(search, index.all);
  seek(search, index, item);
}

/** Whether a word of the packet, by its byte offset, is not told. */
export function isOpen(open: u64, field: u32): bool {
  return (open >> u64(field >> 2) & 1) != 0;
}

/** The next item, in order; NO_ITEM behind the last one. */
export function next(search: Search): u32 {
  while (search.bits == 0) {
    while (search.summary == 0) {
      if (++search.block >= changetype<Index>(search.index).summaries) return NO_ITEM;
      search.summary = inAll(search, search.block << 3);
    }
    search.word = (search.block << 6) + <u32>ctz(search.summary);
    search.summary &= search.summary - 1;
    search.bits = inAll(search, (changetype<Index>(search.index).summaries + search.word) << 3);
  }
  const item = (search.word << 6) + <u32>ctz(search.bits);
  search.bits &= search.bits - 1;
  return item;
}

/** A binary search over the bounds, as in lpm/intervals.ts. */
function rowFor(key: Key, value: u32): u32 {
  let first: u32 = 0;
  let size = key.count;
  while (size > 1) {
    const half = size >> 1;
    first = select<u32>(first + half, first, load<u32>(key.bounds + ((first + half) << 2)) <= value);
    size -= half;
  }
  return load<u32>(key.rows + (first << 2));
}

function addRow(search: Search, row: u32): void {
  store<u32>(changetype<usize>(search) + (<usize>search.rowCount << 2), row, offsetof<Search>());
  search.rowCount++;
}

/** Bits that stand in every row, 64 of them from a byte offset on. */
function inAll(search: Search, offset: u32): u64 {
  let bits: u64 = ~0;
  const rows = changetype<usize>(search) + offsetof<Search>();
  const end = rows + (<usize>search.rowCount << 2);
  for (let at = rows; at < end; at += 4) bits &= load<u64>(load<u32>(at) + offset);
  return bits;
}

function seek(search: Search, index: Index, item: u32): void {
  const word = item >> 6;
  search.word = word;
  search.block = word >> 6;
  search.bits = 0;
  search.summary = 0;
  if (search.block >= index.summaries) return;
  const here: u64 = 1 << u64(word & 63);
  const left = inAll(search, search.block << 3) & (0 - here);
  if ((left & here) != 0) search.bits = inAll(search, (index.summaries + word) << 3) & (<u64>~0 << u64(item & 63));
  search.summary = left & ~here;
}
