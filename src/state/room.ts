/** How much of a firewall is kept in memory: a ruleset is as big as whoever wrote it likes, the memory of whoever reads it is not. */
import type { Row, Step } from "../model/netfilter.js";

/** Parts of about 100 bytes, and what walks them needs half as much again: some 20,000 rules of usual length, or 70,000 of a blocklist. The biggest firewalls of real nodes have 6,000. */
export const PARTS_MAX = 500_000;

/** Parts that a table, a chain and a rule are by themselves, with their names, texts and places. */
export const TABLE_PARTS = 10;
export const CHAIN_PARTS = 4;
export const RULE_PARTS = 4;

/** The room for all dumps of one node together. What does not fit is not kept, and the family it belongs to is then incomplete. */
export class Room {
  #left: number;
  constructor(parts = PARTS_MAX) {
    this.#left = parts;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }

  has(parts: number): boolean {
    return parts <= this.#left;
  }

  /** Something of so many parts is kept. */
  take(parts: number): void {
    this.#left -= parts;
  }
}

/** Parts of steps that were made for one rule. */
export function partsOf(steps: readonly Step[]): number {
  let parts = 0;
  for (const step of steps) {
    parts++;
    if (step.kind === "condition") parts += rowParts(step.rows);
    else if (step.kind === "choice") parts += step.entries.reduce((sum, { rows }) => sum + 2 + rowParts(rows), 0);
  }
  return parts;
}

export function rowParts(rows: readonly Row[]): number {
  let parts = rows.length;
  for (const { matches } of rows) parts += matches.length;
  return parts;
}
