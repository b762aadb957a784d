/** New hardware addresses: a bijection that leaves groups, broadcast and the all-zero address alone. */
import type { Random } from "./random.js";

/** Six bytes to six bytes. */
export type HardwareMap = (mac: Uint8Array) => Uint8Array;

const GROUP_BIT = 1;

export function drawHardware(random: Random): HardwareMap {
  const mask = Uint8Array.from({ length: 6 }, () => random.below(256));
  mask[0] = (mask[0] ?? 0) & ~GROUP_BIT;
  // Never all zero, or nothing would change.
  mask[5] = (mask[5] ?? 0) | 1;
  return (mac) => {
    const moved = mac.map((byte, i) => byte ^ (mask[i] ?? 0));
    const stays = ((mac[0] ?? 0) & GROUP_BIT) !== 0 || isZero(mac) || isZero(moved);
    return stays ? mac : moved;
  };
}

function isZero(mac: Uint8Array): boolean {
  return mac.every((byte) => byte === 0);
}

/** `02:00:00:00:01:01`, or without leading zeros as in a bridge's identifier. */
export function parseHardware(text: string): Uint8Array {
  return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}

/** `digits` 1 leaves out leading zeros. */
export function formatHardware(mac: Uint8Array, digits: 1 | 2 = 2): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(digits, "0")).join(":");
}
