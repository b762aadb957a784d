/** IPv4's output lookup for all packets at once: ip_route_output_key_hash_rcu, fib_select_path and __mkroute_output (net/ipv4/route.c). */
import { type Address, parsePrefix, covers, type Prefix } from "../model/address.js";
import { equals } from "../model/packet.js";
import type { ErrorName } from "../model/walk.js";
import { type Edge, FALSE, TRUE } from "./bdd.js";
import { atSource, type Ground, IGMP, isOnFor, LOOPBACK } from "./ground.js";
import { finish, type Question, type Report, type Source, type Way } from "./outcome.js";
import { type Choice, madeSourceOf4, owners4, SCOPE, selectAddress4, sourceOf4 } from "./own.js";
import { type Found, walkRules } from "./rules.js";

export function output4(ground: Ground, question: Question, domain: Edge, report: Report): void {
  new Output(ground, question, report).start(domain);
}

// Since Linux 5.3 the rest of 0.0.0.0/8 is unicast (ipv4_is_zeronet).
const [MULTICAST, CONTROL, LIMITED, UNSPECIFIED, LOOPBACK_NET] =
  [prefix4("224.0.0.0/4"), prefix4("224.0.0.0/24"), prefix4("255.255.255.255/32"), prefix4("0.0.0.0/32"), prefix4("127.0.0.0/8")];
const ITSELF: Address = { family: 4, words: [0x7f000001, 0, 0, 0] };

function prefix4(text: string): Prefix {
  const prefix = parsePrefix(text, 4);
  if (prefix === null) throw new Error(`${text} is no prefix`);
  return prefix;
}

/** Packets by the source that they have by now; null: none yet. */
interface Chosen {
  readonly set: Edge;
  readonly source: Source;
}

class Output {
  private readonly toMulticast: Edge;
  private readonly toLimited: Edge;
  private readonly toUnspecified: Edge;

  constructor(private readonly ground: Ground, private readonly question: Question, private readonly report: Report) {
    this.toMulticast = ground.space.prefixSet("dst", MULTICAST);
    this.toLimited = ground.space.prefixSet("dst", LIMITED);
    this.toUnspecified = ground.space.prefixSet("dst", UNSPECIFIED);
  }

  start(domain: Edge): void {
    const { bdd } = this.ground.space;
    const left = this.byDevice(this.question.source === "none" ? domain : this.bySource(domain));
    for (const { set, source } of this.chosen(left)) {
      const itself = bdd.and(set, this.toUnspecified);
      this.report.add(itself, { kind: "way", dev: LOOPBACK, table: 0, route: null, hop: null, rule: null, source: source ?? ITSELF });
      this.byTables(bdd.minus(set, itself), source);
    }
  }

  /** What a given source means before anything else is asked; the answer: packets that go on. */
  private bySource(domain: Edge): Edge {
    const { bdd } = this.ground.space;
    const bad = bdd.and(domain, bdd.any([MULTICAST, LIMITED, UNSPECIFIED].map((prefix) => this.from(prefix))));
    this.refuse(bad, "EINVAL");
    let left = bdd.minus(domain, bad);
    const owners = owners4(this.ground).map(({ set, dev }) => ({ set: this.asTold(set), dev }));
    const owned = bdd.any(owners.map(({ set }) => set));
    if (this.question.oif === null) {
      // No table is asked: they leave on the device of their source.
      const spread = bdd.and(left, bdd.or(this.toMulticast, this.toLimited));
      this.refuse(bdd.minus(spread, owned), "ENETUNREACH");
      for (const { set, dev } of owners) this.way(bdd.and(spread, set), { dev, table: 0, source: "given" });
      left = bdd.minus(left, spread);
    }
    if (this.question.anySource === true) return left;
    this.refuse(bdd.minus(left, owned), "ENETUNREACH");
    return bdd.and(left, owned);
  }

