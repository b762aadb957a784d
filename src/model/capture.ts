/** How frames travel from a capture file to the core: bytes in one area, their index in another, both lent by the core. */

/** One record of the frame index: eight unsigned 32-bit words. The core publishes the same names. */
export const FRAME_WORDS = ["at", "captured", "original", "seconds", "nanos", "device", "linkType", "flags"] as const;
export type FrameWord = (typeof FRAME_WORDS)[number];

/**
 * `flags` of a frame: bits 0 and 1 are its direction where the capture itself tells it; bits 8 and up the number of its capture
 * among those that are read as one, 0 for the first.
 */
export const FRAME_FLAGS = { out: 1, in: 2 } as const;

/** Room for one batch. `bytes` and `index` may be views of wasm memory: take them anew for every batch. */
export interface FrameArea {
  /** Where a reader puts captured bytes; `at` of a frame counts from the start of this area. */
  readonly bytes: Uint8Array;
  /** FRAME_WORDS.length words a frame. */
  readonly index: Uint32Array;
}

/** Link types this version reads: number (tcpdump.org/linktypes) -> name. */
export const LINK_TYPES = {
  0: "NULL",
  1: "EN10MB",
  12: "RAW",
  101: "RAW",
  108: "LOOP",
  113: "LINUX_SLL",
  228: "IPV4",
  229: "IPV6",
  239: "NFLOG",
  276: "LINUX_SLL2",
} as const;

/** Largest record a capture may claim (libpcap's MAXIMUM_SNAPLEN). */
export const FRAME_BYTES_MAX = 262_144;

/** What a reader can say of a capture once it has ended. */
export interface CaptureEnd {
  readonly frames: number;
  readonly bytes: number;
  readonly truncated: boolean;
}
