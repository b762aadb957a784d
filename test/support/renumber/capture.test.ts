import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withFolder, writeFiles } from "../files.js";
import { ethernet, icmp6, ipv4, ipv6, tcp, udp } from "../packets.js";
import { seed } from "../seed.js";
import { framesOf, renumberCapture, wrongChecksums } from "./capture.js";
import { drawRenumbering, IDENTITY } from "./plan.js";
import { Random } from "./random.js";
import { readLabels, readVectors } from "./vectors.js";

const ROUNDS = 4;
const vectors = readVectors();

for (const { name, state, capture, truth } of vectors) {
  test(`${name}: a renumbering that changes nothing gives the same bytes`, () => {
    assert.ok(Buffer.compare(renumberCapture(capture, IDENTITY), capture) === 0);
  });

  test(`${name}: every checksum of every renumbered frame is right, and no frame is as it was`, () => {
    const frames = framesOf(capture);
    assert.is(frames.length, truth.length);
    for (let round = 0; round < ROUNDS; round++) {
      const renumbered = framesOf(renumberCapture(capture, drawRenumbering(new Random(seed() + round), state)));
      assert.equal(renumbered.flatMap((frame, i) => wrongChecksums(frame).map((which) => `frame ${i + 1}: ${which}`)), []);
      assert.equal(renumbered.map((frame) => frame.length), frames.map((frame) => frame.length));
      assert.equal(renumbered.filter((frame, i) => Buffer.compare(frame, frames[i] ?? frame) === 0), []);
    }
  });

  test(`${name}: frames that differed still differ`, () => {
    const distinct = (file: Uint8Array): number => new Set(framesOf(file).map((frame) => Buffer.from(frame).toString("hex"))).size;
    assert.is(distinct(renumberCapture(capture, drawRenumbering(new Random(seed()), state))), distinct(capture));
  });
}

test("a wrong checksum is seen", () => {
  const link = { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" };
  const right = [
    ethernet({ ...link, payload: ipv4({ src: "192.0.2.1", dst: "192.0.2.2", payload: udp({ sport: 1, dport: 2, payload: [3] }) }) }),
    ethernet({ ...link, payload: ipv6({ src: "2001:db8::1", dst: "2001:db8::2", payload: tcp({ sport: 1, dport: 2, flags: "S" }) }) }),
    ethernet({ ...link, payload: ipv6({ src: "2001:db8::1", dst: "2001:db8::2", payload: icmp6({ type: 128 }) }) }),
  ];
  assert.equal(right.flatMap(wrongChecksums), []);
  const spoilt = right.map((frame) => frame.with(frame.length - 1, (frame.at(-1) ?? 0) ^ 1));
  assert.equal(spoilt.map(wrongChecksums), [["17"], ["6"], ["58"]]);
});

test("a cause that is no class is a leak, a reply is an answer", () => {
  const text = "#frame\tepoch\tdir\tcause\n1\t1.0\tin\tin\n2\t1.1\tout\tfastd\n3\t1.2\tout\tflow:ntp-v4\n4\t1.3\tout\treply:icmp-echo\n";
  assert.equal(readLabels(text), [{ dir: "in", class: null }, { dir: "out", class: "fastd" }, { dir: "out", class: "leak" }, { dir: "out", class: "answer" }]);
});

const BAD = ["ip", "udp", "tcp", "icmp", "icmpv6"].map((proto) => `${proto}.checksum.status==0`).join(" || ");
const CHECK = ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"].flatMap((option) => ["-o", option]);

test("tshark finds no wrong checksum and no malformed frame in a renumbered capture", async () => {
  if (spawnSync("tshark", ["--version"]).status !== 0) {
    console.log("not compared with tshark: it is not on PATH");
    return;
  }
  await withFolder(async (folder) => {
    for (const { name, state, capture } of vectors) {
      await writeFiles(folder, { "wan.pcap": renumberCapture(capture, drawRenumbering(new Random(seed()), state)) });
      const run = spawnSync("tshark", ["-n", "-r", join(folder, "wan.pcap"), ...CHECK, "-Y", `${BAD} || _ws.malformed`], { encoding: "utf8" });
      assert.is(run.status, 0, run.stderr);
      assert.is(run.stdout, "", name);
    }
  });
});

test.run();
