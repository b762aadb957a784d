/** One scenario, from an empty sandbox to its verdict. Runs inside the sandbox (inside.ts). */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readNode } from "../../src/state/node.js";
import { Captures } from "./captures.js";
import { Counters } from "./counters.js";
import { addAccounts, loadFirewall, note, startResolvers, startTunnel, tunnelUp } from "./daemons.js";
import { type Frame, labelFrames } from "./frames.js";
import { until } from "./host.js";
import { replayed, wrongFindings, wrongFrames } from "./judge.js";
import { buildNode, joinMesh } from "./node.js";
import { askProbes, wrongProbes } from "./probes.js";
import { compile, SCRATCH } from "./sandbox.js";
import type { Scenario, Sending, Step } from "./scenario.js";
import { Senders } from "./senders.js";
import { type Settings, STOCK } from "./settings.js";
import { type Known, writeState } from "./state.js";
import { byName, countCauses, disagreements, LATE, unforeseen } from "./truth.js";
import { bringUp } from "./uplink.js";
import { startWireguard, wireguardUp } from "./wireguard.js";
import { buildWorld, plugIn, startClient, startMesh, startRouter, startServer, type World } from "./world.js";

/** What came of a scenario. `problems`: where wanproof or the scenario's promise is not the truth; `labErrors`: where the lab's two accounts differ. */
export interface Outcome {
  readonly scenario: string;
  readonly problems: readonly string[];
  readonly labErrors: readonly string[];
  readonly frames: number;
  /** Packets that left on the WAN, by cause. */
  readonly egress: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const TOOL = (name: string): string => fileURLToPath(new URL(`tools/${name}.c`, import.meta.url));

/** Plays a scenario and writes everything to `folder`, which must exist. */
export async function play(scenario: Scenario, folder: string): Promise<Outcome> {
  const start = performance.now();
  const settings: Settings = { ...STOCK, ...scenario.differs };
  addAccounts();
  const [serve, send, mark] = [compile(TOOL("serve")), compile(TOOL("send")), compile(TOOL("mark"), "-shared", "-fPIC", "-ldl")];
  const world = await surroundings(settings, serve);
  const { node } = world;
  const captures = new Captures(node);
  await captures.listen();
  await joinMesh(node);
  // Not earlier: what is sent without a carrier passes the counters and no capture.
  const counters = new Counters(node, portsOf(scenario));
  await plugIn(world);
  const uplink = await bringUp(node, settings);
  node.start(serve, ["tcp=22"]);
  await startResolvers(node, settings, mark, uplink.resolvers);
  const fastd = settings.vpn === "fastd" ? startTunnel(world, settings) : null;
  if (fastd === null) await startWireguard(world, settings);
  const expected = scenario.tunnel ?? true;
  const up = await (fastd === null ? wireguardUp : tunnelUp)(node, expected ? 15 : 3);
  const labErrors = up === expected ? [] : [`the tunnel ${expected ? "does not come up" : "comes up, which the scenario rules out"}`];
  const senders = new Senders(world, send, uplink);
  const from = await walk(scenario.steps, world, senders);
  await sleep(300);
  writeState(node, settings, `${folder}/state`, { fastd, resolvers: uplink.resolvers.map((address) => `nameserver ${address}\n`).join("") } satisfies Known);
  const probes = askProbes(uplink);
  counters.close();
  await captures.end();
  const counted = byName(counters.read(), senders.sent);
  counters.remove();
  const frames = labelFrames(node.path("wan.pcap"), senders.sent);
  const shown = countCauses(frames);
  labErrors.push(...disagreements(counted, shown));
  captures.store(folder, from);
  const kept = from === null ? frames : frames.filter((frame) => Number(frame.epoch) >= Number(from));
  writeFileSync(`${folder}/probes.jsonl`, probes.map((probe) => `${JSON.stringify(probe)}\n`).join(""));
  writeTruth(folder, scenario, settings, kept, senders, counted);
  const problems = [...unforeseen(countCauses(kept), scenario.found), ...(await verdicts(scenario, folder, kept)), ...(await wrongProbes(`${folder}/state`, probes))];
  return { scenario: scenario.name, problems, labErrors, frames: kept.length, egress: Object.fromEntries(countCauses(kept)), seconds: (performance.now() - start) / 1000 };
}

async function surroundings(settings: Settings, serve: string): Promise<World> {
  const world = buildWorld();
  buildNode(world.node, settings);
  startServer(world, serve);
  startMesh(world, serve);
  startClient(world, serve);
  startRouter(world, { defaultRoute: settings.wanDefault });
  world.home.start(serve, ["udp=4242", "tcp=80"]);
  await until("the servers", () => ([world.server, world.mesh, world.client, world.home].every((host) => host.log().includes("ready")) ? true : null));
  loadFirewall(world.node, settings);
  return world;
}

/** Senders whose packets may have no owner on the node are told by their port: TCP, and everything from other hosts. */
function portsOf(scenario: Scenario): Map<string, readonly [string, number]> {
  const sendings = scenario.steps.flatMap((step): Sending[] => ("send" in step ? [step.send] : []));
  const ported = sendings.filter(({ kind, on, dport }) => dport !== undefined && (kind === "tcp" || (on ?? "node") !== "node" || kind === "packet"));
  return new Map(ported.map(({ name, kind, dport = 0 }) => [`flow:${name}`, [kind === "tcp" ? "tcp" : "udp", dport] as const]));
}

/** Takes the steps in order. Returns when the kept part of the capture begins, as tshark compares it; null: at its start. */
async function walk(steps: readonly Step[], world: World, senders: Senders): Promise<string | null> {
  let from: string | null = null;
  for (const step of steps) {
    if ("send" in step) await senders.run(step.send);
    else if ("wait" in step) await sleep(step.wait * 1000);
    else if ("ip" in step) for (const line of step.lines) world[step.ip].ip(line);
    else {
      await sleep(200);
      from = (Date.now() / 1000).toFixed(3);
      await sleep(200);
    }
    note(world.node, JSON.stringify(step));
  }
  return from;
}

function writeTruth(folder: string, scenario: Scenario, settings: Settings, frames: readonly Frame[], senders: Senders, counters: ReadonlyMap<string, number>): void {
  const labels = frames.map((frame, i) => `${i + 1}\t${frame.epoch}\t${frame.out ? "out" : "in"}\t${frame.cause}\n`);
  writeFileSync(`${folder}/labels.tsv`, `#frame\tepoch\tdir\tcause\n${labels.join("")}`);
  const { result, causes, findings } = scenario.found;
  const truth = {
    scenario: scenario.name, about: scenario.about, settings, result, causes, findings, counters: Object.fromEntries(counters),
    senders: senders.sent.map(({ sending, ...logged }) => ({ cause: `flow:${sending.name}`, on: sending.on ?? "node", kind: sending.kind, ...logged })),
  };
  writeFileSync(`${folder}/expected.json`, `${JSON.stringify(truth, null, 1)}\n`);
}

/** wanproof over every form of the capture. */
async function verdicts(scenario: Scenario, folder: string, frames: readonly Frame[]): Promise<string[]> {
  const { found } = scenario;
  const node = await readNode(`${folder}/state`);
  const wan = await replayed(node, `${folder}/wan.pcap`);
  const problems = [...wrongFrames(frames, wan.verdicts, found), ...wrongFindings("wan.pcap", wan.report.findings, found.findings)];
  if (wan.report.result !== found.result) problems.push(`wan.pcap: the result is ${wan.report.result}, the truth is ${found.result}`);
  for (const [capture, wanted] of [["wan.pcapng", found.findings], ["wan.pcap.gz", found.findings], ["any.pcapng.gz", found.any ?? found.findings], ["nflog.pcap", [...(found.nflog ?? found.findings), LATE]]] as const) {
    const { report } = await replayed(node, `${folder}/${capture}`);
    problems.push(...wrongFindings(capture, report.findings, wanted));
    const same = capture === "nflog.pcap" || JSON.stringify(report.classes) === JSON.stringify(wan.report.classes);
    if (!same) problems.push(`${capture}: other classes than wan.pcap: ${JSON.stringify(report.classes)} and ${JSON.stringify(wan.report.classes)}`);
  }
  return problems;
}

/** What every host's programs said, for whoever looks for a reason. */
export function keepLogs(folder: string): void {
  mkdirSync(`${folder}/logs`, { recursive: true });
  for (const host of ["node", "router", "home", "server", "mesh", "client"]) {
    for (const file of ["log", "dnsmasq.log", "primary.log", "second.log"]) {
      const path = `${SCRATCH}/${host}/${file}`;
      if (existsSync(path)) copyFileSync(path, `${folder}/logs/${host}${file === "log" ? "" : `-${file.replace(".log", "")}`}.txt`);
    }
  }
}

/** A folder of its own for each scenario. */
export function folderFor(out: string, scenario: Scenario): string {
  const folder = `${out}/${scenario.name}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}
