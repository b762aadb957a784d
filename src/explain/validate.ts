/** Whether IPv4 believes the source of a packet from outside: fib_validate_source (net/ipv4/fib_frontend.c). */
import { sameAddress } from "../model/address.js";
import { isOnFor, LOCAL, LOOPBACK, sysctl } from "./fib.js";
import { hasPorts, type Question, Reader } from "./question.js";
import { walkRules } from "./rules.js";
import { SILENT } from "./trail.js";
import type { OpenField } from "./classes.js";

/** Why the source is not believed; null: it is. `out` is the device the packet would leave on, null when it stays. */
export function invalidSource(question: Question, out: string | null, reader: Reader): string | null {
  const { src, iif } = question;
  // Any source: one that is believed.
  if (src === null) return null;
  const { ground } = reader;
  const filter = Math.max(...["all", iif].map((of) => Number(sysctl(ground, `net.ipv4.conf.${of}.rp_filter`) ?? 0)));
  const redirects = out === iif && isOnFor(ground, 4, iif, "send_redirects", true);
  if (filter === 0 && !redirects) {
    if (isOnFor(ground, 4, iif, "accept_local")) return null;
    if (ground.fibs[4].merged !== null && !hasOwnLocalRoutes(reader)) return ground.node.addresses.some((own) => sameAddress(own.address, src)) ? OWN : null;
  }
  return fullCheck(question, out, filter, reader);
}

const OWN = "the source is one of the node's own addresses";

/** The kernel remembers that somebody added a route of type local (fib_has_custom_local_routes). */
function hasOwnLocalRoutes({ ground }: Reader): boolean {
  return [...ground.fibs[4].tables.values()].flat().some((route) => route.type === "local" && (route.protocol !== "kernel" || route.table !== LOCAL));
}

/** __fib_validate_source(): the way back, looked up as if the node sent it. */
function fullCheck(question: Question, out: string | null, filter: number, reader: Reader): string | null {
  const { src, iif } = question;
  if (src === null) return null;
  const { ground } = reader;
  const mark = isOnFor(ground, 4, iif, "src_valid_mark") ? question.mark : 0;
  const unreached = filter > 0 ? `rp_filter: no route leads back to the source` : null;
  const back = walkRules(ground.fibs[4], { ...question, dst: src, src: question.dst, mark, iif: out ?? LOOPBACK, oif: null }, turned(reader), SILENT);
  if (back.kind !== "route") return unreached;
  const { route } = back;
  if (route.type === "local" && !isOnFor(ground, 4, iif, "accept_local")) return OWN;
  if (route.type !== "local" && route.type !== "unicast") return `the source lies in a route of type ${route.type}`;
  if (route.nextHops.some((hop) => hop.dev === iif) || (route.type === "local" && iif === LOOPBACK)) return null;
  if (!ground.node.addresses.some((own) => own.address.family === 4 && own.dev === iif)) return unreached;
  return filter === 1 ? `rp_filter: the source is not reached by ${iif}` : null;
}

/** The packet's ports the other way round. */
function turned(reader: Reader): Reader {
  const open = new Map<OpenField, number>(reader.open);
  const ports = hasPorts(reader.open.get("proto") ?? 0);
  const [sport, dport] = [reader.open.get("sport"), reader.open.get("dport")];
  if (ports && sport !== undefined && dport !== undefined) open.set("sport", dport).set("dport", sport);
  return new Reader(reader.ground, open, reader.family, reader.choices);
}
