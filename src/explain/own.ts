/** Addresses of the node itself. */
import { type Address, covers, sameAddress, type Words } from "../model/address.js";
import type { Route } from "../model/node.js";
import { Choices } from "./choices.js";
import type { OpenField } from "./classes.js";
import { type Ground, LOCAL, LOOPBACK } from "./fib.js";
import { type Question, Reader } from "./question.js";
import { lookup4 } from "./table.js";

/**
 * __ip_dev_find(): devices that have the address, or the device of the local route it lies in; none: it is not the node's own. The kernel takes the address that was
 * added last, which no dump tells. IPv4: of routes the longest prefix of table local counts, which is the same trie as main while nobody has configured a rule.
 */
export function ownersOf(ground: Ground, address: Address): readonly string[] {
  const devices = ground.node.addresses.filter((own) => sameAddress(own.address, address)).map((own) => own.dev);
  if (devices.length > 0) return [...new Set(devices)];
  const route = localRoute(ground, address);
  return route?.type === "local" ? [route.nextHops[0]?.dev ?? LOOPBACK] : [];
}

export function isOwn(ground: Ground, address: Address): boolean {
  return ownersOf(ground, address).length > 0;
}

function localRoute(ground: Ground, address: Address): Route | undefined {
  const fib = ground.fibs[address.family];
  const routes = fib.merged ?? fib.tables.get(LOCAL) ?? [];
  if (address.family === 6) return routes.find((route) => covers(route.destination, address));
  const question: Question = { family: 4, dst: address, src: null, mark: 0, iif: LOOPBACK, oif: null, strict: false, owned: false };
  const answer = lookup4(routes, question, new Reader(ground, NOTHING, 4, new Choices()));
  return answer.kind === "hit" ? answer.route : undefined;
}

/** The kernel asks with nothing but the address. */
const NOTHING: ReadonlyMap<OpenField, number> = new Map([["tos", 0]]);

export const ANY4: Address = { family: 4, words: [0, 0, 0, 0] satisfies Words };
