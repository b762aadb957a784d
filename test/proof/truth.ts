/** Functions of a few bits written out in full: what every operation on diagrams is compared with. */
import * as assert from "uvu/assert";
import { type Bdd, type Edge, FALSE, TRUE } from "../../src/proof/bdd.js";
import { holds } from "../../src/proof/pick.js";

/** A draw from 0 to below the limit. */
export type Random = (limit: number) => number;
/** Value for each assignment; bit i of the place is the variable of level i. */
export type Truth = Uint8Array;

export function truth(variables: number, value: (assignment: number) => boolean | number): Truth {
  return Uint8Array.from({ length: 2 ** variables }, (_, assignment) => Number(value(assignment)));
}

export function bit(assignment: number, level: number): number {
  return (assignment >>> level) & 1;
}

export function tableOf(bdd: Bdd, f: Edge, variables: number): Truth {
  const values = new Uint8Array(variables);
  return truth(variables, (assignment) => {
    for (let level = 0; level < variables; level++) values[level] = bit(assignment, level);
    return holds(bdd, f, values);
  });
}

export function sameTable(bdd: Bdd, f: Edge, expected: Truth, variables: number, message: string): void {
  assert.equal(tableOf(bdd, f, variables).join(""), expected.join(""), message);
}

/** The diagram of a table, by nothing but nodes. */
export function fromTable(bdd: Bdd, table: Truth, variables: number, level = 0, place = 0): Edge {
  if (level === variables) return table[place] === 1 ? TRUE : FALSE;
  return bdd.make(level, fromTable(bdd, table, variables, level + 1, place), fromTable(bdd, table, variables, level + 1, place | (1 << level)));
}

/** A random function, sometimes sparse, sometimes of few variables, sometimes constant. */
export function randomTable(random: Random, variables: number): Truth {
  const share = random(4), ignored = random(3) === 0 ? random(2 ** variables) : 0;
  const drawn = truth(variables, () => (share === 0 ? random(16) === 0 : share === 1 ? random(16) !== 0 : random(2) === 0));
  if (random(20) === 0) return drawn.fill(random(2));
  return truth(variables, (assignment) => drawn[assignment & ~ignored] ?? 0);
}

/** Levels of a random selection of the variables. */
export function randomLevels(random: Random, variables: number): number[] {
  return Array.from({ length: variables }, (_, level) => level).filter(() => random(3) === 0);
}
