/** Drives captures through the core: what left on the WAN, whether it may, and why. */
import type { FrameArea } from "../model/capture.js";
import { FRAME_WORDS, LINK_TYPES } from "../model/capture.js";
import { deviceIndex } from "../model/device.js";
import { type Diagnostic, diagnostic, refuse } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import type { CaptureSummary, Finding, FrameVerdict, ReplayReport, ReplayResult } from "../model/report.js";
import { CLASSES, type Class, DIRECTIONS, DISPOSITIONS, REASON_NAMES, type Reason } from "../model/verdict.js";
import { type PolicyName, readPolicy } from "../policy/policies.js";
import { type CaptureReader, openPcap } from "../trace/pcap.js";
import { Core } from "./core.js";
import { readFindings } from "./findings.js";
import { Holding } from "./holding.js";
import { writeImage } from "./image.js";
import { survey } from "./survey.js";

export interface ReplayOptions {
  readonly node: Node;
  readonly captures: readonly string[];
  readonly policy: PolicyName;
  /** WAN devices to take instead of the node's own word. */
  readonly wan?: readonly string[];
  /** The device the captures were taken on; without it, the WAN. */
  readonly iface?: string;
  /** Gets every frame's verdict, in order, in batches. */
  readonly onFrame?: (verdicts: readonly FrameVerdict[]) => void | Promise<void>;
  readonly onProgress?: (frames: number, bytes: number) => void;
  /** Ends the replay early; the report holds what was seen so far. */
  readonly signal?: AbortSignal;
  /** A core to use instead of a new one. */
  readonly core?: Core;
}

/** Replays captures against a node's state. Throws InputError when a capture cannot be read at all. */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { node, captures } = options;
  const core = options.core ?? (await Core.load());
  const wan = options.wan === undefined ? {} : { wan: options.wan };
  const first = readPolicy(options.policy, node, wan);
  const asksNames = first.names.some((remote) => remote.resolved !== "dns");
  const resolutions = asksNames ? await survey(core, node, first, captures, options.signal) : [];
  const policy = readPolicy(options.policy, node, { ...wan, resolutions });
  const mark = core.mark();
  const image = writeImage(core, node, policy);
  core.start(image.address);
  const judge = new Judge(core, options, policy.wan[0] ?? null);
  for (const [number, path] of captures.entries()) await judge.capture(path, number);
  const findings = readFindings({ core, node, policy, image, captures });
  const report = assemble(core, options, policy.wan, findings, judge.summaries, [
    ...node.diagnostics.filter((d) => d.severity !== "note"), ...policy.diagnostics, ...judge.diagnostics,
  ]);
  core.rewind(mark);
  return report;
}

/** Reads captures one after another and hands their batches to the core. */
class Judge {
  readonly summaries: CaptureSummary[] = [];
  readonly diagnostics: Diagnostic[] = [];
  private readonly core: Core;
  private readonly options: ReplayOptions;
  private readonly dev: string | null;
  private readonly device: number;
  private bytes = 0;
  private frames = 0;

  constructor(core: Core, options: ReplayOptions, wan: string | null) {
    this.core = core;
    this.options = options;
    this.dev = options.iface ?? wan;
    this.device = options.iface === undefined ? 0 : deviceIndex(options.node.links, options.iface);
    if (options.iface !== undefined && this.device === 0) {
      refuse("WP9001", "--iface", `link.json has no device ${options.iface}`, "name one of its devices");
    }
  }

  async capture(path: string, number: number): Promise<void> {
    const reader = await openPcap(path);
    if (reader.linkType !== ETHERNET) {
      await reader.close();
      refuse("WP2003", path, `link type ${reader.linkType} (${linkName(reader.linkType)}) is not judged yet`, "no frame was judged; capture on br-wan: tcpdump -i br-wan");
    }
    const undecodable = this.total("undecodable");
    const holding = this.options.onFrame === undefined ? null : new Holding();
    try {
      this.core.capture(number);
      await this.batches(reader, holding);
      this.core.giveUp();
      await this.deliver(reader.path, holding);
    } finally {
      await reader.close();
    }
    this.summaries.push({
      path,
      linkType: linkName(reader.linkType),
      ...reader.end,
      undecodable: this.total("undecodable") - undecodable,
    });
    this.diagnostics.push(...reader.diagnostics);
  }

