import { Errno, Place } from "../../../assembly/layout";
import { Ending, Ends, Fate, FateAt, Paths, Socket, Tracked } from "../../../assembly/trip/packets";
import { StepKind } from "../../../assembly/netfilter/statements";
import { Base, ChainType, Hook, NatKind, Span, Stage, Wall } from "../../../assembly/netfilter/wall";
import { NET_MESH, NET_WAN, ready, simpleRouter, WAN_DEVICE } from "../support/routers";
import { addChain, addNat, fateOf, newNat, newPaths, sending, side4, side6 } from "../support/trips";

const REMOTE: u32 = 0x08080808;

function simple(): Paths {
  return newPaths(ready(simpleRouter()));
}

function ended(fate: Fate, ending: u32, error: u32): bool {
  return fate.ending == ending && fate.error == error;
}

export function who_sends_datagrams_learns_of_a_drop_and_who_sends_segments_does_not(): void {
  const paths = simple();
  addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.DROP);
  const sent = sending(paths, 4, REMOTE);
  assert(ended(fateOf(paths), Ending.DROPPED, Errno.EPERM));
  sent.proto = 6;
  assert(ended(fateOf(paths), Ending.DROPPED, 0));
}

export function the_ping_socket_of_ipv6_never_says_anything(): void {
  const paths = simple();
  addChain(paths, 6, Hook.OUTPUT, ChainType.FILTER, StepKind.DROP);
  const sent = sending(paths, 6, 0xff020000, 1);
  sent.proto = 58;
  sent.icmpType = 128;
  sent.oif = WAN_DEVICE;
  sent.hasSource = 1;
  sent.src0 = 0xfe800000;
  sent.socket = Socket.PING;
  assert(fateOf(paths).error != Errno.EPERM);
  assert(side6(paths).complete == 1);
}

export function a_reject_is_told_as_such_where_its_answer_sets_out(): void {
  const paths = simple();
  addChain(paths, 4, Hook.POSTROUTING, ChainType.FILTER, StepKind.REJECT);
  sending(paths, 4, REMOTE);
  assert(ended(fateOf(paths), Ending.REJECTED, Errno.EPERM));
  sending(paths, 4, 0xef000001);
  assert(ended(fateOf(paths), Ending.DROPPED, Errno.EPERM), "nobody answers multicast");
}

export function a_policy_to_drop_ends_the_way(): void {
  const paths = simple();
  const base = addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.RETURN);
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).ending == Ending.EGRESS);
  base.drops = 1;
  assert(fateOf(paths).ending == Ending.DROPPED);
}

export function an_end_that_has_been_translated_is_not_translated_again(): void {
  const paths = simple();
  addNat(paths, 4, Hook.OUTPUT, newNat(NatKind.DNAT, NET_WAN + 1));
  addNat(paths, 4, Hook.PREROUTING, newNat(NatKind.DNAT, NET_MESH + 9));
  sending(paths, 4, REMOTE);
  const fate = fateOf(paths);
  const reply = changetype<Ends>(changetype<usize>(fate) + FateAt.reply);
  assert(fate.ending == Ending.LOCAL && reply.src0 == NET_WAN + 1, "PREROUTING of lo is not asked");
}

export function a_packet_without_an_entry_meets_no_translation(): void {
  const paths = simple();
  addNat(paths, 4, Hook.POSTROUTING, newNat(NatKind.SNAT, 0x09090909));
  const sent = sending(paths, 4, REMOTE);
  assert(fateOf(paths).src0 == 0x09090909);
  sent.ct = Tracked.INVALID;
  assert(fateOf(paths).src0 != 0x09090909);
  sent.ct = Tracked.UNTRACKED;
  assert(fateOf(paths).src0 != 0x09090909);
}

export function chains_whose_order_is_not_known_are_taken_in_both(): void {
  const paths = simple();
  addChain(paths, 4, Hook.POSTROUTING, ChainType.FILTER, StepKind.MARK, 1);
  addChain(paths, 4, Hook.POSTROUTING, ChainType.FILTER, StepKind.MARK, 2);
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).mark == 2);
  const span = changetype<Span>(changetype<Wall>(side4(paths).wall).hooks + <u32>Hook.POSTROUTING * <u32>offsetof<Span>());
  const first = changetype<Stage>(span.first + (span.count - 2) * <u32>offsetof<Stage>());
  first.trades = 1;
  const fate = fateOf(paths);
  assert(fate.ending == Ending.UNDETERMINED && fate.place == Place.ORDER && fate.number == changetype<Base>(first.bases).number);
}
