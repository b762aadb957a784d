import { test } from "uvu";
import * as assert from "uvu/assert";
import { hex } from "../packets.js";
import { seed } from "../seed.js";
import { drawHardware, formatHardware, parseHardware } from "./hardware.js";
import { drawDevices, drawLabels } from "./names.js";
import { drawPorts, NAMED_PORTS } from "./ports.js";
import { Random } from "./random.js";

const random = (): Random => new Random(seed());

test("groups, broadcast and the zero address keep their hardware address", () => {
  const hardware = drawHardware(random());
  for (const text of ["33:33:ff:00:01:01", "01:00:5e:00:00:16", "01:80:c2:00:00:00", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"]) {
    assert.is(formatHardware(hardware(hex(text))), text);
  }
});

test("hardware addresses are moved, each to one of its own, and stay no group", () => {
  const hardware = drawHardware(random());
  const macs = Array.from({ length: 2000 }, (_, i) => Uint8Array.from([2, 0, 0, 0, i >>> 8, i & 255]));
  const moved = macs.map((mac) => hardware(mac));
  assert.is(new Set(moved.map((mac) => formatHardware(mac))).size, macs.length);
  assert.ok(moved.every((mac, i) => ((mac[0] ?? 1) & 1) === 0 && formatHardware(mac) !== formatHardware(macs[i] ?? mac)));
});

test("a bridge's identifier writes a hardware address without leading zeros", () => {
  assert.is(formatHardware(parseHardware("2:0:0:0:1:a"), 1), "2:0:0:0:1:a");
  assert.is(formatHardware(parseHardware("2:0:0:0:1:a")), "02:00:00:00:01:0a");
});

test("ports are permuted inside each span, and named ports stay", () => {
  const port = drawPorts(random(), [20_000, 30_000]);
  const spans = [[0, 19_999], [20_000, 29_999], [30_000, 32_767], [32_768, 60_999], [61_000, 65_535]] as const;
  for (const [low, high] of spans) {
    const moved = Array.from({ length: high - low + 1 }, (_, i) => port(low + i));
    assert.is(new Set(moved).size, moved.length);
    assert.ok(moved.every((each) => each >= low && each <= high));
    assert.ok(moved.filter((each, i) => each !== low + i).length > moved.length / 2);
  }
  assert.equal(NAMED_PORTS.map(port), NAMED_PORTS);
});

test("a label gets another of its length, whatever its case, and keeps the case", () => {
  const label = drawLabels(random());
  const moved = label("example");
  assert.is(moved.length, 7);
  assert.is.not(moved, "example");
  assert.is(label("eXAMple"), Array.from(moved, (letter, i) => ("eXAMple".charAt(i) === "example".charAt(i) ? letter : letter.toUpperCase())).join(""));
  const shorts = Array.from({ length: 26 * 20 }, (_, i) => label(`n${i.toString(36).padStart(3, "0")}`));
  assert.is(new Set(shorts).size, shorts.length);
});

test("names run out with an error, not in a loop", () => {
  const label = drawLabels(random());
  assert.throws(() => Array.from("0123456789abcdefghijklmnopqrstuvwxyz", label), /no name of 1 letters is left/);
});

test("devices get names that the kernel takes and that no text uses for something else", () => {
  const names = [...drawDevices(random(), ["br-wan", "eth0", "eth1"]).values()];
  assert.is(new Set(names).size, 3);
  assert.ok(names.every((name) => /^[a-z][a-z0-9]{3,14}$/.test(name)));
});

test("shuffling keeps every item", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  assert.equal(random().shuffled(items).sort((a, b) => a - b), items);
});

test.run();
