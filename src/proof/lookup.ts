/** One output lookup for all packets at once, as a socket or a rewrite asks it: ip_route_output_key_hash_rcu (net/ipv4/route.c), ip6_route_output_flags (net/ipv6/route.c). */
import { parsePrefix, type Prefix } from "../model/address.js";
import type { Edge } from "./bdd.js";
import type { Ground } from "./ground.js";
import { output4 } from "./output4.js";
import { finish, type OutcomeSet, type Question, Report } from "./outcome.js";
import { walkRules } from "./rules.js";

/**
 * Where the packets of a domain go. Together the sets are the domain. They overlap only where the kernel is free: among next hops and default gateways, devices that
 * share an address, and the source that a next hop object remembers.
 */
export function lookupOutput(ground: Ground, question: Question, domain: Edge): OutcomeSet[] {
  const report = new Report(ground.space.bdd);
  if (ground.space.family === 4) output4(ground, question, domain, report);
  else output6(ground, question, domain, report);
  return report.list();
}

/** To these IPv6 never leaves the device it was told (rt6_need_strict). */
const STRICT: readonly Prefix[] = ["ff00::/8", "fe80::/10", "::1"].map((text) => parsePrefix(text, 6)).filter((prefix) => prefix !== null);

function output6(ground: Ground, question: Question, domain: Edge, report: Report): void {
  const { space } = ground;
  const { bdd } = space;
  const walk = (packets: Edge, strict: boolean): void => {
    for (const { set, found } of walkRules(ground, { ...question, strict }, packets)) {
      if (found.kind === "route") for (const way of finish(found)) report.add(set, { ...way, source: question.source === "none" ? null : "given" });
      else report.add(set, found);
    }
  };
  if (question.strict || question.oif === null) {
    walk(domain, question.strict);
    return;
  }
  const always = bdd.any(STRICT.map((prefix) => space.prefixSet("dst", prefix)));
  walk(bdd.and(domain, always), true);
  walk(bdd.minus(domain, always), false);
}
