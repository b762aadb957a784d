/** Drives captures through the core: what left on the WAN, whether it may, and why. */
import { FRAME_WORDS, type FrameArea, type FrameWord, LINK_TYPES } from "../model/capture.js";
import { deviceIndex } from "../model/device.js";
import { type Diagnostic, refuse } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { CaptureSummary, Finding, FrameVerdict, ReplayReport } from "../model/report.js";
import { type Claim, CLASSES, DIRECTIONS, DISPOSITIONS, REASON_NAMES } from "../model/verdict.js";
import { type PolicyName, readPolicy } from "../policy/policies.js";
import { type CaptureSet, openAll } from "../trace/merge.js";
import type { NameMemory } from "../trace/names.js";
import { AskedNames, type Seen } from "./asked.js";
import { Core } from "./core.js";
import { nameDevices } from "./devices.js";
import { Holding, keyOf } from "./holding.js";
import { type Image, writeImage } from "./image.js";
import { captureOf, FrameNumbers } from "./numbers.js";
import { type Observed, readObserved } from "./observed.js";
import { type ShownFrame, shownFrame } from "./shown.js";
import { namesOf, survey, surveyBatch } from "./survey.js";
import { assemble } from "./tally.js";
import { readTotal } from "./totals.js";

export interface ReplayOptions {
  readonly node: Node;
  /** Paths, read as one stream in the order of time; `-` alone is standard input. */
  readonly captures: readonly string[];
  readonly policy: PolicyName;
  /** WAN devices to take instead of the node's own word. */
  readonly wan?: readonly string[];
  /** The device the captures were taken on, whatever they say; without it, the WAN where they say nothing. */
  readonly iface?: string;
  /** Gets every frame's verdict, in the order of the stream, in batches. */
  readonly onFrame?: (verdicts: readonly FrameVerdict[]) => void | Promise<void>;
  /** Calls `onShown` with this frame of the first capture, as soon as it was judged. */
  readonly show?: number;
  readonly onShown?: (frame: ShownFrame) => void;
  /** Gets what was logged at the node's own hooks, once everything was judged. */
  readonly onLogged?: (logged: Logged) => void;
  readonly onProgress?: (frames: number, bytes: number) => void;
  /** Ends the replay early; the report holds what was seen so far. */
  readonly signal?: AbortSignal;
  /** A core to use instead of a new one. */
  readonly core?: Core;
}

export interface Logged {
  readonly observed: readonly Observed[];
  /** Frames for which there was no place left. */
  readonly forgotten: number;
  /** With the names that the captures resolved. */
  readonly policy: Policy;
}

/** Standard input can be read once only. */
const LIVE = "-";

/** Replays captures against a node's state. Throws InputError when a capture cannot be read at all. */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { node, captures } = options;
  const core = options.core ?? (await Core.load());
  const wan = options.wan === undefined ? {} : { wan: options.wan };
  const first = readPolicy(options.policy, node, wan);
  const asksNames = first.names.some((remote) => remote.resolved !== "dns");
  const live = captures.includes(LIVE);
  const { resolutions, aliases } = asksNames && !live ? await survey(core, node, first, captures, options.signal) : { resolutions: [], aliases: [] };
  const mark = core.mark();
  try {
    const judge = new Judge(core, options, readPolicy(options.policy, node, { ...wan, resolutions }), asksNames && live ? namesOf(first) : null, aliases);
    await judge.run();
    options.onLogged?.({ observed: readObserved(core, node), forgotten: readTotal(core, "observedForgotten"), policy: judge.state.policy });
    return assemble({ ...judge.state, core, node, captures, aborted: options.signal?.aborted === true });
  } finally {
    core.rewind(mark);
  }
}

