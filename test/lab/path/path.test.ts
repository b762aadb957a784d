// Packets through rulesets: what was recorded is seen again on the running kernel, and what is recorded can be read without one.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { packetOfJson } from "../../../src/explain/packet.js";
import { isObject, own } from "../../../src/state/values.js";
import { seed } from "../../support/seed.js";
import { sceneOf } from "../oracle/scene.js";
import { startSandbox } from "../sandbox.js";
import { differences } from "./compare.js";
import { decode, encode, type Trace } from "./bytes.js";
import { FACTS } from "./facts/facts.js";
import { obstacle } from "./needs.js";
import { summaries } from "./summary.js";
import { parseVector, stateOfVector } from "./vector.js";
import type { PathPacket } from "./words.js";

const FOLDER = new URL("../../vectors/path/", import.meta.url);
const vectors = readdirSync(FOLDER).sort().map((file) => ({ name: file.replace(".json", ""), vector: parseVector(readFileSync(new URL(file, FOLDER), "utf8")) }));

const why = obstacle();
const required = process.env["WANPROOF_LAB"] === "required";
if (why !== null && !required) console.log(`no packets can be sent here (${why}): recorded fates are not seen again`);
const lab = why === null || required ? test : test.skip.bind(test);

test("every fact has a vector, and the vector says what the fact says", () => {
  for (const { name, says, fates, nftFates = fates } of FACTS) {
    const vector = vectors.find((one) => one.name === name)?.vector;
    assert.is(vector?.says, says);
    for (const { backend, sightings } of vector?.rulesets ?? []) assert.equal(summaries(sightings), backend === "nft" ? nftFates : fates, `${name}, ${backend}`);
  }
});

test("every recorded packet and node can be read", () => {
  for (const { name, vector } of vectors) {
    for (const recorded of vector.rulesets) {
      const { node } = sceneOf(stateOfVector(vector, recorded));
      assert.ok(node.files.includes(recorded.backend === "nft" ? "nft.json" : "iptables-save.txt"), name);
      for (const { packet } of recorded.sightings) assert.not("error" in packetOfJson(JSON.stringify(packet), name), `${name}: ${JSON.stringify(packet)}`);
    }
  }
});

test("what is recorded agrees with itself, and with nothing else", () => {
  const all = vectors.flatMap(({ vector }) => vector.rulesets.flatMap(({ sightings }) => sightings.map(({ observed }) => observed)));
  for (const observed of all) {
    assert.equal(differences(observed, observed), []);
    assert.ok(differences(observed, { disposition: observed.disposition === "local" ? "dropped" : "local", egress: null }).length > 0);
    if (observed.egress === null) continue;
    for (const other of [{ dev: "none" }, { mark: 77 }, { dst: "192.0.2.99" }, { src: "192.0.2.99" }, { via: "192.0.2.99" }]) assert.is(differences(observed, { ...observed, egress: { ...observed.egress, ...other } }).length, 1);
  }
});

test("a packet that is written reads as it was asked for", () => {
  const packet = { origin: "forward", family: 6, src: "2001:db8::1", dst: "2001:db8::2", proto: 6, sport: 1, dport: 2, tcpFlags: "SA" } as const;
  const read = decode(encode(packet, "t7"));
  assert.ok(read !== null);
  const { trace, ...fields } = read;
  assert.equal({ origin: "forward", ...fields }, packet);
  assert.is(trace.key, decode(encode({ ...packet, src: "2001:db8::3", sport: 9 }, "t7"))?.trace.key, "NAT does not change who a packet is");
  assert.is.not(trace.key, decode(encode(packet, "t8"))?.trace.key);
});

test("an answer is known by what it answers", () => {
  const udp = { origin: "forward", family: 4, src: "192.0.2.1", dst: "192.0.2.2", proto: 17, sport: 1, dport: 2 } as const;
  const ping = { ...udp, proto: 1, icmpType: 8, icmpCode: 0, icmpId: 1 } as const;
  const traceOf = (packet: PathPacket): Trace => decode(encode(packet, "t7"))?.trace ?? { key: "", about: null, answers: [] };
  const refusal = traceOf({ ...udp, proto: 1, icmpType: 3, icmpCode: 3, quoted: { ...udp, dst: "192.0.2.9" } });
  assert.ok(traceOf(udp).answers.includes(refusal.about ?? ""), "an error is about what it quotes");
  assert.not(traceOf(ping).answers.includes(refusal.about ?? ""));
  assert.ok(traceOf(ping).answers.includes(traceOf({ ...ping, icmpType: 0 }).about ?? ""), "an echo reply is about its request");
  assert.is(traceOf(udp).about, null);
});

