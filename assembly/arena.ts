// Memory: one arena, filled from the bottom, emptied by rewinding to a mark. Nothing is freed.
//
//   | static data | areas of a batch | flow, fragment and finding tables | image ........ | free
//                 ^ __heap_base                                                          ^ top

const PAGE: usize = 65536;
const ALIGN: usize = 16;

let top: usize = (__heap_base + (ALIGN - 1)) & ~(ALIGN - 1);

/** Zeroed memory, 16-byte aligned. Traps when the engine has no more to give. */
export function reserve(bytes: usize): usize {
  const at = top;
  const end = (at + bytes + (ALIGN - 1)) & ~(ALIGN - 1);
  assert(end >= at, "arena: size wraps around");
  const have = <usize>memory.size() * PAGE;
  if (end > have) {
    const pages = <i32>((end - have + (PAGE - 1)) / PAGE);
    assert(memory.grow(pages) >= 0, "arena: out of memory");
  }
  memory.fill(at, 0, end - at);
  top = end;
  return at;
}

/** Where the next reservation will start: a mark to rewind to. */
export function mark(): usize {
  return top;
}

/** Gives back everything reserved since the mark. */
export function rewind(to: usize): void {
  assert(to >= __heap_base && to <= top, "arena: rewinds forward");
  top = to;
}