/** Reads the captures and hands their batches to the core. */
class Judge {
  private readonly summaries: CaptureSummary[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly holding: Holding | null;
  private readonly numbers: FrameNumbers;
  private readonly asked: AskedNames;
  private readonly mark: number;
  private image: Image;
  private frames = 0;
  /** Frames of the first capture that were looked at for `show`. */
  private ofFirst = 0;

  constructor(private readonly core: Core, private readonly options: ReplayOptions, private policy: Policy, private readonly names: NameMemory | null, aliases: readonly string[]) {
    const { iface, node } = options;
    if (iface !== undefined && deviceIndex(node.links, iface) === 0) {
      refuse("WP9001", "--iface", `link.json has no device ${iface}`, "name one of its devices");
    }
    this.holding = options.onFrame === undefined ? null : new Holding();
    this.numbers = new FrameNumbers(options.captures.length);
    this.asked = new AskedNames(core, policy, aliases);
    this.mark = core.mark();
    this.image = writeImage(core, node, policy);
    core.start(this.image.address);
    core.begin();
  }

  get state(): { policy: Policy; image: Image; summaries: readonly CaptureSummary[]; diagnostics: readonly Diagnostic[]; asked: Finding | null } {
    return { policy: this.policy, image: this.image, summaries: this.summaries, diagnostics: this.diagnostics, asked: this.asked.finding() };
  }

  async run(): Promise<void> {
    const { captures, signal } = this.options;
    const reader = await openAll(captures);
    const stop = (): void => { void reader.close(); };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await this.batches(reader);
      this.core.giveUp();
      await this.deliver();
    } finally {
      signal?.removeEventListener("abort", stop);
      await reader.close();
    }
    for (const [number, { path, linkType }] of reader.captures.entries()) {
      const end = reader.ends[number] ?? { frames: 0, bytes: 0, truncated: false };
      this.summaries.push({ path, linkType: linkName(linkType), ...end, undecodable: this.unread(number) });
    }
    this.diagnostics.push(...reader.diagnostics);
  }

  private async batches(reader: CaptureSet): Promise<void> {
    const { core, options } = this;
    while (options.signal?.aborted !== true) {
      const area = core.frameArea();
      const count = await reader.next(area);
      if (count === 0) return;
      nameDevices(area, count, options.node, reader.devices, options.iface);
      if (this.names !== null) this.learn(count, this.names);
      core.judge(count);
      this.asked.look((index) => this.seen(area, index));
      if (options.show !== undefined) this.show(area, count, options.show);
      if (this.holding !== null) await this.hand(area, count, this.holding);
      this.numbers.advance(area, count);
      this.frames += count;
      if (options.signal !== undefined && this.frames % TURN_FRAMES < count) await turn();
      options.onProgress?.(this.frames, reader.end.bytes);
    }
  }

  /** A frame of the batch, for whoever tells of it. */
  private seen(area: FrameArea, index: number): Seen {
    const word = (name: FrameWord): number => area.index[index * FRAME_WORDS.length + FRAME_WORDS.indexOf(name)] ?? 0;
    const capture = this.options.captures[captureOf(area, index)] ?? "";
    return { capture, frame: this.numbers.of(area, index), seconds: word("seconds"), nanos: word("nanos") };
  }

  private show(area: FrameArea, count: number, wanted: number): void {
    for (let i = 0; i < count; i++) {
      if (captureOf(area, i) !== 0) continue;
      this.ofFirst++;
      if (this.ofFirst === wanted) this.options.onShown?.(shownFrame(this.core, i));
    }
  }

  /** A live capture cannot be read twice: what a name turns out to be holds from here on, and tally.ts moves what came before. */
  private learn(count: number, names: NameMemory): void {
    const { core, options } = this;
    const before = JSON.stringify(names.resolutions());
    surveyBatch(core, count, names);
    this.asked.learn(names.aliases());
    const resolutions = names.resolutions();
    if (JSON.stringify(resolutions) === before) return;
    core.rewind(this.mark);
    this.policy = readPolicy(options.policy, options.node, { ...(options.wan === undefined ? {} : { wan: options.wan }), resolutions });
    this.image = writeImage(core, options.node, this.policy);
    core.replaceImage(this.image.address);
  }

