import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviceIndex } from "../../src/model/device.js";
import { link } from "../support/nodes.js";

const links = [link({ name: "lo" }), link({ name: "br-wan" }), link({ name: "br-wan", index: 7 })];

test("devices are numbered from 1 in the order of link.json", () => {
  assert.is(deviceIndex(links, "lo"), 1);
  assert.is(deviceIndex(links, "br-wan"), 2);
});

test("a device that link.json does not know is number 0", () => {
  assert.is(deviceIndex(links, "br-client"), 0);
  assert.is(deviceIndex([], "lo"), 0);
  assert.is(deviceIndex(links, "constructor"), 0);
});

test.run();
