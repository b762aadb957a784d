/** Where a field stands among the variables of a space: one value for all, bit by bit, or the number of a class of values. */
import type { HookField, Match } from "../model/packet.js";
import { type Bdd, type Edge, FALSE, TRUE } from "./bdd.js";
import { type Bits, matching, ZERO_BIT } from "./bits.js";
import type { Form } from "./fields.js";
import { classOf, isCoarse, partition, passes, uniform, type ValueClass } from "./partition.js";

export type Place =
  | { readonly kind: "fixed"; readonly value: number; readonly levels: readonly number[] }
  | { readonly kind: "bits"; readonly bits: Bits; readonly levels: readonly number[] }
  /** Classes' numbers in binary, most significant bit first. Numbers beyond the last class mean the last one, so every assignment is a packet. */
  | { readonly kind: "classes"; readonly classes: readonly ValueClass[]; readonly levels: readonly number[] };

type Test = Pick<Match<HookField>, "mask" | "low" | "span">;
type Literal = readonly [level: number, bit: number];

/** `take`: the next so many levels. `tests`: every test of the field that will be asked for. */
export function placeOf(form: Form, tests: readonly Test[], take: (count: number) => number[]): Place {
  if (form.kind === "fixed") return { kind: "fixed", value: form.value, levels: [] };
  if (form.kind === "classes" && isCoarse(form.domain, tests)) return classesPlace(partition(form.domain, tests), take);
  const mask = form.kind === "bits" ? form.mask : WHOLE;
  const used = form.kind === "bits" && form.mentioned ? tests.reduce((bits, test) => bits | test.mask, 0) & mask : mask;
  const levels = take(onesIn(used));
  let left = levels.length;
  const bits = Array.from({ length: 32 }, (_, bit) => (((used >>> bit) & 1) === 1 ? (levels[--left] ?? ZERO_BIT) : ZERO_BIT));
  return { kind: "bits", bits, levels };
}

const WHOLE = 0xffffffff;

/** A place for one of several things that are numbered from 0. */
export function choicePlace(options: number, take: (count: number) => number[]): Place {
  return classesPlace(Array.from({ length: options }, (_, i) => ({ ranges: [[i, i]] })), take);
}

function classesPlace(classes: readonly ValueClass[], take: (count: number) => number[]): Place {
  return { kind: "classes", classes, levels: take(classes.length < 2 ? 0 : 32 - Math.clz32(classes.length - 1)) };
}

/** Where the field passes the test; null: the test tells values apart that the place does not. */
export function testSet(bdd: Bdd, place: Place, test: Test, largest: number): Edge | null {
  switch (place.kind) {
    case "fixed": return passes(test, place.value) ? TRUE : FALSE;
    case "bits": return (test.mask & largest & ~maskOf(place.bits)) === 0 ? matching(bdd, place.bits, test) : null;
    case "classes": {
      const answers = place.classes.map((values) => uniform(values, test));
      return answers.includes(null) ? null : codes(bdd, place.levels, (code) => answers[Math.min(code, answers.length - 1)] === true);
    }
  }
}

/** Where the number in these levels, ascending and most significant bit first, is one that `has` takes. */
function codes(bdd: Bdd, levels: readonly number[], has: (code: number) => boolean, depth = 0, first = 0): Edge {
  const level = levels[depth];
  if (level === undefined) return has(first) ? TRUE : FALSE;
  const half = 2 ** (levels.length - depth - 1);
  return bdd.make(level, codes(bdd, levels, has, depth + 1, first), codes(bdd, levels, has, depth + 1, first + half));
}

/** The place's variables as they are for this value, in no order; bits that have no variable are left out. null: the field never has the value. */
export function literalsAt(place: Place, value: number): Literal[] | null {
  switch (place.kind) {
    case "fixed": return value === place.value ? [] : null;
    case "bits": return place.bits.flatMap((level, bit): Literal[] => (level === ZERO_BIT ? [] : [[level, (value >>> bit) & 1]]));
    case "classes": {
      const code = classOf(place.classes, value);
      const last = place.levels.length - 1;
      return code < 0 ? null : place.levels.map((level, i) => [level, (code >>> (last - i)) & 1]);
    }
  }
}

/** The value in a member of a set, the value of each level; of a class its lowest. */
export function valueAt(place: Place, member: Uint8Array): number {
  switch (place.kind) {
    case "fixed": return place.value;
    case "bits": return place.bits.reduce((value, level, bit) => (level !== ZERO_BIT && member[level] === 1 ? (value | (1 << bit)) >>> 0 : value), 0);
    case "classes": {
      const code = place.levels.reduce((number, level) => 2 * number + (member[level] ?? 0), 0);
      return place.classes[Math.min(code, place.classes.length - 1)]?.ranges[0]?.[0] ?? 0;
    }
  }
}

/** The bits that have a variable. */
function maskOf(bits: Bits): number {
  return bits.reduce((mask, level, bit) => (level === ZERO_BIT ? mask : mask | (1 << bit)), 0);
}

function onesIn(word: number): number {
  let ones = 0;
  for (let rest = word >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) ones++;
  return ones;
}
