import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { REMOTES, WAN, writeBenchNode } from "../../bench/node.js";
import { parseAddress } from "../../src/model/address.js";
import { withFolder } from "../support/files.js";

test("every file is there, and JSON is a list", () =>
  withFolder(async (folder) => {
    await writeBenchNode(join(folder, "node"));
    const names = await readdir(join(folder, "node"));
    assert.equal(names.sort(), ["addr.json", "fastd.conf", "group", "link.json", "route4.json", "route6.json", "rule4.json", "rule6.json", "ss.txt", "wan-resolv.conf"]);
    for (const name of names.filter((n) => n.endsWith(".json"))) {
      const rows: unknown = JSON.parse(await readFile(join(folder, "node", name), "utf8"));
      assert.ok(Array.isArray(rows) && rows.length > 0, name);
    }
  }));

test("fastd.conf names every configured remote with its port", () =>
  withFolder(async (folder) => {
    await writeBenchNode(folder);
    const text = await readFile(join(folder, "fastd.conf"), "utf8");
    for (const address of REMOTES[4]) assert.ok(text.includes(`remote ${address}:10000;`));
    for (const address of REMOTES[6]) assert.ok(text.includes(`remote [${address}]:10000;`));
  }));

test("all addresses are addresses", () => {
  for (const text of [...REMOTES[4], ...REMOTES[6], WAN[4].node, WAN[4].gateway, WAN[6].node, WAN[6].gateway, WAN.linkLocal.node, WAN.linkLocal.gateway]) {
    assert.not.equal(parseAddress(text), null, text);
  }
});

test.run();
