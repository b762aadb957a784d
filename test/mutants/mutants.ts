/**
 * Plants one wrong comparison at a time in a copy of the core, and asks whether the recorded vectors notice.
 *   npm run mutants [-- --seed 1 --count 40 | --all]
 * Last line: `N mutants, C caught, S survived, L listed`; every survivor is told with its line, and every listed one (equivalent.ts) with its reason. Exit status 0 when
 * at least 95 % of those that are not listed were caught, none of those that are, and each entry of the list has its place.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { random } from "../support/random.js";
import { Bench } from "./bench.js";
import { equivalentOf, stray } from "./equivalent.js";
import { LOOKUP_FILES, type Site, sitesIn } from "./sites.js";

const CAUGHT_MIN = 0.95;

const { values } = parseArgs({ options: { seed: { type: "string" }, count: { type: "string" }, all: { type: "boolean" } } });
process.exitCode = await main(Number(values.seed ?? 1), values.all === true ? Infinity : Number(values.count ?? 40));

async function main(seed: number, count: number): Promise<number> {
  const sites = LOOKUP_FILES.flatMap((file) => sitesIn(file, readFileSync(new URL(`../../assembly/${file}`, import.meta.url), "utf8")));
  const chosen = choose(sites, seed, count);
  console.log(`seed ${seed}: ${chosen.length} of ${sites.length} comparisons`);
  const listed = chosen.filter((site) => equivalentOf(site) !== null);
  const alive = await survivorsOf(chosen);
  const survivors = alive.filter((site) => !listed.includes(site));
  const wrong = [
    ...listed.filter((site) => !alive.includes(site)).map((site) => `listed, and caught all the same: ${shown(site)}`),
    ...stray(sites).map(({ file, code }) => `listed, and not there once: assembly/${file} ${code}`),
  ];
  for (const site of listed) console.log(`listed: ${shown(site)}  ${equivalentOf(site)?.why ?? ""}`);
  for (const site of survivors) console.log(`survivor: ${shown(site)}`);
  for (const text of wrong) console.log(text);
  const counted = chosen.length - listed.length;
  const caught = counted - survivors.length;
  console.log(`${chosen.length} mutants, ${caught} caught, ${survivors.length} survived, ${listed.length} listed`);
  return caught >= CAUGHT_MIN * counted && wrong.length === 0 ? 0 : 1;
}

/** Those of the sites that no vector notices. */
async function survivorsOf(chosen: readonly Site[]): Promise<Site[]> {
  const bench = new Bench();
  const survivors: Site[] = [];
  try {
    const sound = await bench.fate(null);
    if (sound !== null) throw new Error(`the core as it is does not answer the vectors: ${sound}`);
    for (const site of chosen) {
      const fate = await bench.fate(site);
      console.log(`${fate === null ? "SURVIVED" : "caught  "} ${shown(site)}  ${fate?.slice(0, 100) ?? ""}`);
      if (fate === null) survivors.push(site);
    }
  } finally {
    bench.close();
  }
  return survivors;
}

function shown({ file, line, column, from, to }: Site): string {
  return `assembly/${file}:${line}:${column} ${from} -> ${to}`;
}

/** A random choice without repetition, in the order of the source. */
function choose(sites: readonly Site[], seed: number, count: number): Site[] {
  const draw = random(seed);
  const left = [...sites];
  const chosen: Site[] = [];
  while (left.length > 0 && chosen.length < count) chosen.push(...left.splice(draw(left.length), 1));
  return chosen.sort((a, b) => sites.indexOf(a) - sites.indexOf(b));
}
