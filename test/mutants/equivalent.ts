/** Comparisons that may be either way: no answer tells them apart, or none that a vector can hold. Whatever of these is caught all the same fails the run. */
import type { Site } from "./sites.js";

export interface Equivalent {
  readonly file: Site["file"];
  /** Its line without the indent. */
  readonly code: Site["code"];
  /** Which of the line's places, from 0. */
  readonly nth: Site["nth"];
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "lookup/lookup.ts", code: "if (member > <u32>Limit.MEMBERS - <u32>Limit.HOPS) return i;", nth: 0,
    why: "the batch is cut one answer earlier when exactly that much room is left, and the host asks the rest anew: the same answers",
  },
  {
    file: "lookup/reply.ts", code: "if (answer.memberCount >= <u32>Limit.HOPS) return;", nth: 0,
    why: "a member more of an answer with more than 4,096: a vector would need a route with as many next hops",
  },
  {
    file: "lookup/saddr6.ts", code: "return word0 >>> 25 == 0x7e ? 5 : 1;", nth: 0,
    why: "labels are compared with each other only, and two of them change places: what was alike stays alike",
  },
  {
    file: "lookup/walk.ts", code: "return (walk.path >> step & 1) != 0;", nth: 0,
    why: "both sides of every open choice are taken, now the other one first",
  },
];

/** What is said of a site; null: it is not listed. */
export function equivalentOf(site: Site): Equivalent | null {
  return EQUIVALENT.find((one) => isAt(one, site)) ?? null;
}

/** Entries that name no site, or more than one: the line was changed. */
export function stray(sites: readonly Site[]): readonly Equivalent[] {
  return EQUIVALENT.filter((one) => sites.filter((site) => isAt(one, site)).length !== 1);
}

function isAt(one: Equivalent, site: Site): boolean {
  return one.file === site.file && one.code === site.code && one.nth === site.nth;
}
