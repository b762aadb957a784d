// Whether a rule's conditions hold for a packet at a hook. What is known decides first; only where it does not, a choice is opened.

import { Match, Packet, Place } from "../layout";
import { rowHolds } from "../match";
import { begin, Index, isOpen, next, NO_ITEM, Search, SEARCH_BYTES } from "./search";
import { maybe, Walk } from "../lookup/walk";
import { HookField, Trip, Wall } from "./wall";

/** OPEN: what is known does not tell. */
export enum Held { NO = 0, YES = 1, OPEN = 2 }

/** Holds when all its matches do; with an `unknown` it may hold or not then (Row in src/model/netfilter.ts). */
@unmanaged @final export class Alternative {
  matches: u32;
  count: u32;
  unknown: u32;
}
export enum AlternativeAt {
  matches = offsetof<Alternative>("matches"), count = offsetof<Alternative>("count"), unknown = offsetof<Alternative>("unknown"), SIZE = offsetof<Alternative>(),
}

/** Holds when one of its rows does, or negated when none does. */
@unmanaged export class Test {
  rows: u32; // Alternatives
  count: u32;
  index: u32; // Index of the rows; 0 = they are tried in order
  negated: u32;
}
export enum TestAt { rows = offsetof<Test>("rows"), count = offsetof<Test>("count"), index = offsetof<Test>("index"), negated = offsetof<Test>("negated"), SIZE = offsetof<Test>() }

/** An entry of a map: what it leads to when one of its rows holds. */
@unmanaged @final export class Entry extends Test {
  then: u32; // Step
}
export enum EntryAt {
  rows = offsetof<Entry>("rows"), count = offsetof<Entry>("count"), index = offsetof<Entry>("index"), then = offsetof<Entry>("then"), SIZE = offsetof<Entry>(),
}

/** A map. */
@unmanaged @final export class Choice {
  entries: u32;
  count: u32;
  index: u32; // Index of the entries; 0 = they are tried in order
}
export enum ChoiceAt { entries = offsetof<Choice>("entries"), count = offsetof<Choice>("count"), index = offsetof<Choice>("index"), SIZE = offsetof<Choice>() }

/** One walk of a base chain: the packet, and scratch. Its Frames (chains.ts) stand at its end. */
@unmanaged @final export class Pass {
  open: u64; // one bit for each word of the packet that is not told
  trip: u32; // Trip
  rule: u32; // number of the rule under way
  changes: u32; // counts what changed of the packet, so that searches begin anew
  target: u32; // number of the chain that a rule leads to
}
/** With a Search over the entries of a map, and one over rows, behind it. */
export const PASS_BYTES: usize = offsetof<Pass>() + 2 * SEARCH_BYTES;

/** Begins the walk of a base chain. */
export function openPass(trip: Trip): Pass {
  const pass = changetype<Pass>(changetype<Wall>(trip.wall).pass);
  pass.trip = <u32>changetype<usize>(trip);
  pass.changes = 0;
  see(pass);
  return pass;
}

/** Notes which words of the packet are told now. */
export function see(pass: Pass): void {
  const trip = changetype<Trip>(pass.trip);
  let open: u64 = 0;
  if (trip.sourceKnown == 0) open |= SOURCE;
  if (trip.entry != 0) {
    if (trip.entryMarkKnown == 0) open |= MARK;
    if (trip.directionKnown == 0) open |= DIRECTION;
    if (~trip.statusKnown != 0) open |= STATUS;
  }
  pass.open = open;
}

const SRC0: u64 = u64(offsetof<Packet>("src0") >> 2);
const SOURCE: u64 = (u64(15) << SRC0) | (u64(1) << u64(HookField.srcType >> 2));
const MARK: u64 = u64(1) << u64(HookField.ctMark >> 2);
const DIRECTION: u64 = u64(1) << u64(HookField.ctDirection >> 2);
const STATUS: u64 = u64(1) << u64(HookField.ctStatus >> 2);

