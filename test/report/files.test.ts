import { test } from "uvu";
import * as assert from "uvu/assert";
import { isWorthNaming, NODE_FILES } from "../../src/report/files.js";

test("the required files are the six of the contract", () => {
  assert.equal(NODE_FILES.filter((file) => file.required).map(({ file }) => file), ["rule4.json", "rule6.json", "route4.json", "route6.json", "addr.json", "link.json"]);
});

test("no file is listed twice", () => {
  assert.is(new Set(NODE_FILES.map(({ file }) => file)).size, NODE_FILES.length);
});

test("each file says what it tells and what its absence means, as half sentences", () => {
  for (const { file, tells, without } of NODE_FILES) {
    assert.match(tells, /^\S.*[^.]$/, file);
    assert.match(without, /^\S.*[^.]$/, file);
  }
});

test("what is required is used", () => {
  assert.equal(NODE_FILES.filter((file) => file.required && !file.used), []);
});

test("the firewall's files and the node's settings are used", () => {
  const used = (name: string): boolean | undefined => NODE_FILES.find(({ file }) => file === name)?.used;
  assert.equal(["iptables-save.txt", "ip6tables-save.txt", "nft.json", "sysctl.txt", "meta.json", "neigh.json"].map(used), [true, true, true, true, true, false]);
});

test("a file is named where it is there, or where nothing stands for it", () => {
  const named = (...present: readonly string[]): string[] => NODE_FILES.filter((each) => isWorthNaming(each, present)).map(({ file }) => file).filter((file) => /tables|nft/.test(file));
  assert.equal(named(), ["iptables-save.txt", "ip6tables-save.txt", "nft.json"]);
  assert.equal(named("nft.json"), ["nft.json"]);
  assert.equal(named("ip6tables-save.txt"), ["iptables-save.txt", "ip6tables-save.txt"]);
});

test.run();