test("a segment is about the one that it acknowledges", () => {
  const segment = { origin: "forward", family: 6, src: "2001:db8::1", dst: "2001:db8::2", proto: 6, sport: 1, dport: 2 } as const;
  const syn = decode(encode({ ...segment, tcpFlags: "S" }, "t7"));
  const bytes = encode({ ...segment, tcpFlags: "RA" }, "t8");
  bytes.writeUInt32BE(1_000_000_008, 48);
  assert.is(decode(bytes)?.trace.about, syn?.trace.answers.at(-1));
  const late = decode(encode({ ...segment, tcpFlags: "A" }, "t7"));
  assert.is(decode(encode({ ...segment, tcpFlags: "R" }, "t1000000000"))?.trace.about, late?.trace.answers.at(-1), "a reset to what acknowledges begins where that ended");
});

lab("every recorded fate is seen again on the running kernel", async () => {
  assert.is(why, null, "WANPROOF_LAB=required");
  const shares = await Promise.all(["1/2", "2/2"].map(seenAgain));
  const seen = shares.flat();
  assert.equal(seen.flatMap(({ name, backend, wrong }) => wrong.map((line) => `${name}, ${backend}, ${line}`)), []);
  assert.equal(seen.map(({ name }) => name).sort(), vectors.map(({ name }) => name).sort());
});

interface Again {
  readonly name: string;
  readonly backend: string;
  readonly wrong: readonly string[];
}

/** A sandbox of its own for a part of the vectors. */
async function seenAgain(share: string): Promise<Again[]> {
  const { code, said, errors } = await inSandbox("again.ts", share);
  assert.is(code, 0, errors);
  return said.trimEnd().split("\n").map((line): Again => {
    const told: unknown = JSON.parse(line);
    assert.ok(isObject(told));
    const wrong = own(told, "wrong");
    return { name: String(own(told, "name")), backend: String(own(told, "backend")), wrong: Array.isArray(wrong) ? wrong.map(String) : ["no answer"] };
  });
}

/** A share of the campaign on two cores: 20 seconds and at least so many rulesets; in CI, about four minutes, the same ones each time (WANPROOF_SEED in .ci/run). */
const SHARE = process.env["CI"] === undefined ? { seconds: 20, rulesets: 6 } : { seconds: 0, rulesets: 200 };
const PACKETS = 110;

lab("explain and the running kernel agree on every packet through drawn rulesets", async () => {
  assert.is(why, null, "WANPROOF_LAB=required");
  const drawn = seed();
  const options = { seed: drawn, ...SHARE, packets: PACKETS, shrunkMax: 1, subject: "explain", parts: 2 };
  const halves = await Promise.all([0, 1].map((part) => inSandbox("inside.ts", JSON.stringify({ ...options, part }))));
  for (const { code, said, errors } of halves) assert.is(code, 0, `node --import tsx test/lab/path/path.ts, seed ${drawn}\n${said}${errors}`);
  const totals = halves.map(({ said }) => said.trimEnd().split("\n").at(-1) ?? "");
  for (const total of totals) assert.match(total, / 0 disagreements$/);
  console.log(totals.join("\n"));
  assert.ok(totals.reduce((sum, total) => sum + Number(/: (\d+) rulesets/.exec(total)?.[1] ?? 0), 0) >= SHARE.rulesets / 2, "half of what is drawn is taken by the tools");
});

interface Ended {
  readonly code: number | null;
  readonly said: string;
  readonly errors: string;
}

async function inSandbox(script: string, word: string): Promise<Ended> {
  const child = startSandbox(fileURLToPath(new URL(script, import.meta.url)), { args: [word], output: "pipe" });
  let [said, errors] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => { said += chunk; });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => { errors += chunk; });
  const code = await new Promise<number | null>((resolve, reject) => { child.on("close", resolve).on("error", reject); });
  return { code, said, errors };
}

test.run();
