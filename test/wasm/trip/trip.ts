import { DeviceTrait, Errno, NONE, Place, RouteTrait } from "../../../assembly/layout";
import { Ending, Ends, Fate, FateAt, Paths } from "../../../assembly/trip/packets";
import { StepKind } from "../../../assembly/netfilter/statements";
import { ChainType, Hook, NatKind } from "../../../assembly/netfilter/wall";
import { addPrefix } from "../support/fibs";
import { deviceAt, fib4, LO, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, own4, plainRules, ready, simpleRouter, WAN_DEVICE, way } from "../support/routers";
import { addChain, addNat, fateOf, forwarding, newNat, newPaths, sending, side4 } from "../support/trips";

const REMOTE: u32 = 0x08080808;

function simple(): Paths {
  const router = simpleRouter();
  for (let device = LO; device <= MESH_DEVICE; device++) deviceAt(router, device).traits |= DeviceTrait.FORWARDS4;
  router.customLocal = 0;
  return newPaths(ready(router));
}

export function a_packet_of_a_process_leaves_by_its_route_from_an_address_of_the_device(): void {
  const paths = simple();
  sending(paths, 4, REMOTE).mark = 5;
  const fate = fateOf(paths);
  assert(fate.ending == Ending.EGRESS && fate.device == WAN_DEVICE && fate.table == 254 && fate.hop != 0);
  assert(fate.src0 == NET_WAN + 1 && fate.dst0 == REMOTE && fate.sport == 40000 && fate.mark == 5 && fate.error == 0);
}

export function what_stays_comes_back_through_lo(): void {
  const paths = simple();
  sending(paths, 4, NET_MESH + 1);
  assert(fateOf(paths).ending == Ending.LOCAL);
  addChain(paths, 4, Hook.INPUT, ChainType.FILTER, StepKind.DROP);
  const fate = fateOf(paths);
  assert(fate.ending == Ending.DROPPED && fate.error == 0, "nobody is told of a packet that is thrown away on lo");
}

export function a_packet_from_outside_passes_by_three_hooks(): void {
  const paths = simple();
  forwarding(paths, 4, MESH_DEVICE, NET_MESH + 9, 0, REMOTE);
  const fate = fateOf(paths);
  assert(fate.ending == Ending.EGRESS && fate.device == WAN_DEVICE && fate.src0 == NET_MESH + 9);
  addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.DROP);
  assert(fateOf(paths).ending == Ending.EGRESS);
  addChain(paths, 4, Hook.FORWARD, ChainType.FILTER, StepKind.DROP);
  assert(fateOf(paths).ending == Ending.DROPPED);
}

export function a_destination_that_prerouting_changes_is_where_the_packet_goes(): void {
  const paths = simple();
  addNat(paths, 4, Hook.PREROUTING, newNat(NatKind.REDIRECT));
  forwarding(paths, 4, MESH_DEVICE, NET_MESH + 9, 0, REMOTE);
  assert(fateOf(paths).ending == Ending.LOCAL);
}

export function choices_that_lead_to_different_fates_leave_the_fate_open(): void {
  const router = newRouter();
  plainRules(fib4(router));
  own4(router, WAN_DEVICE, NET_WAN + 1);
  way(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, WAN_DEVICE).traits = RouteTrait.MAYBE;
  const paths = newPaths(ready(router));
  sending(paths, 4, REMOTE);
  const fate = fateOf(paths);
  assert(fate.ending == Ending.UNDETERMINED && fate.place == Place.ROUTE && fate.number == 1);
}

export function choices_that_lead_to_the_same_fate_leave_nothing_open(): void {
  const paths = simple();
  side4(paths).reflects = NONE;
  addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.REJECT);
  sending(paths, 4, REMOTE).mark = 1;
  const fate = fateOf(paths);
  assert(fate.ending == Ending.REJECTED && fate.error == Errno.EPERM, "with the mark or without it, the answer finds its way");
}

export function rules_that_were_not_collected_leave_the_fate_open(): void {
  const paths = simple();
  side4(paths).complete = 0;
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).ending == Ending.UNDETERMINED && fateOf(paths).place == Place.UNSEEN);
}

export function the_entry_that_a_packet_leaves_behind_is_told(): void {
  const paths = simple();
  addNat(paths, 4, Hook.POSTROUTING, newNat(NatKind.SNAT, 0x09090909));
  sending(paths, 4, REMOTE);
  const fate = fateOf(paths);
  const original = changetype<Ends>(changetype<usize>(fate) + FateAt.original);
  const reply = changetype<Ends>(changetype<usize>(fate) + FateAt.reply);
  assert(fate.flow == 1 && original.src0 == NET_WAN + 1 && original.dst0 == REMOTE && original.sport == 40000 && original.known == 15);
  assert(reply.src0 == REMOTE && reply.dst0 == 0x09090909 && reply.sport == 53, "as a packet of the other direction has it");
  assert(reply.known == 7, "which port the kernel took is not told");
}
