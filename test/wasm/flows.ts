import { FlowEntry, find, forgotten, fresh, place } from "../../assembly/flows";
import { Direction, Flow, Limit, Run } from "../../assembly/layout";
import { LATER, newImage, newPacket, newRun, totalsOf } from "./support/images";

const UDP: u32 = 17, TCP: u32 = 6;

/** The scratch key of a run, set to a flow of the node with these ports. */
function keyFor(run: Run, proto: u32, localPort: u32, remotePort: u32): FlowEntry {
  const key = changetype<FlowEntry>(run.key);
  key.setEnds(newPacket(4, proto, Direction.OUT, localPort, remotePort), true, false);
  key.setKind(localPort, remotePort, proto | (4 << 8));
  return key;
}

/** Fills every place with a WAN-opened UDP flow; the later its place within eight, the later it was seen. */
function fillTable(run: Run): void {
  for (let i: u32 = 0; i < <u32>Limit.FLOWS; i++) {
    const entry = at(run, i);
    entry.ports = i;
    entry.kind = UDP | (9 << 8);
    entry.opener = <u8>Flow.WAN;
    entry.arrived = 1;
    entry.seconds = LATER - 100 + (i & 7);
  }
}

function at(run: Run, index: u32): FlowEntry {
  return changetype<FlowEntry>(run.flows + index * <u32>offsetof<FlowEntry>());
}

/** Which place within eight the entry has. */
function placeOf(run: Run, entry: FlowEntry): u32 {
  return ((<u32>changetype<usize>(entry) - run.flows) / <u32>offsetof<FlowEntry>()) & 7;
}

export function an_empty_table_finds_nothing(): void {
  const run = newRun(newImage());
  assert(find(run, keyFor(run, UDP, 1, 2)) == null);
}

export function what_was_placed_is_found_by_its_key(): void {
  const run = newRun(newImage());
  const entry = place(run, keyFor(run, UDP, 1, 2));
  assert(find(run, keyFor(run, UDP, 1, 2)) == entry);
}

export function each_part_of_the_key_tells_flows_apart(): void {
  const run = newRun(newImage());
  place(run, keyFor(run, UDP, 1, 2));
  assert(find(run, keyFor(run, UDP, 2, 1)) == null, "ports the other way round");
  assert(find(run, keyFor(run, TCP, 1, 2)) == null, "protocol");
  const key = keyFor(run, UDP, 1, 2);
  key.remote3 = 1;
  assert(find(run, key) == null, "remote address");
  key.remote3 = 0;
  key.local1 = 1;
  assert(find(run, key) == null, "local address");
}

export function local_is_the_source_of_what_leaves_and_the_destination_of_what_arrives(): void {
  const run = newRun(newImage());
  const entry = place(run, keyFor(run, UDP, 1, 2));
  const key = changetype<FlowEntry>(run.key);
  key.setEnds(newPacket(4, UDP, Direction.IN, 2, 1), false, false);
  assert(find(run, key) == entry);
}

export function any_local_leaves_the_local_address_unset(): void {
  const run = newRun(newImage());
  const key = changetype<FlowEntry>(run.key);
  key.setEnds(newPacket(6, UDP, Direction.OUT, 1, 2), true, true);
  assert(key.local0 == 0 && key.local1 == 0 && key.local2 == 0 && key.local3 == 0);
  assert(key.remote0 != 0 && key.remote3 != 0);
}

export function placing_a_key_again_clears_the_entry_it_has(): void {
  const run = newRun(newImage());
  const entry = place(run, keyFor(run, UDP, 1, 2));
  entry.opener = <u8>Flow.WAN;
  entry.arrived = 1;
  entry.closed = 3;
  entry.seconds = 77;
  assert(place(run, keyFor(run, UDP, 1, 2)) == entry);
  assert(entry.opener == 0 && entry.arrived == 0 && entry.closed == 0 && entry.seconds == 0);
  assert(totalsOf(run).flowsForgotten == 0);
}

