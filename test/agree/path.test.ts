// Packets drawn for the examples' and the recorded nodes: the core tells the same fate as the readable walk wherever that has a single one.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { Paths } from "../../src/core/path.js";
import { explainer } from "../../src/explain/explain.js";
import type { Packet } from "../../src/explain/packet.js";
import type { Node } from "../../src/model/node.js";
import { POLICIES } from "../../src/policy/policies.js";
import { readNode } from "../../src/state/node.js";
import { sceneOf } from "../lab/oracle/scene.js";
import { parseVector, stateOfVector } from "../lab/path/vector.js";
import { comparable, packetText, PacketDraw, pathPacketOf, whole } from "../support/paths.js";
import { random } from "../support/random.js";
import { seed } from "../support/seed.js";

const VECTORS = fileURLToPath(new URL("../vectors/path/", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const PACKETS = Number(process.env["WANPROOF_PACKETS"] ?? 25);
/** Answers that the core leaves open and the readable walk does not: of all packets with one fate. */
const OPEN_MAX = 0.03;

interface Count {
  compared: number;
  open: number;
  readonly reasons: Map<string, number>;
}

/** Differences of one node. Of a packet that leads to several fates the core tells none. */
function disagreements(core: Core, node: Node, packets: readonly Packet[], count: Count): string[] {
  const { explain } = explainer(node, POLICIES.gluon.build(node, node.links.some(({ name }) => name === "wan0") ? { wan: ["wan0"] } : {}));
  const mark = core.mark();
  const fates = new Paths(core, node).walk(packets.map(pathPacketOf));
  core.rewind(mark);
  return packets.flatMap((packet, i) => {
    const walk = explain(packet);
    const fate = fates[i];
    if (fate === undefined) return ["no fate"];
    // Cases may differ in the policy's verdict alone.
    const [theirs = "", ...others] = new Set((walk.cases ?? [walk]).map(comparable));
    if (others.length > 0 || walk.truncated === true || theirs === "undetermined") {
      return fate.undetermined !== null ? [] : [`${packetText(packet)}\n  core    ${comparable(fate)}\n  explain ${[theirs, ...others].join(" or ")}`];
    }
    count.compared++;
    if (fate.undetermined !== null) {
      count.open++;
      const reason = `${fate.undetermined.at}: ${fate.undetermined.text}`;
      count.reasons.set(reason, (count.reasons.get(reason) ?? 0) + 1);
      return [];
    }
    const mine = comparable(fate);
    return mine === theirs ? [] : [`${packetText(packet)}\n  core    ${mine}\n  explain ${theirs}`];
  });
}

const bare = { tables: [], complete: { 4: true, 6: true }, others: [] } as const;

async function nodes(): Promise<[string, Node][]> {
  const found: [string, Node][] = [];
  for (const name of readdirSync(EXAMPLES).sort()) found.push([name, await readNode(`${EXAMPLES}${name}/state`)]);
  for (const file of readdirSync(VECTORS).sort()) {
    const vector = parseVector(readFileSync(`${VECTORS}${file}`, "utf8"));
    for (const recorded of vector.rulesets) found.push([`${file} ${recorded.backend}`, whole(sceneOf(stateOfVector(vector, recorded)).node)]);
  }
  return found;
}

const core = await Core.load();
const all = await nodes();

const ROUNDS = [
  { says: "without firewalls", strip: true, tells: true }, { says: "with firewalls", strip: false, tells: true }, { says: "with firewalls, from packets that do not tell all", strip: false, tells: false },
] as const;

for (const { says, strip, tells } of ROUNDS) {
  test(`packets through recorded nodes ${says} have the fate that the readable walk tells, or an open one`, () => {
    const draw = random(seed());
    const count: Count = { compared: 0, open: 0, reasons: new Map() };
    for (const [name, node] of all) {
      const subject = strip ? { ...node, firewall: bare } : node;
      const drawer = new PacketDraw(node, draw);
      const packets = Array.from({ length: PACKETS }, () => (tells ? drawer.next() : drawer.less(drawer.next())));
      assert.equal(disagreements(core, subject, packets, count), [], name);
    }
    const reasons = [...count.reasons].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([text, times]) => `${times} ${text}`);
    console.log(`${says}: ${count.compared} packets with one fate, ${count.open} left open by the core${reasons.length === 0 ? "" : ` (${reasons.join("; ")})`}`);
    assert.ok(!tells || count.open <= OPEN_MAX * count.compared, `${count.open} of ${count.compared} left open`);
  });
}

test.run();
