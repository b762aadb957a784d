// A few planted wrong comparisons; `npm run mutants -- --all` plants every one there is.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bench } from "./bench.js";
import { type Site, sitesIn } from "./sites.js";

/** The first comparison of a kind in a file. */
function site(file: string, from: string): Site {
  const found = sitesIn(file, readFileSync(new URL(`../../assembly/${file}`, import.meta.url), "utf8")).find((candidate) => candidate.from === from);
  if (found === undefined) throw new Error(`${file} has no ${from}`);
  return found;
}

test("the vectors notice a wrong comparison in rules, tables and source choice, and none in the core as it is", async () => {
  const bench = new Bench();
  try {
    assert.is(await bench.fate(null), null);
    for (const planted of [site("lookup/rules.ts", "=="), site("lookup/table4.ts", "!="), site("lookup/table6.ts", "=="), site("lookup/saddr4.ts", ">")]) {
      assert.type(await bench.fate(planted), "string", JSON.stringify(planted));
    }
  } finally {
    bench.close();
  }
});

test.run();