export function a_udp_flow_is_fresh_for_180_seconds(): void {
  const run = newRun(newImage());
  const entry = place(run, keyFor(run, UDP, 1, 2));
  entry.seconds = 1000;
  assert(fresh(entry, 1000) && fresh(entry, 1180) && !fresh(entry, 1181));
}

export function a_tcp_flow_is_fresh_for_two_hours_and_four_minutes(): void {
  const run = newRun(newImage());
  const entry = place(run, keyFor(run, TCP, 1, 2));
  entry.seconds = 1000;
  assert(fresh(entry, 8440) && !fresh(entry, 8441));
}

export function a_thousand_flows_are_all_remembered(): void {
  const run = newRun(newImage());
  for (let port: u32 = 1; port <= 1000; port++) place(run, keyFor(run, UDP, port, 53)).seconds = port;
  for (let port: u32 = 1; port <= 1000; port++) {
    const entry = find(run, keyFor(run, UDP, port, 53));
    assert(entry != null && entry.seconds == port);
  }
  assert(totalsOf(run).flowsForgotten == 0);
}

export function a_full_table_forgets_the_flow_it_has_not_seen_for_longest(): void {
  const run = newRun(newImage());
  fillTable(run);
  const entry = place(run, keyFor(run, UDP, 1, 2));
  assert(placeOf(run, entry) == 0);
  assert(totalsOf(run).flowsForgotten == 1);
}

export function a_flow_opened_here_and_never_answered_goes_before_the_oldest(): void {
  const run = newRun(newImage());
  fillTable(run);
  for (let i: u32 = 3; i < <u32>Limit.FLOWS; i += 8) {
    at(run, i).opener = <u8>Flow.HERE;
    at(run, i).arrived = 0;
    at(run, i).seconds = LATER;
  }
  assert(placeOf(run, place(run, keyFor(run, UDP, 1, 2))) == 3);
  assert(totalsOf(run).flowsForgotten == 0 && !forgotten(run), "no verdict depends on it");
}

export function a_flow_opened_here_and_answered_is_worth_as_much_as_any(): void {
  const run = newRun(newImage());
  fillTable(run);
  for (let i: u32 = 3; i < <u32>Limit.FLOWS; i += 8) at(run, i).opener = <u8>Flow.HERE;
  assert(placeOf(run, place(run, keyFor(run, UDP, 1, 2))) == 0);
  assert(totalsOf(run).flowsForgotten == 1);
}

export function an_idle_flow_goes_before_one_opened_here(): void {
  const run = newRun(newImage());
  fillTable(run);
  for (let i: u32 = 0; i < <u32>Limit.FLOWS; i += 8) {
    at(run, i + 3).opener = <u8>Flow.HERE;
    at(run, i + 3).arrived = 0;
    at(run, i + 5).seconds = LATER - 181;
  }
  assert(placeOf(run, place(run, keyFor(run, UDP, 1, 2))) == 5);
  assert(totalsOf(run).flowsForgotten == 0 && !forgotten(run), "it had ended");
}

export function a_forgotten_udp_flow_may_be_missed_until_it_would_have_been_idle(): void {
  const run = newRun(newImage());
  fillTable(run);
  assert(!forgotten(run));
  place(run, keyFor(run, UDP, 1, 2));
  assert(forgotten(run));
  run.now = LATER - 100 + 180;
  assert(forgotten(run));
  run.now++;
  assert(!forgotten(run));
}

export function a_forgotten_tcp_flow_may_be_missed_for_as_long_as_an_error_may_quote_it(): void {
  const run = newRun(newImage());
  fillTable(run);
  for (let i: u32 = 0; i < <u32>Limit.FLOWS; i++) at(run, i).kind = TCP | (9 << 8);
  place(run, keyFor(run, UDP, 1, 2));
  run.now = LATER - 100 + 61;
  assert(forgotten(run));
  run.now++;
  assert(!forgotten(run));
}
