import { test } from "uvu";
import * as assert from "uvu/assert";
import { flipped, sitesIn } from "./sites.js";

test("each comparison is a place, and becomes its nearest other", () => {
  const text = "if (a == b && c >= d) return x < y;\n";
  const sites = sitesIn("a.ts", text);
  assert.equal(sites.map(({ from, to, column }) => [from, to, column]), [["==", "!=", 7], [">=", ">", 17], ["<", "<=", 32]]);
  assert.equal(sites.map(({ code, nth }) => [code, nth]), [0, 1, 2].map((nth) => [text.trim(), nth]));
  assert.equal(sites.map((site) => flipped(text, site)), ["if (a != b && c >= d) return x < y;\n", "if (a == b && c > d) return x < y;\n", "if (a == b && c >= d) return x <= y;\n"]);
});

test("comments, loops, assertions, types and shifts are no places", () => {
  assert.equal(sitesIn("a.ts", "// a == b\n/** a < b */\n * a > b\nfor (let i = 0; i < n; i++) {}\nassert(a == b);\nconst a: Array<u32> = b >> 2;\n"), []);
});

test("a place of another text is refused", () => {
  assert.throws(() => flipped("a + b", { file: "a.ts", offset: 2, line: 1, column: 3, from: "==", to: "!=", code: "a + b", nth: 0 }), "there is no == at 2");
});

test.run();
