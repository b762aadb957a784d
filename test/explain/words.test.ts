import { test } from "uvu";
import * as assert from "uvu/assert";
import { hopText, tableName } from "../../src/explain/words.js";
import { address } from "../support/nodes.js";

test("tables have the names every system has", () => {
  assert.equal([253, 254, 255, 1].map(tableName), ["default", "main", "local", "1"]);
});

test("a next hop is printed as iproute2 does", () => {
  const hop = { dev: "br-wan", via: address("fe80::1"), weight: 1, flags: [] };
  assert.equal([hopText(hop), hopText({ ...hop, via: null }), hopText({ ...hop, via: null, dev: null })], ["via fe80::1 dev br-wan", "dev br-wan", "dev ?"]);
});

test.run();
