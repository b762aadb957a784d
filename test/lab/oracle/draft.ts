/** A configuration while it is drawn: dice, and the lines so far. */
import type { Family } from "../../../src/model/address.js";
import { random } from "../../support/random.js";

/** Devices of every drawn node. Each veth's far end stays in the same namespace, without addresses. */
export const DEVICES = ["wan0", "mesh0", "vpn0", "br0", "cut0", "off0"] as const;
export type Device = (typeof DEVICES)[number];

/** Devices that carry packets. */
export const LIVE = ["wan0", "mesh0", "vpn0", "br0"] as const satisfies readonly Device[];

export class Draft {
  readonly lines: string[] = [];
  readonly #settled = new Map<string, string>();
  readonly #draw: (limit: number) => number;
  constructor(seed: number) {
    this.#draw = random(seed);
  }

  below(limit: number): number {
    return this.#draw(limit);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.#draw(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.#draw(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  family(): Family {
    return this.once(2) ? 4 : 6;
  }

  /** The first value that was ever given for the key. */
  settle(key: string, value: string): string {
    const first = this.#settled.get(key) ?? value;
    this.#settled.set(key, first);
    return first;
  }

  add(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  /** The text, or nothing, once in `times`. */
  maybe(times: number, text: () => string): string {
    return this.once(times) ? ` ${text()}` : "";
  }
}
