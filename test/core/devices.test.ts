import { test } from "uvu";
import * as assert from "uvu/assert";
import { nameDevices, STRANGE_DEVICE } from "../../src/core/devices.js";
import { FRAME_WORDS, type FrameArea } from "../../src/model/capture.js";
import { aNode } from "../support/nodes.js";

const WORD = FRAME_WORDS.indexOf("device");

/** The device words of rows that had these places before. */
function named(places: readonly number[], names: readonly string[], iface?: string): number[] {
  const area: FrameArea = { bytes: new Uint8Array(0), index: new Uint32Array(places.length * FRAME_WORDS.length) };
  places.forEach((place, i) => { area.index[i * FRAME_WORDS.length + WORD] = place; });
  nameDevices(area, places.length, aNode(), names, iface);
  return places.map((_, i) => area.index[i * FRAME_WORDS.length + WORD] ?? -1);
}

test("an interface name becomes the node's device number", () => {
  assert.equal(named([1, 2, 1], ["br-wan", "eth1"]), [3, 2, 3]);
});

test("a capture that names no interface says nothing", () => {
  assert.equal(named([0, 0], []), [0, 0]);
  assert.equal(named([0, 1], ["br-wan"]), [0, 3]);
});

test("a name the node does not have may be part of the WAN", () => {
  assert.equal(named([1], ["enp3s0"]), [STRANGE_DEVICE]);
});

test("any and an empty name say nothing", () => {
  assert.equal(named([1, 2], ["any", ""]), [0, 0]);
});

test("what the user names holds for every frame", () => {
  assert.equal(named([0, 1, 2], ["br-wan", "nope"], "br-client"), [4, 4, 4]);
});

test.run();
