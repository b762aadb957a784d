/** Whether IPv4 sends to a route's gateway or straight to the destination: rt_set_nexthop (net/ipv4/route.c), fib_check_nh_v4_gw (net/ipv4/fib_semantics.c). */
import type { Address } from "../model/address.js";
import type { NextHop, Route } from "../model/node.js";
import { LOCAL, LOOPBACK, MAIN, mergedTables } from "./fib.js";
import type { Question, Reader } from "./question.js";
import { walkRules } from "./rules.js";
import { SCOPE_LINK, scopeNumber } from "./source.js";
import { lookup4 } from "./table.js";
import { SILENT } from "./trail.js";

/**
 * The address a packet is sent to by way of this next hop; null: its own destination. A gateway that is no farther than the node itself, an address of its own above all,
 * stands for the device alone: the next hop then has scope host. The kernel looks that up when the route is made; here it is looked up in the state as it is.
 */
export function gateway4(route: Route, hop: NextHop, reader: Reader): Address | null {
  if (hop.via?.family !== 4 || [...route.flags, ...hop.flags].includes("onlink")) return hop.via;
  const { tables, merged } = reader.ground.fibs[4];
  // An object's gateway was looked up when the object was made, by the rules alone: it belongs to no table.
  if (route.flags.some((flag) => flag.startsWith("nhid "))) return isHost(hop, [], reader) ? null : hop.via;
  const own = tables.get(route.table) ?? [];
  if (route.table !== MAIN && route.table !== LOCAL) return isHost(hop, own, reader) ? null : hop.via;
  const both = merged ?? mergedTables(tables);
  const wasOne = isHost(hop, both, reader);
  // A route of main may have been made before somebody's rule split local from it. The kernel never asks main alone: the rules lead there behind local.
  const isOne = merged === null ? isHost(hop, route.table === MAIN ? [] : own, reader) : wasOne;
  if (wasOne === isOne) return isOne ? null : hop.via;
  return reader.choices.ask(`gateway of ${route.at}`, MADE) === 0 ? null : hop.via;
}

const MADE = [{ text: "while local and main were one" }, { text: "since they are split" }] as const;

/** Only what is on the link or nearer may hold a gateway; the rules are asked where the route's own table has nothing. */
function isHost(hop: NextHop, routes: readonly Route[], reader: Reader): boolean {
  if (hop.via === null) return false;
  const question: Question = { family: 4, dst: hop.via, src: null, mark: 0, iif: LOOPBACK, oif: hop.dev, strict: false, owned: false };
  const near = lookup4(routes.filter((one) => scopeNumber(one.scope) >= SCOPE_LINK), question, reader);
  const found = near.kind === "hit" ? near : walkRules(reader.ground.fibs[4], question, reader, SILENT);
  return "route" in found && scopeNumber(found.route.scope) > SCOPE_LINK;
}
