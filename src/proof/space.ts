/** The packet space of a proof: which variable stands where, and what a match is as a set of packets. */
import type { Family, Prefix } from "../model/address.js";
import type { Condition, Row } from "../model/netfilter.js";
import { type HookField, inPrefix, type Match } from "../model/packet.js";
import { Bdd, type Edge, FALSE } from "./bdd.js";
import type { Bits } from "./bits.js";
import { ALL_FIELDS, formsOf, largestOf, ORDER } from "./fields.js";
import type { ValueClass } from "./partition.js";
import { choicePlace, literalsAt, type Place, placeOf, testSet, valueAt } from "./place.js";
import { literals } from "./quantify.js";

/** What the variables are made for. What is not named here cannot be asked of the space. */
export interface Outline {
  readonly family: Family;
  /** Whatever will look at a packet (mentions.ts): tells which values become classes and which bits of marks count. */
  readonly matches: readonly Match<HookField>[];
  /** Texts of what is not understood: one free variable each. */
  readonly unknown: readonly string[];
  /** What a packet has besides its fields (its origin, the device its socket is bound to), each with its options. They stand above everything. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
  /** What of the environment may be so or not: a route that is there. They stand below everything: above the addresses every subset of routes would be a table of its own. */
  readonly facts: readonly string[];
  /** Devices have the numbers 1 to this one, 0 is none. */
  readonly devices: number;
}

interface Choice {
  readonly options: readonly string[];
  readonly place: Place;
}

/** Asking for a match, a choice or a text that the outline did not announce is a bug and throws. */
export class Space {
  readonly bdd: Bdd;
  readonly family: Family;
  /** Number of variables: levels are 0 to below it. */
  readonly size: number;
  private readonly places: ReadonlyMap<HookField, Place>;
  private readonly largest: ReadonlyMap<HookField, number>;
  private readonly choices: ReadonlyMap<string, Choice>;
  private readonly free: ReadonlyMap<string, number>;
  private readonly facts: ReadonlyMap<string, number>;

  constructor({ family, matches, unknown, choices, facts, devices }: Outline, bdd: Bdd = new Bdd()) {
    let next = 0;
    const take = (count: number): number[] => Array.from({ length: count }, () => next++);
    this.bdd = bdd;
    this.family = family;
    this.choices = new Map([...choices].map(([name, options]) => [name, { options, place: choicePlace(options.length, take) }]));
    const forms = formsOf(family, devices);
    const fields = [...ORDER, ...ALL_FIELDS.filter((field) => forms[field].kind === "fixed")];
    this.places = new Map(fields.map((field) => [field, placeOf(forms[field], matches.filter((match) => match.field === field), take)]));
    this.largest = new Map(ALL_FIELDS.map((field) => [field, largestOf(forms[field])]));
    this.free = new Map([...new Set(unknown)].map((text) => [text, next++]));
    this.facts = new Map([...new Set(facts)].map((name) => [name, next++]));
    this.size = next;
  }

  /** Packets for which the match holds. */
  matchSet(match: Match<HookField>): Edge {
    const { field, mask, low, span } = match;
    const set = testSet(this.bdd, this.place(field), match, found(this.largest.get(field), field));
    if (set === null) throw new Error(`the space was made without a match on ${field}: mask ${mask}, from ${low}, span ${span}`);
    return set;
  }

  /** Packets for which all of them hold. */
  matchesSet(matches: readonly Match<HookField>[]): Edge {
    return this.bdd.all(matches.map((match) => this.matchSet(match)));
  }

  /** Packets for which the row holds; what it does not tell is its text's own variable. */
  rowSet({ matches, unknown }: Row): Edge {
    const known = this.matchesSet(matches);
    return unknown === null ? known : this.bdd.and(known, this.unknown(unknown));
  }

  /** Packets for which the condition of a firewall's rule holds. */
  conditionSet({ rows, not }: Condition): Edge {
    const some = this.bdd.any(rows.map((row) => this.rowSet(row)));
    return not ? this.bdd.not(some) : some;
  }

