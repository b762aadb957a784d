import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FRAME_WORDS } from "../../src/model/capture.js";
import { Feed, isBefore } from "../../src/trace/feed.js";
import { area, copied, frame } from "../support/batches.js";
import { withFolder } from "../support/files.js";
import { pcap } from "../support/pcapfile.js";

/** A feed that has read its first batch of frames of 10 bytes at these seconds. */
function withFeed(number: number, seconds: readonly number[], use: (feed: Feed) => void | Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, "a"), pcap(seconds.map((second) => ({ bytes: frame(10, second), seconds: second, nanos: 0 }))));
    const feed = new Feed(join(folder, "a"), number);
    await feed.open();
    assert.is(await feed.read(area()), seconds.length > 0);
    await use(feed);
    await feed.close();
  });
}

const unnamed = (): number => 0;

test("a run ends where the rival's next frame is earlier, or equal and named first", () =>
  withFeed(1, [1, 2, 3, 4], (feed) => {
    const rival = (number: number, seconds: number): Feed => Object.assign(new Feed("b", number), { seconds });
    assert.is(feed.run(null, 10, 1000), 4);
    assert.is(feed.run(rival(2, 3), 10, 1000), 3);
    assert.is(feed.run(rival(0, 3), 10, 1000), 2);
    assert.is(feed.run(rival(0, 0), 10, 1000), 0);
  }));

test("a run keeps within rows and bytes, gaps between frames counted", () =>
  withFeed(0, [1, 2, 3, 4], (feed) => {
    assert.is(feed.run(null, 2, 1000), 2);
    assert.is(feed.run(null, 10, 10), 1);
    assert.is(feed.run(null, 10, 9), 0);
    assert.is(feed.run(null, 10, 36), 2);
  }));

test("given frames stand where they were wanted, with their capture's number", () =>
  withFeed(3, [1, 2, 3], (feed) => {
    const room = area(8);
    assert.is(feed.give(2, room, 5, 100, unnamed), 36);
    assert.is(feed.left, 1);
    assert.is(feed.seconds, 3);
    assert.equal(feed.end, { frames: 2, bytes: 20, truncated: false });
    const rows = copied({ bytes: room.bytes, index: room.index.subarray(5 * FRAME_WORDS.length) }, 2);
    assert.equal(rows.map(({ row, bytes }) => [row.at, row.flags, bytes]), [[100, 0x300, frame(10, 1)], [126, 0x300, frame(10, 2)]]);
  }));

test("a feed that was closed keeps what is known of it and gives back its area", () =>
  withFeed(0, [7], async (feed) => {
    const room = feed.area;
    feed.give(1, area(), 0, 0, unnamed);
    assert.is(await feed.close(), room);
    assert.equal([feed.left, feed.area, feed.end.frames, feed.linkType], [0, null, 1, 1]);
  }));

test("before its capture was opened a feed knows nothing", () => {
  const feed = new Feed("a", 0);
  assert.equal([feed.linkType, feed.devices, feed.diagnostics, feed.left, feed.end], [-1, [], [], 0, { frames: 0, bytes: 0, truncated: false }]);
});

test("seconds, then nanoseconds, then the order of the arguments decide", () => {
  const feed = (number: number, seconds: number, nanos: number): Feed => Object.assign(new Feed("a", number), { seconds, nanos });
  assert.ok(isBefore(feed(9, 1, 9), feed(0, 2, 0)));
  assert.ok(isBefore(feed(9, 1, 1), feed(0, 1, 2)));
  assert.ok(isBefore(feed(0, 1, 1), feed(1, 1, 1)));
  assert.not(isBefore(feed(1, 1, 1), feed(0, 1, 1)));
});

test.run();
