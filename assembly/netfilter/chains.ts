// One base chain: rules in order, jumps, and the policy at its end (ipt_do_table, nft_do_chain). Rules of long chains are searched, not walked (search.ts).

import { ask, Choice, chosen, Held, known, knownRow, openPass, Pass, PASS_BYTES, see, settled, Test } from "./conditions";
import { NONE, Packet } from "../layout";
import { begin, Index, next, NO_ITEM, Search, SEARCH_BYTES } from "./search";
import { change, Step, StepKind } from "./statements";
import { translate } from "./translate";
import { Base, End, Nat, Translation, Trip, Wall } from "./wall";

/** Chains that wait for others to come back; readers refuse rules that lead deeper (DEPTH_MAX in src/state/chains.ts). */
const DEPTH_MAX: u32 = 64;
const TCP: u32 = 6;

@unmanaged @final export class Chain {
  rules: u32; // FilterRules
  count: u32;
  index: u32; // Index of the rules; 0 = they are walked one by one
}
export enum ChainAt { rules = offsetof<Chain>("rules"), count = offsetof<Chain>("count"), index = offsetof<Chain>("index"), SIZE = offsetof<Chain>() }

/** One rule that may do something. Its conditions stand before its steps, as far as no statement stands before them. */
@unmanaged @final export class FilterRule {
  matches: u32; // conditions of one row, together
  matchCount: u32;
  tests: u32; // all others
  testCount: u32;
  steps: u32;
  stepCount: u32;
  number: u32; // 1-based among the family's rules
  reserved: u32;
}
export enum FilterRuleAt {
  matches = offsetof<FilterRule>("matches"), matchCount = offsetof<FilterRule>("matchCount"), tests = offsetof<FilterRule>("tests"), testCount = offsetof<FilterRule>("testCount"),
  steps = offsetof<FilterRule>("steps"), stepCount = offsetof<FilterRule>("stepCount"), number = offsetof<FilterRule>("number"), SIZE = offsetof<FilterRule>(),
}

/** A chain under way. Its Search stands behind it. */
@unmanaged @final export class Frame {
  chain: u32;
  next: u32; // its rule to go on with
  changes: u32; // Pass.changes when its search began
  reserved: u32;
}
const FRAME_BYTES: usize = offsetof<Frame>() + SEARCH_BYTES;
/** Scratch of a family's walks. */
export enum PassAt { SIZE = <i32>(PASS_BYTES + <usize>DEPTH_MAX * FRAME_BYTES) }

/** What a rule leads to besides the ends of a walk (End): to the next rule, on with its own steps, back to the caller, into another chain. */
enum Led { NEXT = 16, ON = 17, RETURN = 18, JUMP = 19, GOTO = 20 }

/** Walks a base chain; what it changes is changed in the trip. */
export function walkChain(trip: Trip, base: Base): u32 {
  if (base.chain == 0) return policyOf(base);
  const pass = openPass(trip);
  let frame = changetype<Frame>(changetype<usize>(pass) + PASS_BYTES);
  let depth: u32 = 1;
  enter(pass, frame, base.chain);
  while (depth != 0) {
    const rule = nextRule(pass, frame);
    const led: u32 = rule == 0 ? <u32>Led.RETURN : walkRule(pass, changetype<FilterRule>(rule));
    switch (led) {
      case Led.NEXT:
        break;
      case Led.RETURN:
        depth--;
        frame = changetype<Frame>(changetype<usize>(frame) - FRAME_BYTES);
        break;
      case Led.JUMP:
        if (++depth > DEPTH_MAX) return puzzled(pass);
        frame = changetype<Frame>(changetype<usize>(frame) + FRAME_BYTES);
        enter(pass, frame, chainOf(pass));
        break;
      case Led.GOTO:
        // Whoever called this chain gets back what the other one leaves.
        enter(pass, frame, chainOf(pass));
        break;
      default:
        return led;
    }
  }
  return policyOf(base);
}

function policyOf(base: Base): u32 {
  return base.drops != 0 ? End.DROP : End.ACCEPT;
}

function chainOf(pass: Pass): u32 {
  return changetype<Wall>(changetype<Trip>(pass.trip).wall).chains + pass.target * <u32>offsetof<Chain>();
}

function enter(pass: Pass, frame: Frame, chain: u32): void {
  frame.chain = chain;
  frame.next = 0;
  // Another number than the pass has: the search is yet to begin.
  frame.changes = pass.changes - 1;
}