  /** Packets from or to the prefix; there are none of the other family. */
  prefixSet(end: "src" | "dst", prefix: Prefix): Edge {
    return prefix.address.family === this.family ? this.matchesSet(inPrefix(end, prefix)) : FALSE;
  }

  /** Packets with this option of a choice. */
  optionSet(name: string, option: string): Edge {
    const { place, number } = this.option(name, option);
    return found(testSet(this.bdd, place, { mask: 0xffffffff, low: number, span: 0 }, 0xffffffff), name);
  }

  /** The variable of a text that is not understood. */
  unknown(text: string): Edge {
    return this.bdd.variable(found(this.free.get(text), text));
  }

  /** The variable of a fact of the environment. */
  fact(name: string): Edge {
    return this.bdd.variable(found(this.facts.get(name), name));
  }

  /** Variables of a field, ascending; the most significant bit first. Empty: its value is fixed, or no match tells any two apart. */
  levels(field: HookField): readonly number[] {
    return this.place(field).levels;
  }

  /** Variables of a whole address, most significant bit first: 32 or 128 of them. */
  addressLevels(end: "src" | "dst"): readonly number[] {
    return ([0, 1, 2, 3] as const).flatMap((i) => this.levels(`${end}${i}`));
  }

  choiceLevels(name: string): readonly number[] {
    return found(this.choices.get(name), name).place.levels;
  }

  unknownLevels(): readonly number[] {
    return [...this.free.values()];
  }

  factLevels(): readonly number[] {
    return [...this.facts.values()];
  }

  /** The variable of each bit of a field; null where it is asked by classes, or fixed. */
  bits(field: HookField): Bits | null {
    const place = this.place(field);
    return place.kind === "bits" ? place.bits : null;
  }

  /** Classes of a field's values; null where it is asked bit by bit, or fixed. */
  classes(field: HookField): readonly ValueClass[] | null {
    const place = this.place(field);
    return place.kind === "classes" ? place.classes : null;
  }

  /** The field's variables as they are for this value: what `cofactor` sets. Bits without a variable are left out; FALSE: the field never has the value. */
  literals(field: HookField, value: number): Edge {
    const values = literalsAt(this.place(field), value);
    return values === null ? FALSE : literals(this.bdd, values);
  }

  /** The choice's variables as they are for this option: what `cofactor` sets. */
  optionLiterals(name: string, option: string): Edge {
    const { place, number } = this.option(name, option);
    return literals(this.bdd, literalsAt(place, number) ?? []);
  }

  /** The field's value in a member of a set (`pick`); of a class its lowest value. */
  value(field: HookField, member: Uint8Array): number {
    return valueAt(this.place(field), member);
  }

  /** The option of a choice in a member of a set. */
  optionOf(name: string, member: Uint8Array): string {
    const { options, place } = found(this.choices.get(name), name);
    return found(options[valueAt(place, member)], name);
  }

  /** Whether a fact of the environment holds in a member of a set. */
  holdsIn(name: string, member: Uint8Array): boolean {
    return member[found(this.facts.get(name), name)] === 1;
  }

  /** What `pick` is to prefer: these values, 0 for everything else, and all facts as `fact` says. A value that its field never has is not wished for. */
  preference(values: Partial<Record<HookField, number>>, fact: 0 | 1): Uint8Array {
    const wanted = new Uint8Array(this.size);
    for (const field of ALL_FIELDS) {
      const value = values[field];
      if (value === undefined) continue;
      for (const [level, bit] of literalsAt(this.place(field), value) ?? []) wanted[level] = bit;
    }
    for (const level of this.facts.values()) wanted[level] = fact;
    return wanted;
  }

  private place(field: HookField): Place {
    return found(this.places.get(field), field);
  }

  private option(name: string, option: string): { place: Place; number: number } {
    const { options, place } = found(this.choices.get(name), name);
    const number = options.indexOf(option);
    if (number < 0) throw new Error(`${name} has no option ${option} in this space`);
    return { place, number };
  }
}

function found<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new Error(`this space has no place for ${name}`);
  return value;
}
