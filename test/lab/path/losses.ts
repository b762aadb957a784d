/** Why the kernel threw packets away: the event skb:kfree_skb, and the words for its numbers. */
import { existsSync, readFileSync } from "node:fs";
import { run } from "../sandbox.js";
import type { Loss } from "./play.js";

const TRACING = "/sys/kernel/tracing";
const EVENT = `${TRACING}/events/skb/kfree_skb`;

/** The far ends of the devices throw away all they get, since it is for somebody else; sockets that are closed, what they had not read. */
const NO_LOSS: ReadonlySet<string> = new Set(["OTHERHOST", "QUEUE_PURGE"]);

export class LossReader {
  /** 0: this kernel tells nothing. */
  readonly event: number;
  readonly #reasons: ReadonlyMap<number, string>;
  #symbols: readonly (readonly [bigint, string])[] | null = null;
  readonly #known = new Map<string, string>();

  /** Inside a sandbox, whose mounts are its own. */
  constructor() {
    if (!existsSync(EVENT)) run("sh", ["-c", `mount -t tracefs tracefs ${TRACING} || true`]);
    const format = existsSync(EVENT) ? readFileSync(`${EVENT}/format`, "utf8") : "";
    this.event = format === "" ? 0 : Number(readFileSync(`${EVENT}/id`, "utf8"));
    this.#reasons = new Map([...format.matchAll(/\{ (\d+), "(\w+)" \}/g)].map(([, number, name = ""]) => [Number(number), name]));
  }

  /** null: a packet that nobody misses. */
  read(number: number, location: string): Loss | null {
    const reason = this.#reasons.get(number) ?? String(number);
    return NO_LOSS.has(reason) ? null : { reason, by: this.#functionAt(location) };
  }

  #functionAt(location: string): string {
    const found = this.#known.get(location);
    if (found !== undefined) return found;
    this.#symbols ??= readSymbols();
    const at = BigInt(`0x${location}`);
    let [low, high] = [0, this.#symbols.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#symbols[middle]?.[0] ?? 0n) <= at) low = middle;
      else high = middle;
    }
    const name = this.#symbols[low]?.[1] ?? location;
    this.#known.set(location, name);
    return name;
  }
}

/** Functions of the kernel by address. */
function readSymbols(): readonly (readonly [bigint, string])[] {
  const lines = readFileSync("/proc/kallsyms", "utf8").matchAll(/^([0-9a-f]+) [tTwW] (\S+)/gm);
  return [...lines].map(([, at, name = ""]) => [BigInt(`0x${at ?? "0"}`), name] as const).sort((a, b) => (a[0] < b[0] ? -1 : 1));
}
