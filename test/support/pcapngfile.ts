/** pcapng files in memory, block by block, right or wrong as a test wants them. */

export interface Option {
  readonly code: number;
  readonly value: Uint8Array;
  /** Claimed length; the value stays as it is. */
  readonly length?: number;
}

export interface BlockOptions {
  /** Claimed lengths, at the block's beginning and at its end. */
  readonly total?: number;
  readonly again?: number;
}

export interface InterfaceOptions {
  readonly linkType?: number;
  readonly snaplen?: number;
  readonly name?: string;
  /** The byte of if_tsresol. */
  readonly resolution?: number;
  /** Seconds of if_tsoffset. */
  readonly offset?: number;
  readonly options?: readonly Option[];
}

export interface PacketOptions {
  readonly device?: number;
  readonly ticks?: bigint;
  readonly captured?: number;
  readonly original?: number;
  /** The word of epb_flags. */
  readonly flags?: number;
  readonly options?: readonly Option[];
}

/** Seconds since 1970 of the frames that do not say otherwise. */
export const FIRST_SECOND = 1_700_000_000;
export const FIRST_TICKS = BigInt(FIRST_SECOND) * 1_000_000n;

/** Writes the blocks of a section in one byte order. */
export class Blocks {
  constructor(private readonly little = true) {}

  section({ version = 1, options = [] }: { version?: number; options?: readonly Option[] } = {}): Uint8Array {
    return this.block(0x0a0d0d0a, joined(this.u32(0x1a2b3c4d), this.u16(version), this.u16(0), this.u32(0xffffffff), this.u32(0xffffffff), this.options(options)));
  }

  interface({ linkType = 1, snaplen = 262_144, name, resolution, offset, options = [] }: InterfaceOptions = {}): Uint8Array {
    const all = [
      ...(name === undefined ? [] : [{ code: 2, value: new TextEncoder().encode(name) }]),
      ...(resolution === undefined ? [] : [{ code: 9, value: Uint8Array.of(resolution) }]),
      ...(offset === undefined ? [] : [{ code: 14, value: this.u64(BigInt.asUintN(64, BigInt(offset))) }]),
      ...options,
    ];
    return this.block(1, joined(this.u16(linkType), this.u16(0), this.u32(snaplen), this.options(all)));
  }

  enhanced(bytes: Uint8Array, more: PacketOptions = {}): Uint8Array {
    return this.#packet(6, this.u32(more.device ?? 0), bytes, more);
  }

  obsolete(bytes: Uint8Array, more: PacketOptions = {}): Uint8Array {
    return this.#packet(2, joined(this.u16(more.device ?? 0), this.u16(0xffff)), bytes, more);
  }

  simple(bytes: Uint8Array, original = bytes.length): Uint8Array {
    return this.block(3, joined(this.u32(original), padded(bytes)));
  }

  block(type: number, body: Uint8Array, { total = body.length + 12, again = total }: BlockOptions = {}): Uint8Array {
    return joined(this.u32(type), this.u32(total), body, this.u32(again));
  }

  options(options: readonly Option[]): Uint8Array {
    if (options.length === 0) return new Uint8Array(0);
    return joined(...options.flatMap(({ code, value, length }) => [this.u16(code), this.u16(length ?? value.length), padded(value)]), this.u32(0));
  }

  u16(value: number): Uint8Array {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value, this.little);
    return bytes;
  }

  u32(value: number): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, this.little);
    return bytes;
  }

  u64(value: bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, this.little);
    return bytes;
  }

  #packet(type: number, device: Uint8Array, bytes: Uint8Array, more: PacketOptions): Uint8Array {
    const { ticks = FIRST_TICKS, captured = bytes.length, original = bytes.length, flags, options = [] } = more;
    const all = [...options, ...(flags === undefined ? [] : [{ code: 2, value: this.u32(flags) }])];
    const time = joined(this.u32(Number(ticks >> 32n)), this.u32(Number(ticks & 0xffff_ffffn)));
    return this.block(type, joined(device, time, this.u32(captured), this.u32(original), padded(bytes), this.options(all)));
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function padded(bytes: Uint8Array): Uint8Array {
  return joined(bytes, new Uint8Array(-bytes.length & 3));
}
