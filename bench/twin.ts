/** The honest baseline: a plain JavaScript loop over a capture's bytes that decodes what the policy's simplest questions need, and nothing else. */
import { readSync } from "node:fs";

export interface TwinCounts {
  readonly frames: number;
  /** UDP with port 53 at either end. */
  readonly dns: number;
  /** UDP over IPv6 with port 10000 at either end. */
  readonly vpn: number;
}

const CHUNK = 256 * 1024;
const HEADER = 24;
const RECORD = 16;

/** Counts frames of a little-endian Ethernet pcap, read in chunks like the product does. */
export function twin(fd: number): TwinCounts {
  const bytes = new Uint8Array(2 * CHUNK);
  const view = new DataView(bytes.buffer);
  let [frames, dns, vpn] = [0, 0, 0];
  let position = HEADER;
  let top = 0;
  for (;;) {
    const got = readSync(fd, bytes, top, CHUNK, position);
    position += got;
    top += got;
    let at = 0;
    while (at + RECORD <= top) {
      const end = at + RECORD + view.getUint32(at + 8, true);
      if (end > top) break;
      frames++;
      const kind = classify(view, at + RECORD, end);
      if (kind === 1) dns++;
      if (kind === 2) vpn++;
      at = end;
    }
    bytes.copyWithin(0, at, top);
    top -= at;
    if (got === 0) return { frames, dns, vpn };
  }
}

/** 1 DNS, 2 VPN over IPv6, 0 anything else. */
function classify(view: DataView, at: number, end: number): 0 | 1 | 2 {
  const type = view.getUint16(at + 12);
  const six = type === 0x86dd;
  if (!six && type !== 0x0800) return 0;
  const ip = at + 14;
  const proto = view.getUint8(ip + (six ? 6 : 9));
  const ports = six ? ip + 40 : ip + ((view.getUint8(ip) & 15) << 2);
  if (proto !== 17 || ports + 4 > end || (!six && (view.getUint16(ip + 6) & 0x1fff) !== 0)) return 0;
  const sport = view.getUint16(ports);
  const dport = view.getUint16(ports + 2);
  if (sport === 53 || dport === 53) return 1;
  return six && (sport === 10000 || dport === 10000) ? 2 : 0;
}