  private async batches(reader: CaptureReader, holding: Holding | null): Promise<void> {
    const { core, options } = this;
    let frame = 1;
    while (options.signal?.aborted !== true) {
      const area = core.frameArea();
      const count = await reader.next(area);
      if (count === 0) return;
      if (this.device !== 0) this.name(area, count);
      core.judge(count);
      if (holding !== null) {
        for (let i = 0; i < count; i++) holding.add(frame + i, this.verdict(reader.path, frame + i, i));
        await this.deliver(reader.path, holding);
        if (holding.full) {
          core.giveUp();
          await this.deliver(reader.path, holding);
        }
      }
      frame += count;
      this.frames += count;
      if (options.signal !== undefined && frame % TURN_FRAMES < count) await turn();
      options.onProgress?.(this.frames, this.bytes + reader.end.bytes);
    }
  }

  /** Tells the core which device the frames were captured on. */
  private name(area: FrameArea, count: number): void {
    const stride = FRAME_WORDS.length;
    const word = FRAME_WORDS.indexOf("device");
    for (let i = 0; i < count; i++) area.index[i * stride + word] = this.device;
  }

  private async deliver(path: string, holding: Holding | null): Promise<void> {
    if (holding === null) return;
    const { SettledAt } = this.core.layout;
    const view = this.core.view();
    const at = this.core.area("settled");
    for (let i = 0; i < this.total("settledCount"); i++) {
      const settled = at + i * SettledAt.SIZE;
      const frame = Number(view.getBigUint64(settled + SettledAt.frame, true));
      const verdict = view.getUint32(settled + SettledAt.verdict, true);
      const reason = view.getUint32(settled + SettledAt.reason, true);
      holding.settle(frame, this.frameVerdict(path, frame, { direction: 1, disposition: 1, verdict, reason, foreign: 0 }));
    }
    const released = holding.release();
    if (released.length > 0) await this.options.onFrame?.(released);
  }

  /** The verdict of frame `index` of the batch, or null while it is held. */
  private verdict(path: string, frame: number, index: number): FrameVerdict | null {
    const { JudgementAt, Class } = this.core.layout;
    const view = this.core.view();
    const at = this.core.area("judgements") + index * JudgementAt.SIZE;
    const byte = (name: "verdict" | "direction" | "disposition" | "foreign" | "reason"): number => view.getUint8(at + JudgementAt[name]);
    const verdict = byte("verdict");
    if (verdict === Class.HELD) return null;
    return this.frameVerdict(path, frame, {
      verdict, direction: byte("direction"), disposition: byte("disposition"), foreign: byte("foreign"), reason: byte("reason"),
    });
  }

