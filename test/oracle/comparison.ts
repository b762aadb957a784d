/** Whole captures through the core and through tshark, frame by frame side by side. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Core } from "../../src/core/core.js";
import { writeImage } from "../../src/core/image.js";
import { readPolicy } from "../../src/policy/policies.js";
import { dissectCapture, type Dissected } from "../support/dissected.js";
import { aNode } from "../support/nodes.js";
import { filesBelow, ROOT } from "../support/tree.js";
import { disagreements } from "./agreement.js";
import { expected } from "./expected.js";
import { generate } from "./generator.js";
import { captureInfo, type Told, Tshark } from "./tshark.js";

/** A frame on which the two do not agree; number 0 is the capture as a whole. */
export interface Disagreement {
  readonly capture: string;
  readonly frame: number;
  readonly linkType: number;
  readonly facts: readonly string[];
  readonly hex: string;
  readonly protocols: string;
}

export interface Result {
  readonly captures: number;
  readonly frames: number;
  readonly disagreements: readonly Disagreement[];
}

/** Captures of real nodes in the repository. */
export function realCaptures(): string[] {
  return [...filesBelow("test/vectors"), ...filesBelow("examples")].filter((path) => /\.pcap(ng)?(\.gz)?$/.test(path)).map((path) => join(ROOT, path));
}

/** Compares real captures, then `frames` generated ones. */
export async function compareAll({ seed, frames, real }: { seed: number; frames: number; real: readonly string[] }): Promise<Result> {
  const tshark = new Tshark();
  const folder = mkdtempSync(join(tmpdir(), "wanproof-oracle-"));
  const comparison = new Comparison(await Core.load(), tshark);
  try {
    for (const path of real) await comparison.add(path, path.slice(ROOT.length));
    for (const { name, bytes } of generate(seed, frames)) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      await comparison.add(path, name);
      rmSync(path);
    }
    return comparison;
  } finally {
    tshark.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Comparison implements Result {
  readonly disagreements: Disagreement[] = [];
  captures = 0;
  frames = 0;
  readonly #node = aNode();
  readonly #macs: readonly string[];

  constructor(private readonly core: Core, private readonly tshark: Tshark) {
    const policy = readPolicy("gluon", this.#node, {});
    this.#macs = policy.macs;
    core.start(writeImage(core, this.#node, policy).address);
  }

  async add(path: string, name: string): Promise<void> {
    const theirs = this.tshark.frames(path);
    let frames = 0;
    let [first, last] = ["", ""];
    for await (const ours of dissectCapture(this.core, path)) {
      const told = await theirs.next();
      frames++;
      if (told.done === true) throw new Error(`${name}: tshark ends before frame ${frames}`);
      this.#compare(name, frames, ours, told.value);
      const time = `${ours.row.seconds}.${String(ours.row.nanos).padStart(9, "0")}`;
      if (first === "" || time < first) first = time;
      if (time > last) last = time;
    }
    if ((await theirs.next()).done !== true) throw new Error(`${name}: tshark goes on after frame ${frames}`);
    this.captures++;
    this.frames += frames;
    const info = captureInfo(path);
    const facts = [["frames", frames, info.frames], ["first", first, nine(info.first)], ["last", last, nine(info.last)]].filter(([, mine, other]) => mine !== other);
    if (facts.length === 0) return;
    const words = facts.map(([what, mine, other]) => `${what}: the reader says ${mine}, capinfos ${other}`);
    this.disagreements.push({ capture: name, frame: 0, linkType: -1, facts: words, hex: "", protocols: "" });
  }

  #compare(capture: string, frame: number, ours: Dissected, told: Told): void {
    const { linkType, seconds, nanos, captured, original } = ours.row;
    const around = { node: this.#node, macs: this.#macs, linkType };
    const facts = disagreements(ours, told, expected(told, around));
    const record = [`${seconds}.${String(nanos).padStart(9, "0")}`, captured, original].join(" ");
    const theirs = [nine(told("frame.time_epoch")[0] ?? ""), told("frame.cap_len")[0], told("frame.len")[0]].join(" ");
    if (record !== theirs) facts.push(`record: the reader says ${record}, tshark ${theirs}`);
    if (facts.length === 0) return;
    this.disagreements.push({ capture, frame, linkType, facts, hex: Buffer.from(ours.bytes).toString("hex"), protocols: told("frame.protocols")[0] ?? "" });
  }
}

/** Seconds with nine decimals. */
function nine(time: string): string {
  const [seconds = "", decimals = ""] = time.split(".");
  return time === "" ? "" : `${seconds}.${decimals.padEnd(9, "0")}`;
}
