/** Batches of frames for tests: UDP between the node and the remote host, a policy of two rows, and what was judged. */
import { createRun, judgeBatch, startCaptures, startRun } from "../../../assembly/judge";
import { Class, Field, Frame, Image, Judgement, Packet, Run } from "../../../assembly/layout";
import { begin, here } from "./bytes";
import { NODE4, OTHER_MAC, OWN_MAC, REMOTE4, ethernet, ipv4, udp } from "./frames";
import { addMatch, addRow, newImage } from "./images";

export const FASTD: u32 = 1, ANSWER: u32 = 9, LEAK: u32 = <u32>Class.LEAK, UNDETERMINED: u32 = <u32>Class.UNDETERMINED;
export const UDP: u32 = 17;

/** A run at the start of its first capture. */
export function newBatch(image: Image): Run {
  const run = createRun();
  startRun(run, changetype<usize>(image));
  startCaptures(run);
  return run;
}

let used: u32 = 0;
let area: u32 = 0;

/** The next frame of the batch: what stands from `start` to the pen. */
export function add(run: Run, start: usize, seconds: u32 = 100, device: u32 = 0): u32 {
  const length = here() - start;
  const frame = frameAt(run, used);
  memory.fill(changetype<usize>(frame), 0, offsetof<Frame>());
  memory.copy(run.bytes + area, start, length);
  frame.at = area;
  frame.captured = <u32>length;
  frame.original = <u32>length;
  frame.seconds = seconds;
  frame.device = device;
  frame.linkType = 1;
  area += <u32>length;
  return used++;
}

/** The index row of a frame that was added, to say more of it. */
export function frameAt(run: Run, index: u32): Frame {
  return changetype<Frame>(run.frames + index * <u32>offsetof<Frame>());
}

/** Judges what was added; the next frame starts a new batch. */
export function judge(run: Run): void {
  judgeBatch(run, used);
  used = 0;
  area = 0;
}

export function udpFrame(source: u64, from: u32, to: u32, fragment: u32 = 0, src: u32 = NODE4, dst: u32 = REMOTE4): usize {
  const at = begin();
  ethernet(0x0800, source);
  ipv4(UDP, 8, fragment, src, dst);
  udp(from, to);
  return at;
}

export function leaving(from: u32, to: u32): usize {
  return udpFrame(OWN_MAC, from, to);
}

export function arriving(from: u32, to: u32): usize {
  return udpFrame(OTHER_MAC, from, to, 0, REMOTE4, NODE4);
}

export function judged(run: Run, index: u32): Judgement {
  return changetype<Judgement>(run.judgements + index * <u32>offsetof<Judgement>());
}

export function packetOf(run: Run, index: u32): Packet {
  return changetype<Packet>(run.packets + index * <u32>offsetof<Packet>());
}

/** fastd is UDP to port 10000; an answer is what belongs to a flow opened on the WAN. */
export function policy(): Image {
  const image = newImage();
  addMatch(addRow(image, FASTD), Field.dport, 10000);
  addMatch(addRow(image, ANSWER), Field.flow, 2);
  return image;
}
