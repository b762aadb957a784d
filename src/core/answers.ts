/** The core's answers as values and as lines of JSON (contract, section 5). What many questions share is written once. */
import { formatAddress, networkWords } from "../model/address.js";
import type { Diagnostic } from "../model/diagnostic.js";
import type { InterfaceAddress, Link, NextHop, Route } from "../model/node.js";
import { harmless } from "../report/json.js";
import type { Core, Layout } from "./core.js";
import type { RouterImage } from "./router.js";

export const ROUTE_KINDS = ["unicast", "local", "broadcast", "anycast", "multicast"] as const;

/** Where one lookup ends. */
export interface LookupWay {
  readonly type: (typeof ROUTE_KINDS)[number];
  /** 0: no table was asked, or none had a route. */
  readonly table: number;
  readonly dev: string;
  readonly via?: string;
  /** The source the kernel chooses. */
  readonly prefsrc?: string;
  /** Destination of the deciding entry, `0.0.0.0/0` for a default route. */
  readonly prefix?: string;
  readonly metric?: number;
  /** Only where the kernel's choice is not in the state: its answer is one of these. */
  readonly among?: readonly LookupMember[];
}

/** One next hop of several; its fields replace those of the answer. */
export interface LookupMember {
  readonly dev: string;
  readonly via: string | null;
  readonly prefsrc?: string;
  readonly metric?: number;
}

export type LookupErrorName = "EACCES" | "EINVAL" | "EMSGSIZE" | "ENETUNREACH" | "EHOSTUNREACH" | "ENODEV" | "EOPNOTSUPP";

export type LookupAnswer =
  | LookupWay
  | { readonly error: LookupErrorName }
  /** Text that was not understood decides, or something no file tells. */
  | { readonly error: "undetermined"; readonly at: string; readonly text: string };

/** An answer and its line, without the line's end. */
export interface Told {
  readonly value: LookupAnswer;
  readonly line: string;
}

/** Different answers that are kept; a node has few, a stranger's questions may find more. */
const KEPT_MAX = 65_536;

export class AnswerTeller {
  readonly #layout: Layout;
  readonly #errors: ReadonlyMap<number, Told>;
  readonly #kept = new Map<string, Told>();

  constructor(core: Core, readonly image: RouterImage, readonly links: readonly Link[]) {
    this.#layout = core.layout;
    this.#errors = new Map(Object.entries(core.layout.Errno).map(([name, number]) => [number, refusedBy(name)]));
  }

  /** Reads the answer that starts at word `at` of `words`. `destination` gives the question's address when its text is needed. */
  tell(words: Uint32Array, at: number, family: 4 | 6, members: Uint32Array, destination: () => string): Told {
    const { AnswerAt: A, Outcome, Chosen } = this.#layout;
    const word = (offset: number): number => words[at + offset / 4] ?? 0;
    const outcome = word(A.outcome);
    if (outcome === Outcome.ERROR) return this.#errors.get(word(A.error)) ?? refusedBy("EINVAL");
    if (outcome === Outcome.UNDETERMINED) return this.#open(family, word(A.place), word(A.number));
    const source = word(A.source);
    const count = word(A.memberCount);
    const unique = source === Chosen.DESTINATION || count > 1;
    const key = unique ? "" : `${family} ${word(A.route)} ${word(A.hop)} ${word(A.device)} ${source} ${word(A.type)} ${word(A.table)}`;
    const kept = unique ? undefined : this.#kept.get(key);
    if (kept !== undefined) return kept;
    const told = toldOf(this.#way(word, family, members, destination));
    if (!unique && this.#kept.size < KEPT_MAX) this.#kept.set(key, told);
    return told;
  }

  #way(word: (offset: number) => number, family: 4 | 6, area: Uint32Array, destination: () => string): LookupWay {
    const { AnswerAt: A } = this.#layout;
    const route = this.#route(family, word(A.route));
    const via = this.#gateway(family, word(A.hop));
    const prefsrc = this.#source(family, word(A.source), route, destination);
    const members = this.#members(area, word(A.member), word(A.memberCount), family, route, destination);
    // Two next hops that say the same are no choice.
    const among = [...new Map(members.map((member) => [JSON.stringify(member), member])).values()];
    return {
      type: typeName(this.#layout, word(A.type)),
      table: word(A.table),
      dev: this.#device(word(A.device)),
      ...(via === null ? {} : { via }),
      // A member without a source has none: the answer must not lend it one.
      ...(prefsrc === null || (among.length > 1 && among.some((member) => member.prefsrc === undefined)) ? {} : { prefsrc }),
      ...(route === null ? {} : { prefix: prefixText(route), ...(family === 6 || route.metric !== 0 ? { metric: route.metric } : {}) }),
      ...(among.length > 1 ? { among } : {}),
    };
  }

  /** `count` members from number `first` on. `route` is the one that decided. */
  #members(area: Uint32Array, first: number, count: number, family: 4 | 6, route: Route | null, destination: () => string): LookupMember[] {
    const { MemberAt: M } = this.#layout;
    return Array.from({ length: count }, (_, i): LookupMember => {
      const of = (offset: number): number => area[((first + i) * M.SIZE + offset) / 4] ?? 0;
      const other = this.#route(family, of(M.route));
      const source = this.#source(family, of(M.source), other, destination);
      return {
        dev: this.#device(of(M.device)),
        via: this.#gateway(family, of(M.hop)),
        ...(source === null ? {} : { prefsrc: source }),
        ...(other === null || other.metric === route?.metric ? {} : { metric: other.metric }),
      };
    });
  }

  #route(family: 4 | 6, number: number): Route | null {
    return this.image.fib[family].routes[number - 1] ?? null;
  }

