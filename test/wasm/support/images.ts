/** Images and runs for tests: one node, its hardware address and its addresses on the WAN, and packets of its flows. */
import { reserve } from "../../../assembly/arena";
import { createRun, startCaptures, startRun } from "../../../assembly/judge";
import { Direction, Fib, Image, Listener, Match, Packet, Row, Run, Source, Totals } from "../../../assembly/layout";
import { track } from "../../../assembly/flow";
import { DOC6, NODE4, NODE6, OWN_MAC, REMOTE4, REMOTE6 } from "./frames";

const LISTENERS: usize = 8;
const ROWS: usize = 8;
/** When the capture of a test starts, and a time at which nothing that came before it can matter. */
export const STARTED: u32 = 1000;
export const LATER: u32 = 2000;

/** The WAN has 192.0.2.2 and 2001:db8::2; device 1 (interface index 41) belongs to it, device 2 (42) does not; no rules, no policy rows, no ss.txt. */
export function newImage(): Image {
  const image = changetype<Image>(reserve(offsetof<Image>()));
  image.macs = <u32>reserve(8);
  store<u64>(image.macs, OWN_MAC);
  image.macCount = 1;
  image.sources = <u32>reserve(2 * offsetof<Source>());
  image.sourceCount = 2;
  const four = changetype<Source>(image.sources);
  four.family = 4;
  four.word0 = NODE4;
  const six = changetype<Source>(image.sources + <u32>offsetof<Source>());
  six.family = 6;
  six.word0 = DOC6;
  six.word3 = NODE6;
  image.listeners = <u32>reserve(LISTENERS * offsetof<Listener>());
  image.rows = <u32>reserve(ROWS * offsetof<Row>());
  image.portLow = 32768;
  image.portHigh = 60999;
  image.devices = <u32>reserve(3);
  image.deviceCount = 3;
  store<u8>(image.devices + 1, 1);
  image.indexes = <u32>reserve(3 * 4);
  store<u32>(image.indexes, 41, 4);
  store<u32>(image.indexes, 42, 8);
  image.bridges = <u32>reserve(3 * 2);
  image.own = image.sources;
  image.ownCount = image.sourceCount;
  image.fib4 = <u32>reserve(offsetof<Fib>());
  image.fib6 = <u32>reserve(offsetof<Fib>());
  return image;
}

/** ss.txt is there and shows this listener at any address. */
export function addListener(image: Image, family: u32, proto: u32, port: u32): Listener {
  const listener = changetype<Listener>(image.listeners + image.listenerCount * <u32>offsetof<Listener>());
  image.listenerCount++;
  image.listenersKnown = 1;
  listener.family = family;
  listener.proto = proto;
  listener.port = port;
  listener.anyAddress = 1;
  return listener;
}

/** A policy row without matches. */
export function addRow(image: Image, verdict: u32, reason: u32 = 0): Row {
  const row = changetype<Row>(image.rows + image.rowCount * <u32>offsetof<Row>());
  image.rowCount++;
  row.verdict = verdict;
  row.reason = reason;
  return row;
}

/** One more match of a row; all of them in one go, as they stand one behind the other. */
export function addMatch(row: Row, field: u32, low: u32, mask: u32 = u32.MAX_VALUE, span: u32 = 0): void {
  const match = newMatch(field, mask, low, span);
  if (row.count == 0) row.matches = <u32>changetype<usize>(match);
  assert(changetype<usize>(match) == row.matches + row.count * <u32>offsetof<Match>(), "the matches of a row stand together");
  row.count++;
}

export function newMatch(field: u32, mask: u32, low: u32, span: u32): Match {
  const match = changetype<Match>(reserve(offsetof<Match>()));
  match.field = field;
  match.mask = mask;
  match.low = low;
  match.span = span;
  return match;
}

/** A run in its first capture, long after that began and something arrived. */
export function newRun(image: Image): Run {
  const run = createRun();
  startRun(run, changetype<usize>(image));
  startCaptures(run);
  run.arrivals = 1;
  run.started = STARTED;
  run.now = LATER;
  return run;
}

export function totalsOf(run: Run): Totals {
  return changetype<Totals>(run.totals);
}

/** The counter of one class. */
export function classCount(run: Run, verdict: u32): u64 {
  return load<u64>(run.totals + (verdict << 3), offsetof<Totals>("classes"));
}

/** A whole packet between the node and the remote host; ports as the packet carries them. */
export function newPacket(family: u32, proto: u32, direction: u32, sport: u32, dport: u32): Packet {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  packet.family = family;
  packet.etherType = family == 4 ? 0x0800 : 0x86dd;
  packet.proto = proto;
  packet.direction = direction;
  packet.sport = sport;
  packet.dport = dport;
  const out = direction == Direction.OUT;
  packet.src0 = family == 6 ? DOC6 : out ? NODE4 : REMOTE4;
  packet.dst0 = family == 6 ? DOC6 : out ? REMOTE4 : NODE4;
  if (family == 6) {
    packet.src3 = out ? NODE6 : REMOTE6;
    packet.dst3 = out ? REMOTE6 : NODE6;
  }
  return packet;
}

/** Lets the flow memory see the packet; what it then knows of its flow (Flow). */
export function flowOf(run: Run, image: Image, packet: Packet): u32 {
  packet.flow = 0;
  track(run, image, packet);
  return packet.flow;
}
