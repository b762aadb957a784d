import { Errno, Field } from "../../../assembly/layout";
import { Ending, Paths } from "../../../assembly/trip/packets";
import { StepKind } from "../../../assembly/netfilter/statements";
import { ChainType, Hook, NatKind } from "../../../assembly/netfilter/wall";
import { addPrefix, addTableRule, matching } from "../support/fibs";
import { EXTRA_SLOT, fib4, LO, MAIN_SLOT, MESH_DEVICE, NET_MESH, NET_WAN, newRouter, own4, plainRules, ready, simpleRouter, WAN_DEVICE, way } from "../support/routers";
import { addChain, addNat, fateOf, newNat, newPaths, sending, side4 } from "../support/trips";

const REMOTE: u32 = 0x08080808;

/** What the field says goes by the WAN, all else by the mesh. */
function twoTables(field: u32, low: u32): Paths {
  const router = newRouter();
  own4(router, WAN_DEVICE, NET_WAN + 1);
  own4(router, MESH_DEVICE, NET_MESH + 1);
  matching(addTableRule(fib4(router), EXTRA_SLOT), field, low);
  plainRules(fib4(router));
  const any = addPrefix(fib4(router), 0);
  way(fib4(router), any, MAIN_SLOT, MESH_DEVICE);
  way(fib4(router), any, EXTRA_SLOT, WAN_DEVICE);
  return newPaths(ready(router));
}

export function a_route_chain_that_changes_the_mark_sends_the_packet_another_way_with_its_old_source(): void {
  const paths = twoTables(Field.mark, 1);
  addChain(paths, 4, Hook.OUTPUT, ChainType.ROUTE, StepKind.MARK, 1);
  sending(paths, 4, REMOTE);
  const fate = fateOf(paths);
  assert(fate.device == WAN_DEVICE && fate.src0 == NET_MESH + 1 && fate.mark == 1);
}

export function a_mark_of_another_chain_does_not_reroute(): void {
  const paths = twoTables(Field.mark, 1);
  addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.MARK, 1);
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).device == MESH_DEVICE && fateOf(paths).mark == 1);
}

export function a_mark_that_stays_the_same_does_not_reroute(): void {
  const paths = twoTables(Field.mark, 1);
  addChain(paths, 4, Hook.OUTPUT, ChainType.FILTER, StepKind.MARK, 1);
  addChain(paths, 4, Hook.OUTPUT, ChainType.ROUTE, StepKind.MARK, 1);
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).device == MESH_DEVICE);
}

export function ipv4_asks_again_as_root_and_with_ports_only_where_a_rule_wants_them(): void {
  const users = twoTables(Field.uid, 7);
  addChain(users, 4, Hook.OUTPUT, ChainType.ROUTE, StepKind.MARK, 1);
  sending(users, 4, REMOTE).uid = 7;
  assert(fateOf(users).device == MESH_DEVICE && fateOf(users).src0 == NET_WAN + 1);
  const ports = twoTables(Field.dport, 53);
  addChain(ports, 4, Hook.OUTPUT, ChainType.ROUTE, StepKind.MARK, 1);
  sending(ports, 4, REMOTE);
  assert(fateOf(ports).device == MESH_DEVICE);
  side4(ports).dissects = 1;
  assert(fateOf(ports).device == WAN_DEVICE);
}

export function another_destination_is_looked_up_and_another_port_is_not(): void {
  const paths = newPaths(ready(simpleRouter()));
  const nat = newNat(NatKind.DNAT, NET_MESH + 9);
  addNat(paths, 4, Hook.OUTPUT, nat);
  sending(paths, 4, REMOTE);
  assert(fateOf(paths).device == MESH_DEVICE && fateOf(paths).dst0 == NET_MESH + 9 && fateOf(paths).src0 == NET_WAN + 1);
  nat.hasAddress = 0;
  nat.hasPorts = 1;
  nat.portFirst = nat.portLast = 5353;
  assert(fateOf(paths).device == WAN_DEVICE && fateOf(paths).dport == 5353);
}

export function a_socket_bound_to_a_device_keeps_it(): void {
  const paths = twoTables(Field.mark, 1);
  addChain(paths, 4, Hook.OUTPUT, ChainType.ROUTE, StepKind.MARK, 1);
  sending(paths, 4, REMOTE).oif = MESH_DEVICE;
  assert(fateOf(paths).device == MESH_DEVICE);
}

export function a_reroute_that_finds_nothing_tells_who_listens(): void {
  const router = newRouter();
  own4(router, MESH_DEVICE, NET_MESH + 1);
  matching(addTableRule(fib4(router), MAIN_SLOT), Field.mark, 0);
  way(fib4(router), addPrefix(fib4(router), 0), MAIN_SLOT, MESH_DEVICE);
  const paths = newPaths(ready(router));
  addChain(paths, 4, Hook.OUTPUT, ChainType.ROUTE, StepKind.MARK, 1);
  const sent = sending(paths, 4, REMOTE);
  assert(fateOf(paths).ending == Ending.NO_ROUTE && fateOf(paths).error == Errno.ENETUNREACH);
  sent.proto = 6;
  assert(fateOf(paths).ending == Ending.NO_ROUTE && fateOf(paths).error == 0, "TCP sends again");
  assert(router.loopback == LO);
}