  #device(number: number): string {
    return this.links[number - 1]?.name ?? "";
  }

  #gateway(family: 4 | 6, number: number): string | null {
    const hop: NextHop | undefined = this.image.fib[family].hops[number - 1];
    return hop === undefined || hop.via === null ? null : formatAddress(hop.via);
  }

  #source(family: 4 | 6, number: number, route: Route | null, destination: () => string): string | null {
    const { Chosen } = this.#layout;
    switch (number) {
      case Chosen.NOTHING: return null;
      case Chosen.LOCALHOST: return "127.0.0.1";
      case Chosen.DESTINATION: return destination();
      case Chosen.ROUTE: return route === null || route.prefsrc === null ? null : formatAddress(route.prefsrc);
      default: {
        const own: InterfaceAddress | undefined = this.image.own[family][number - 1];
        return own === undefined ? null : formatAddress(own.address);
      }
    }
  }

  /** The line of the node that was not understood, or the file that does not tell. */
  #open(family: 4 | 6, place: number, number: number): Told {
    const { Place } = this.#layout;
    const fib = this.image.fib[family];
    const rule = place === Place.RULE ? fib.rules[number - 1] : undefined;
    if (rule !== undefined) return openAt(rule.at, rule.text);
    const route = place === Place.ROUTE ? fib.routes[number - 1] : undefined;
    if (route !== undefined) return openAt(route.at, route.text);
    if (place === Place.UNREAD && fib.unread !== null) return openAt(fib.unread.at, fib.unread.text);
    if (place === Place.FORWARDING) return openAt("sysctl.txt", "whether the device forwards is not told");
    if (place === Place.MULTICAST) return openAt("sysctl.txt", "whether the kernel routes IPv6 multicast is not told");
    if (place === Place.VRF) return openAt("link.json", "virtual routing domains (vrf) are not modelled");
    return openAt("state", place === Place.GROUPS ? "which multicast groups a device has joined is in no file" : "whether the source is believed is not told");
  }
}

function typeName(layout: Layout, number: number): LookupWay["type"] {
  return ROUTE_KINDS.find((name) => layout.RouteType[TYPE_WORDS[name]] === number) ?? "unicast";
}

const TYPE_WORDS = { unicast: "UNICAST", local: "LOCAL", broadcast: "BROADCAST", anycast: "ANYCAST", multicast: "MULTICAST" } as const;

/** With its length, also for hosts and default routes, so that no reader needs to know the family. */
function prefixText({ destination }: Route): string {
  return `${formatAddress({ family: destination.address.family, words: networkWords(destination) })}/${destination.length}`;
}

function toldOf(value: LookupAnswer): Told {
  return { value, line: harmless(JSON.stringify(value)) };
}

function openAt(at: string, text: string): Told {
  return toldOf({ error: "undetermined", at, text });
}

const ERROR_NAMES = ["EACCES", "EINVAL", "EMSGSIZE", "ENETUNREACH", "EHOSTUNREACH", "ENODEV", "EOPNOTSUPP"] as const satisfies readonly LookupErrorName[];

/** The kernel's refusal by its name. */
export function refusedBy(name: string): Told {
  return toldOf({ error: ERROR_NAMES.find((known) => known === name) ?? "EINVAL" });
}

/** The line about a question that could not be read, `wanproof/error@1`. */
export function complaint({ code, place, fact, consequence }: Diagnostic): string {
  return harmless(JSON.stringify({ schema: "wanproof/error@1", error: { code, place, fact, consequence } }));
}