  private async hand(area: FrameArea, count: number, holding: Holding): Promise<void> {
    const handed: number[] = [];
    for (let i = 0; i < count; i++) {
      const capture = captureOf(area, i);
      const frame = (handed[capture] ?? this.numbers.done(capture)) + 1;
      handed[capture] = frame;
      holding.add(keyOf(capture, frame), this.verdict(capture, frame, i));
    }
    await this.deliver();
    if (!holding.full) return;
    this.core.giveUp();
    await this.deliver();
  }

  private async deliver(): Promise<void> {
    if (this.holding === null) return;
    const { SettledAt } = this.core.layout;
    const view = this.core.view();
    const at = this.core.area("settled");
    for (let i = 0; i < readTotal(this.core, "settledCount"); i++) {
      const settled = at + i * SettledAt.SIZE;
      const word = (name: "verdict" | "reason" | "capture" | "device"): number => view.getUint32(settled + SettledAt[name], true);
      const frame = Number(view.getBigUint64(settled + SettledAt.frame, true));
      const judgement = { direction: 1, disposition: 1, verdict: word("verdict"), reason: word("reason"), foreign: 0, kinds: 0, device: word("device") };
      this.holding.settle(keyOf(word("capture"), frame), this.frameVerdict(word("capture"), frame, judgement));
    }
    const released = this.holding.release();
    if (released.length > 0) await this.options.onFrame?.(released);
  }

  /** The verdict of frame `index` of the batch, or null while it is held. */
  private verdict(capture: number, frame: number, index: number): FrameVerdict | null {
    const { JudgementAt, Class } = this.core.layout;
    const view = this.core.view();
    const at = this.core.area("judgements") + index * JudgementAt.SIZE;
    const byte = (name: "verdict" | "direction" | "disposition" | "foreign" | "reason" | "kinds"): number => view.getUint8(at + JudgementAt[name]);
    const verdict = byte("verdict");
    if (verdict === Class.HELD) return null;
    return this.frameVerdict(capture, frame, {
      verdict, direction: byte("direction"), disposition: byte("disposition"), foreign: byte("foreign"), reason: byte("reason"), kinds: byte("kinds"),
      device: view.getUint16(at + JudgementAt.device, true),
    });
  }

  private frameVerdict(capture: number, frame: number, j: Judgement): FrameVerdict {
    const kind = CLASSES[j.verdict - 1] ?? null;
    const reason = REASON_NAMES[j.reason - 1];
    const claim = this.claimOf(j, kind === "leak");
    return {
      capture: this.options.captures[capture] ?? "",
      frame,
      dir: DIRECTIONS[j.direction] ?? "-",
      dev: j.device === 0 ? (this.policy.wan[0] ?? null) : (this.options.node.links[j.device - 1]?.name ?? null),
      class: kind,
      disposition: DISPOSITIONS[j.disposition] ?? "unknown",
      ...(claim === null ? {} : { claim }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  /** The claim a frame breaks, the gravest first. */
  private claimOf(j: Judgement, leaks: boolean): Claim | null {
    const { CONFINEMENT, MARK_MISSING, FORWARDED, ASKED } = this.core.layout.FindingKind;
    if (leaks || (j.kinds & (1 << FORWARDED)) !== 0) return "containment";
    if (j.foreign === 1) return "source";
    if ((j.kinds & (1 << ASKED)) !== 0) return "resolver";
    return (j.kinds & ((1 << CONFINEMENT) | (1 << MARK_MISSING))) === 0 ? null : "confinement";
  }

  /** Frames of one capture that could not be read. */
  private unread(capture: number): number {
    return Number(this.core.view().getBigUint64(this.core.area("numbers") + 16 * capture + 8, true));
  }
}

interface Judgement {
  readonly verdict: number;
  readonly direction: number;
  readonly disposition: number;
  readonly foreign: number;
  readonly reason: number;
  readonly kinds: number;
  readonly device: number;
}

/** Frames between two turns of the event loop, in which an interrupt can arrive. */
const TURN_FRAMES = 65_536;

async function turn(): Promise<void> {
  await new Promise<void>((done) => setImmediate(done));
}

function linkName(linkType: number): string {
  return Object.entries(LINK_TYPES).find(([number]) => Number(number) === linkType)?.[1] ?? String(linkType);
}