/** The address of the chain's next rule that may hold, 0 behind the last one. */
function nextRule(pass: Pass, frame: Frame): u32 {
  const chain = changetype<Chain>(frame.chain);
  let item = frame.next;
  if (chain.index == 0) {
    if (item == chain.count) return 0;
  } else {
    const search = changetype<Search>(changetype<usize>(frame) + offsetof<Frame>());
    if (frame.changes != pass.changes) {
      begin(search, changetype<Index>(chain.index), changetype<Trip>(pass.trip).packet, pass.open, item);
      frame.changes = pass.changes;
    }
    item = next(search);
    if (item == NO_ITEM) return 0;
  }
  frame.next = item + 1;
  return chain.rules + item * <u32>offsetof<FilterRule>();
}

function walkRule(pass: Pass, rule: FilterRule): u32 {
  pass.rule = rule.number;
  if (!applies(pass, rule)) return Led.NEXT;
  const end = rule.steps + rule.stepCount * <u32>offsetof<Step>();
  for (let at = rule.steps; at < end; at += <u32>offsetof<Step>()) {
    const led = act(pass, changetype<Step>(at));
    if (led != Led.ON) return led;
  }
  return Led.NEXT;
}

/** Whether the conditions before its first statement hold. Nothing is asked where one is known not to. */
function applies(pass: Pass, rule: FilterRule): bool {
  const row = knownRow(pass, rule.matches, rule.matchCount);
  if (row == Held.NO) return false;
  let held = row;
  const end = rule.tests + rule.testCount * <u32>offsetof<Test>();
  for (let at = rule.tests; at < end; at += <u32>offsetof<Test>()) {
    const test = known(pass, changetype<Test>(at));
    if (test == Held.NO) return false;
    held |= test;
  }
  if ((held & Held.OPEN) == 0) return true;
  if (row == Held.OPEN && !ask(pass)) return false;
  for (let at = rule.tests; at < end; at += <u32>offsetof<Test>()) {
    if (!holds(pass, changetype<Test>(at))) return false;
  }
  return true;
}

function holds(pass: Pass, test: Test): bool {
  const held = known(pass, test);
  return held == Held.OPEN ? settled(pass, test) : held == Held.YES;
}

function act(pass: Pass, step: Step): u32 {
  switch (step.kind) {
    case StepKind.TEST:
      return holds(pass, changetype<Test>(step.target)) ? Led.ON : Led.NEXT;
    case StepKind.CHOICE: {
      const then = chosen(pass, changetype<Choice>(step.target));
      return then == 0 ? <u32>Led.NEXT : act(pass, changetype<Step>(then));
    }
    case StepKind.ACCEPT:
      return End.ACCEPT;
    case StepKind.DROP:
      return End.DROP;
    case StepKind.RETURN:
      return Led.RETURN;
    case StepKind.CONTINUE:
      return Led.ON;
    case StepKind.REJECT:
      return End.REJECT_ERROR;
    case StepKind.RESET:
      // nft does not print the match on TCP without which there is no reset.
      return changetype<Packet>(changetype<Trip>(pass.trip).packet).proto == TCP ? <u32>End.REJECT_RESET : <u32>Led.NEXT;
    case StepKind.QUEUE:
      // A program decides.
      return ask(pass) ? End.DROP : End.ACCEPT;
    case StepKind.JUMP:
    case StepKind.GOTO:
      if (step.target == NONE) return puzzled(pass);
      pass.target = step.target;
      return step.kind == StepKind.JUMP ? Led.JUMP : Led.GOTO;
    case StepKind.TRANSLATE:
      return translated(pass, changetype<Nat>(step.target));
    case StepKind.UNKNOWN:
      return ask(pass) ? <u32>End.UNKNOWN : <u32>Led.ON;
    default:
      return changed(pass, step);
  }
}

function changed(pass: Pass, step: Step): u32 {
  if (!change(changetype<Trip>(pass.trip), step)) return puzzled(pass);
  pass.changes++;
  see(pass);
  return Led.ON;
}

function translated(pass: Pass, nat: Nat): u32 {
  switch (translate(changetype<Trip>(pass.trip), nat)) {
    case Translation.DONE:
      return End.ACCEPT;
    case Translation.DROP:
      return End.DROP;
    case Translation.UNKNOWN:
      return puzzled(pass);
    default:
      return Led.NEXT;
  }
}

/** What the rule does is not known; its number is noted where none was before. */
function puzzled(pass: Pass): u32 {
  ask(pass);
  return End.UNKNOWN;
}