  /** What a given device means before any table is asked; the answer: packets that go on. */
  private byDevice(domain: Edge): Edge {
    const { space, links } = this.ground;
    const { oif, source } = this.question;
    if (oif === null) return domain;
    if (links.get(oif)?.up !== true) {
      this.refuse(domain, "ENETUNREACH");
      return FALSE;
    }
    const straight = space.bdd.and(domain, space.bdd.any([space.prefixSet("dst", CONTROL), this.toLimited, space.matchSet(equals("proto", IGMP))]));
    this.onLink(straight, oif, source === "none" ? null : "given");
    return space.bdd.minus(domain, straight);
  }

  /** The source as it stands when the rules are asked: multicast and 0.0.0.0 get one of the device that was given. */
  private chosen(domain: Edge): Chosen[] {
    const { space } = this.ground;
    const { bdd } = space;
    const { oif, source } = this.question;
    if (source !== "none") return [{ set: domain, source: "given" }];
    if (oif === null) return [{ set: domain, source: null }];
    const of = (set: Edge, scope: number): Chosen[] => selectAddress4(this.ground, oif, null, scope).map(({ when, address }) => ({ set: bdd.all([domain, set, when]), source: address }));
    return [
      ...of(this.toMulticast, SCOPE.universe), ...of(this.toUnspecified, SCOPE.host), { set: bdd.minus(domain, bdd.or(this.toMulticast, this.toUnspecified)), source: null },
    ].filter(({ set }) => set !== FALSE);
  }

  private byTables(packets: Edge, source: Source): void {
    const { question, ground, report } = this;
    const asked: Question = source === null || typeof source === "string" ? question : { ...question, source };
    for (const { set, found } of walkRules(ground, asked, packets)) {
      if (found.kind === "route") this.byRoute(set, found, source);
      // "Apparently, routing tables are wrong. Assume, that the destination is on link." (route.c)
      else if (found.kind !== "unknown" && question.oif !== null) this.onLink(set, question.oif, source);
      else report.add(set, found);
    }
  }

  private byRoute(set: Edge, found: Found & { readonly kind: "route" }, source: Source): void {
    const { ground } = this;
    for (const way of finish(found)) {
      const { route, hop } = way;
      if (source !== null || route.type === "local") {
        this.way(set, { ...way, source: source ?? route.prefsrc ?? "destination" });
        continue;
      }
      for (const choice of [...sourceOf4(ground, route, hop), ...madeSourceOf4(ground, route, hop)]) this.way(this.when(set, choice), { ...way, source: choice.address });
    }
  }

  /** Out on a device without a route, from an address of it where none is given. */
  private onLink(set: Edge, dev: string, source: Source): void {
    const choices = source === null ? selectAddress4(this.ground, dev, null, SCOPE.link) : [];
    if (source !== null) this.way(set, { dev, table: 0, source });
    for (const choice of choices) this.way(this.when(set, choice), { dev, table: 0, source: choice.address });
  }

  /** __mkroute_output(): a loopback source leaves on lo only, and nothing goes to 0.0.0.0. */
  private way(set: Edge, way: Pick<Way, "dev" | "table" | "source"> & Partial<Way>): void {
    const { bdd } = this.ground.space;
    const refused = bdd.and(set, bdd.or(this.toUnspecified, this.isLoopback(way)));
    this.refuse(refused, "EINVAL");
    this.report.add(bdd.minus(set, refused), { kind: "way", route: null, hop: null, rule: null, ...way });
  }

  private isLoopback({ dev, source }: Pick<Way, "dev" | "source">): Edge {
    if (dev === LOOPBACK || source === null || source === "destination" || isOnFor(this.ground, dev, "route_localnet")) return FALSE;
    if (source === "given") return this.from(LOOPBACK_NET);
    return covers(LOOPBACK_NET, source) ? TRUE : FALSE;
  }

  private when(set: Edge, { when }: Choice): Edge {
    return this.ground.space.bdd.and(set, when);
  }

  /** Where the given source lies in a prefix. */
  private from(prefix: Prefix): Edge {
    return this.asTold(this.ground.space.prefixSet("src", prefix));
  }

  /** A set as the question tells the source. */
  private asTold(set: Edge): Edge {
    const { source } = this.question;
    return source === "packet" || source === "none" ? set : atSource(this.ground, set, source);
  }

  private refuse(set: Edge, error: ErrorName): void {
    this.report.add(set, { kind: "error", error, silent: false, rule: null, route: null });
  }
}