  private frameVerdict(path: string, frame: number, j: Judgement): FrameVerdict {
    const kind = CLASSES[j.verdict - 1] ?? null;
    const reason = REASON_NAMES[j.reason - 1];
    return {
      capture: path,
      frame,
      dir: DIRECTIONS[j.direction] ?? "-",
      dev: this.dev,
      class: kind,
      disposition: DISPOSITIONS[j.disposition] ?? "unknown",
      ...(kind === "leak" ? { claim: "containment" } : j.foreign === 1 ? { claim: "source" } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  private total(name: "undecodable" | "settledCount"): number {
    return readTotal(this.core, name);
  }
}

/** The only link type the core dissects so far. */
const ETHERNET = 1;

/** Frames between two turns of the event loop, in which an interrupt can arrive. */
const TURN_FRAMES = 65_536;

async function turn(): Promise<void> {
  await new Promise<void>((done) => setImmediate(done));
}

interface Judgement {
  readonly verdict: number;
  readonly direction: number;
  readonly disposition: number;
  readonly foreign: number;
  readonly reason: number;
}

function readTotal(core: Core, name: Exclude<keyof Core["layout"]["TotalsAt"], "classes">): number {
  const at = core.area("totals") + core.layout.TotalsAt[name];
  const narrow = name === "findingCount" || name === "settledCount";
  return narrow ? core.view().getUint32(at, true) : Number(core.view().getBigUint64(at, true));
}

function linkName(linkType: number): string {
  return Object.entries(LINK_TYPES).find(([number]) => Number(number) === linkType)?.[1] ?? String(linkType);
}

function assemble(
  core: Core, options: ReplayOptions, wan: readonly string[], findings: readonly Finding[], captures: readonly CaptureSummary[], said: readonly Diagnostic[],
): ReplayReport {
  const classes = readClasses(core);
  const overflow = forgottenDiagnostics(core);
  return {
    schema: "wanproof/replay@1",
    result: resultOf(classes, findings, captures, overflow.length > 0 || options.signal?.aborted === true),
    node: { name: options.node.name, path: options.node.path },
    policy: options.policy,
    captures,
    wan: { devices: wan, egressFrames: readTotal(core, "egress"), ingressFrames: readTotal(core, "ingress") },
    classes,
    explained: {
      unmarked: readTotal(core, "unmarked"), marked: readTotal(core, "marked"), either: readTotal(core, "either"), neither: readTotal(core, "neither"),
    },
    undetermined: reasonsOf(findings),
    findings,
    diagnostics: [...said, ...overflow],
  };
}

function readClasses(core: Core): Record<Class, number> {
  const at = core.area("totals") + core.layout.TotalsAt.classes;
  const view = core.view();
  const count = (number: number): number => Number(view.getBigUint64(at + 8 * number, true));
  const counts: Partial<Record<Class, number>> = {};
  CLASSES.forEach((name, i) => (counts[name] = count(i + 1)));
  return { ...EMPTY, ...counts };
}

const EMPTY: Readonly<Record<Class, number>> = {
  fastd: 0, "wan-dns": 0, dhcp4: 0, dhcp6: 0, arp: 0, ndp: 0, mld: 0, igmp: 0, answer: 0, "mesh-on-wan": 0, bridged: 0, leak: 0, undetermined: 0,
};

/** Leak before violated before undetermined; what was not read to its end, or had to be forgotten, is never clean. */
function resultOf(classes: Readonly<Record<Class, number>>, findings: readonly Finding[], captures: readonly CaptureSummary[], partial: boolean): ReplayResult {
  if (classes.leak > 0) return "leak";
  if (findings.some((finding) => finding.class !== "undetermined" && finding.claim !== "containment" && !finding.accepted)) return "violated";
  if (findings.some((finding) => finding.claim === "source" && !finding.accepted)) return "violated";
  const unsure = classes.undetermined > 0 || captures.some((capture) => capture.truncated) || partial;
  return unsure ? "undetermined" : "clean";
}

function reasonsOf(findings: readonly Finding[]): Partial<Record<Reason, number>> {
  const counts: Partial<Record<Reason, number>> = {};
  for (const finding of findings) {
    if (finding.class === "undetermined" && finding.reason !== null && finding.claim === "containment") {
      counts[finding.reason] = (counts[finding.reason] ?? 0) + finding.frames;
    }
  }
  return counts;
}

/** A memory that was full is told: what it forgot could have changed a verdict. */
function forgottenDiagnostics(core: Core): Diagnostic[] {
  const said: Diagnostic[] = [];
  const tell = (count: number, fact: string, consequence: string): void => {
    if (count > 0) said.push(diagnostic("WP2201", "capture", `${count} ${fact}`, consequence));
  };
  tell(readTotal(core, "flowsForgotten"), "flows were forgotten, their memory was full", "packets that may belong to them are undetermined");
  tell(readTotal(core, "fragmentsForgotten"), "fragments could not be held, their memory was full", "they are undetermined");
  tell(readTotal(core, "findingsForgotten"), "frames belong to findings that are not listed, their memory was full", "the classes count them");
  return said;
}
