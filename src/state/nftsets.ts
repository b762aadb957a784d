/** Sets and maps of nft, named or written in the rule: their elements as rows of what is looked up in them. */
import type { Row } from "../model/netfilter.js";
import { maybe, row, ROWS_MAX } from "./condition.js";
import type { Key } from "./nftkeys.js";
import { expressionText, only } from "./nfttext.js";
import { type Room, rowParts } from "./room.js";
import { isObject, type JsonObject, own, texts } from "./values.js";

/** A named set or map. */
export interface NamedSet {
  readonly elements: readonly unknown[];
  /** Packets or time change it: what it held when it was printed says little. */
  readonly dynamic: boolean;
}

/** The set or map an object of the dump describes. */
export function namedSet(object: JsonObject): NamedSet {
  const elements = own(object, "elem");
  const flags = own(object, "flags");
  const names = typeof flags === "string" ? [flags] : texts(flags);
  return { elements: Array.isArray(elements) ? elements : [], dynamic: names.includes("dynamic") || names.includes("timeout") || own(object, "timeout") !== undefined };
}

/** Named sets of one table, and rows that were made of them. */
export class Sets {
  readonly #sets = new Map<string, NamedSet>();
  /** With their parts, counted once. */
  readonly #rows = new Map<string, { readonly rows: readonly Row[] | null; readonly parts: number }>();
  readonly #written = new Set<string>();
  constructor(readonly room: Room) {}

  add(name: string, set: NamedSet): void {
    this.#sets.set(name, set);
  }

  /** A rule adds to the set, or takes away; nft 1.0.6 leaves the flag `dynamic` out of its JSON. */
  write(name: string): void {
    this.#written.add(name);
  }

  /** The elements of `{ "set": [...] }`, of a plain list, or of `@name`; null when there is no such set. */
  find(reference: unknown): NamedSet | null {
    if (typeof reference === "string" && reference.startsWith("@")) return this.#named(reference.slice(1));
    const [kind, body] = only(reference);
    if (kind !== "set") return null;
    return typeof body === "string" ? this.find(body) : { elements: Array.isArray(body) ? body : [body], dynamic: false };
  }

  #named(name: string): NamedSet | null {
    const set = this.#sets.get(name);
    return set === undefined ? null : this.#written.has(name) ? { ...set, dynamic: true } : set;
  }

  /** Rows that hold when the key's value is in the set; null when that cannot be told. `asked` is the key's text. */
  rows(reference: unknown, key: Key, asked: string): readonly Row[] | null {
    const set = this.find(reference);
    if (set === null) return null;
    const name = `${asked} ${expressionText(reference)}`;
    if (set.dynamic) return [maybe(name)];
    // Only named sets have a text that says all of them.
    const known = typeof reference === "string" ? this.#rows.get(name) : undefined;
    // Whoever walks the rules meets the rows once for each rule that asks for them, so each time counts.
    if (known !== undefined) return this.room.has(known.parts) ? known.rows : null;
    const rows = this.isTooBig(set) ? null : this.#read(set.elements, key);
    if (typeof reference === "string") this.#rows.set(name, { rows, parts: rowParts(rows ?? []) });
    return rows;
  }

  #read(elements: readonly unknown[], key: Key): readonly Row[] | null {
    const rows: Row[] = [];
    let parts = 0;
    for (const element of elements) {
      const made = elementRows(element, key);
      parts += made === null ? 0 : rowParts(made);
      if (made === null || rows.length + made.length > ROWS_MAX || !this.room.has(parts)) return null;
      for (const each of made) rows.push(each);
    }
    return rows;
  }

  /** Whether it holds more than can be kept. */
  isTooBig({ elements }: NamedSet): boolean {
    return elements.length > ROWS_MAX || !this.room.has(2 * elements.length);
  }
}

/** Rows of one element, which may carry a timeout, a counter or a comment; `*` takes what no other element does. */
function elementRows(element: unknown, key: Key): readonly Row[] | null {
  const [kind, body] = only(element);
  const value = kind === "elem" && isObject(body) ? own(body, "val") : element;
  return value === "*" ? [row()] : key.rows(value);
}