/** Takes one side of an open choice of the rule under way. */
export function ask(pass: Pass): bool {
  return maybe(changetype<Walk>(changetype<Trip>(pass.trip).walk), Place.FILTER, pass.rule);
}

/** What is known of a row of matches. */
export function knownRow(pass: Pass, matches: u32, count: u32): u32 {
  const packet = changetype<Packet>(changetype<Trip>(pass.trip).packet);
  if (pass.open == 0) return u32(rowHolds(matches, count, packet));
  let held: u32 = Held.YES;
  const end = matches + count * <u32>offsetof<Match>();
  for (let at = matches; at < end; at += <u32>offsetof<Match>()) {
    const match = changetype<Match>(at);
    if (isTold(pass, match)) {
      if (!rowHolds(at, 1, packet)) return Held.NO;
    } else {
      held = Held.OPEN;
    }
  }
  return held;
}

/** Of ctStatus some bits are told and others are not. */
function isTold(pass: Pass, match: Match): bool {
  if (!isOpen(pass.open, match.field)) return true;
  return match.field == HookField.ctStatus && (match.mask & ~changetype<Trip>(pass.trip).statusKnown) == 0;
}

/** What is known of a test. */
export function known(pass: Pass, test: Test): u32 {
  const held = knownAny(pass, test);
  if (held == Held.OPEN || test.negated == 0) return held;
  return held == Held.YES ? <u32>Held.NO : <u32>Held.YES;
}

/** The same of one that is not known, by asking: each of its open rows may hold. */
export function settled(pass: Pass, test: Test): bool {
  return askAny(pass, test) != (test.negated != 0);
}

function knownAny(pass: Pass, test: Test): u32 {
  const rows = searchOf(pass, test.index, true);
  let any: u32 = Held.NO;
  for (let i = following(rows, test.count, NO_ITEM); i != NO_ITEM; i = following(rows, test.count, i)) {
    const held = knownAlternative(pass, rowAt(test, i));
    if (held == Held.YES) return held;
    any |= held;
  }
  return any;
}

function askAny(pass: Pass, test: Test): bool {
  const rows = searchOf(pass, test.index, true);
  for (let i = following(rows, test.count, NO_ITEM); i != NO_ITEM; i = following(rows, test.count, i)) {
    if (knownAlternative(pass, rowAt(test, i)) == Held.OPEN && ask(pass)) return true;
  }
  return false;
}

function rowAt(test: Test, i: u32): Alternative {
  return changetype<Alternative>(test.rows + i * <u32>offsetof<Alternative>());
}

function knownAlternative(pass: Pass, row: Alternative): u32 {
  const held = knownRow(pass, row.matches, row.count);
  return held == Held.YES && row.unknown != 0 ? <u32>Held.OPEN : held;
}

/** The Step that a map leads to, 0 = none of its entries holds. */
export function chosen(pass: Pass, choice: Choice): u32 {
  const entries = searchOf(pass, choice.index, false);
  for (let i = following(entries, choice.count, NO_ITEM); i != NO_ITEM; i = following(entries, choice.count, i)) {
    const entry = changetype<Entry>(choice.entries + i * <u32>offsetof<Entry>());
    const held = knownAny(pass, entry);
    if (held == Held.YES || (held == Held.OPEN && askAny(pass, entry))) return entry.then;
  }
  return 0;
}

/** A search that has begun; null for a list without an index. */
function searchOf(pass: Pass, index: u32, ofRows: bool): Search | null {
  if (index == 0) return null;
  const search = changetype<Search>(changetype<usize>(pass) + offsetof<Pass>() + (ofRows ? SEARCH_BYTES : 0));
  begin(search, changetype<Index>(index), changetype<Trip>(pass.trip).packet, pass.open, 0);
  return search;
}

/** The item behind `item`; NO_ITEM stands before the first and behind the last. */
function following(search: Search | null, count: u32, item: u32): u32 {
  if (search !== null) return next(search);
  const after = item + 1;
  return after < count ? after : NO_ITEM;
}
