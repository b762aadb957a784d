import { Class, Field, FindingKind, Run, Totals } from "../../assembly/layout";
import { settleQuestion } from "../../assembly/names";
import { add, frameAt, judge, judged, newBatch, packetOf, policy } from "./support/batches";
import { begin, hex, put16 } from "./support/bytes";
import { NODE4, OWN_MAC, REMOTE4, ethernet, ipv4 } from "./support/frames";
import { addMatch, addRow } from "./support/images";

const UDP: u32 = 17, TCP: u32 = 6;
/** example.org, and the same in capitals; example.com. */
const NAME = "07 6578616d706c65 03 6f7267 00 0001 0001", CAPITALS = "07 4558414d504c45 03 4f5247 00 0001 0001", OTHER = "07 6578616d706c65 03 636f6d 00 0001 0001";
const NAME_BYTES: u32 = 17;

/** A policy by which whatever goes to port 53 is a question to the WAN's resolver. */
function resolving(): Run {
  const image = policy();
  addMatch(addRow(image, <u32>Class.WAN_DNS), Field.dport, 53);
  return newBatch(image);
}

/** A datagram to port 53; `flags` and `questions` of its header, then a name. */
function asks(name: string, flags: u32 = 0x0100, questions: u32 = 1): usize {
  const at = begin();
  ethernet(0x0800, OWN_MAC);
  ipv4(UDP, 8 + 12 + NAME_BYTES, 0, NODE4, REMOTE4);
  hex("7530 0035 0025 0000 4242");
  put16(flags);
  put16(questions);
  hex("0000 0000 0000");
  hex(name);
  return at;
}

/** Judges one frame; returns how many questions the host must read. */
function open(run: Run, frame: usize): u32 {
  add(run, frame);
  judge(run);
  return run.asked;
}

function settle(run: Run, foreign: bool): void {
  settleQuestion(run, packetOf(run, 0), frameAt(run, 0), judged(run, 0), foreign);
}

function counted(run: Run): u64 {
  return changetype<Totals>(run.totals).asked;
}

function flagged(run: Run): bool {
  return (judged(run, 0).kinds & (1 << <u8>FindingKind.ASKED)) != 0;
}

export function a_name_is_read_once_and_passed_by_when_it_is_in_order(): void {
  const run = resolving();
  assert(open(run, asks(NAME)) == 1 && load<u32>(run.chosen) == 0);
  settle(run, false);
  assert(open(run, asks(NAME)) == 0 && open(run, asks(CAPITALS)) == 0, "case does not count");
  assert(counted(run) == 0 && !flagged(run));
}

export function a_foreign_name_is_counted_from_the_first_time_on(): void {
  const run = resolving();
  assert(open(run, asks(OTHER)) == 1);
  settle(run, true);
  assert(counted(run) == 1 && flagged(run));
  assert(open(run, asks(OTHER)) == 0 && counted(run) == 2 && flagged(run));
  assert(changetype<Totals>(run.totals).askedBytes == 2 * frameAt(run, 0).original);
  assert(open(run, asks(NAME)) == 1, "another name is read");
}

export function a_name_that_was_not_settled_is_asked_again(): void {
  const run = resolving();
  assert(open(run, asks(NAME)) == 1 && open(run, asks(NAME)) == 1);
}

export function what_asks_for_nothing_is_passed_by(): void {
  const run = resolving();
  assert(open(run, asks(NAME, 0x8100)) == 0, "a response");
  assert(open(run, asks(NAME, 0x0100, 0)) == 0, "no question");
  assert(open(run, asks("40 6578616d706c65 03 6f7267 00 0001 0001")) == 0, "a label longer than 63");
  assert(open(run, asks("07 6578616d706c65 03 6f7267 09 0001 0001")) == 0, "a name without an end");
}

export function segments_are_always_read(): void {
  const run = resolving();
  for (let i = 0; i < 2; i++) {
    const at = begin();
    ethernet(0x0800, OWN_MAC);
    ipv4(TCP, 22, 0, NODE4, REMOTE4);
    hex("7530 0035 00000001 00000001 5018 ffff 0000 0000 4242");
    assert(open(run, at) == 1);
    settle(run, true);
    assert(counted(run) == i + 1);
  }
}

export function a_new_run_remembers_no_name(): void {
  const first = resolving();
  open(first, asks(NAME));
  settle(first, false);
  assert(open(resolving(), asks(NAME)) == 1);
}

export function other_classes_ask_nothing(): void {
  const run = newBatch(policy());
  assert(open(run, asks(NAME)) == 0);
}
