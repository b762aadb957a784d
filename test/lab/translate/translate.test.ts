// A share of the comparison of iptables' rulesets with their translations: `translate.ts` walks more. What it makes allowance for is proven on the running kernel.
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Case, Ending, Walk } from "../../../src/model/walk.js";
import { parseFirewall } from "../../../src/state/firewall.js";
import { isObject, own } from "../../../src/state/values.js";
import { seed } from "../../support/seed.js";
import { Draft } from "../oracle/draft.js";
import { obstacle } from "../path/needs.js";
import { startSandbox } from "../sandbox.js";
import { compare, isAmong } from "./fates.js";
import { sendable } from "./kernel.js";
import { MEANINGS, withMeaningsOf } from "./meanings.js";
import { mistranslation, MISTRANSLATIONS } from "./mistranslated.js";
import { drawLater, drawLine } from "./packets.js";
import { PASSING, SENT } from "./proof.js";
import { standing } from "./rulesets.js";
import type { Values } from "./values.js";

const why = obstacle();
const required = process.env["WANPROOF_LAB"] === "required";
if (why !== null && !required) console.log(`no ruleset can be loaded here (${why}): translations are not walked`);
const lab = why === null || required ? test : test.skip.bind(test);

const LEAVES: Ending = { disposition: "egress", egress: { dev: "wan0", table: 254, src: "192.0.2.42", dst: "198.51.100.7", mark: 0 }, verdict: "leak" };
const DROPPED: Ending = { disposition: "dropped", egress: null, error: "EPERM", verdict: null };

function walk(ending: Ending, more: Partial<Walk> = {}): Walk {
  return {
    schema: "wanproof/explain@1", node: { name: "n", path: "n" }, policy: { name: "gluon", wan: ["wan0"] }, origin: "local", packet: { family: 4, dst: "198.51.100.7", mark: 0 },
    stations: [], notes: [], ...ending, ...more,
  };
}

function cased(...cases: readonly (readonly [Case["when"], Ending])[]): Walk {
  return walk({ disposition: "depends", egress: null, verdict: null }, { cases: cases.map(([when, ending]) => ({ when, ...ending, because: [] })) });
}

test("walks are alike when each value leads to the same end, however the cases are cut", () => {
  const byProtocol = cased([{ proto: "0-16,18-255" }, LEAVES], [{ proto: 17, gid: "0-799,801-4294967294" }, LEAVES], [{ proto: 17, gid: 800 }, DROPPED]);
  const byGroup = cased([{ gid: "0-799,801-4294967294" }, LEAVES], [{ gid: 800, proto: "0-16,18-255" }, LEAVES], [{ gid: 800, proto: 17 }, DROPPED]);
  const other = cased([{ gid: "0-799,801-4294967294" }, LEAVES], [{ gid: 800, proto: "0-5,7-255" }, LEAVES], [{ gid: 800, proto: 6 }, DROPPED]);
  assert.equal(compare(byProtocol, byGroup), { kind: "same" });
  assert.equal(compare(byProtocol, other), { kind: "different", part: "dropped/egress of a case" });
});

test("what a rule's own text asks has no name in common: every end must be there on both sides", () => {
  const limited = cased([{ "-m limit --limit 25/sec": "holds" }, LEAVES], [{ "-m limit --limit 25/sec": "does not hold" }, DROPPED]);
  const said = cased([{ "limit rate 25/second": "holds" }, LEAVES], [{ "limit rate 25/second": "does not hold" }, DROPPED]);
  assert.equal(compare(limited, said), { kind: "same" });
  assert.equal(compare(limited, walk(LEAVES)).kind, "different");
});

test("each part of an end counts", () => {
  const { egress } = LEAVES;
  assert.ok(egress !== null);
  for (const other of [{ dev: "mesh0" }, { table: 1 }, { via: "192.0.2.1" }, { src: "192.0.2.1" }, { dst: "192.0.2.1" }, { sport: 1 }, { dport: 1 }, { mark: 1 }]) {
    assert.equal(compare(walk(LEAVES), walk({ ...LEAVES, egress: { ...egress, ...other } })), { kind: "different", part: Object.keys(other).join() });
  }
  assert.equal(compare(walk(DROPPED), walk({ ...DROPPED, error: "EACCES" })), { kind: "different", part: "error" });
  assert.equal(compare(walk(LEAVES), walk(LEAVES, { truncated: true })), { kind: "vague" });
});

test("a walk without a source has to tell what each source leads to", () => {
  const open = cased([{ src: "192.0.2.0/24" }, LEAVES], [{ src: "any other" }, DROPPED]);
  assert.ok(isAmong(walk(LEAVES), open) && isAmong(walk(DROPPED), open) && isAmong(open, open));
  assert.not(isAmong(open, walk(DROPPED)));
  assert.not(isAmong(walk({ ...LEAVES, disposition: "local", egress: null }), open));
});

test("nft's meaning of an inverted owner match leaves no row for packets without a process", () => {
  const [owners] = MEANINGS;
  assert.ok(owners !== undefined);
  const rows = (rule: string): number | null => {
    const { value } = parseFirewall({ saved: { 4: `*mangle\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT ${rule} -j DROP\nCOMMIT\n`, 6: "" }, nft: null }, []);
    const step = withMeaningsOf([owners], value)?.tables[0]?.chains.get("OUTPUT")?.rules[0]?.steps[0];
    return step?.kind === "condition" ? step.rows.length : null;
  };
  assert.is(rows("-m owner ! --uid-owner 0"), 1);
  assert.is(rows("-m owner ! --uid-owner 0 ! --gid-owner 0"), 1);
  assert.is(rows("-m owner --uid-owner 0"), null, "the same in both");
  assert.is(rows("-p udp"), null);
});

test("a translation that says what the rule says is none of the wrong ones", () => {
  const [udp, states, marks] = MISTRANSLATIONS.map(({ name }) => name);
  assert.is(mistranslation("-A OUTPUT -p udp -m udp ! --dport 53 -j DROP", "udp dport 53 counter drop"), udp);
  assert.is(mistranslation("-A OUTPUT -p udp -m udp ! --dport 53 -j DROP", "udp dport != 53 counter drop"), null);
  assert.is(mistranslation("-A OUTPUT -p udp -m udp ! --sport 53 --dport 54 -j DROP", "udp sport != 53 udp dport != 54 counter drop"), udp);
  assert.is(mistranslation("-A OUTPUT -m conntrack --ctstate NEW,DNAT -j DROP", "ct status dnat counter drop"), states);
  assert.is(mistranslation("-A OUTPUT -m conntrack --ctstate DNAT -j DROP", "ct status dnat counter drop"), null);
  assert.is(mistranslation("-A OUTPUT -j CONNMARK --restore-mark --nfmask 0x3 --ctmask 0x3", "counter meta mark set ct mark and 0x3"), marks);
  assert.is(mistranslation("-A OUTPUT -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff", "counter meta mark set ct mark"), null);
});

const VALUES: Values = {
  own: { 4: ["192.0.2.42"], 6: ["2001:db8::1"] },
  addresses: { 4: ["192.0.2.42", "198.51.100.7"], 6: ["2001:db8::1", "2001:db8::2"] }, devices: ["lo", "wan0"], ports: [53, 54], marks: [0, 1], uids: [0], gids: [800], protocols: [47],
  icmpTypes: [8, 128], icmpCodes: [0], hopLimits: [64], tos: [0],
};

test("the same seed draws the same packets, and a later one stands between the ends of its flow", () => {
  const lines = (number: number): unknown => {
    const draft = new Draft(number);
    return Array.from({ length: 50 }, () => drawLine(draft, VALUES));
  };
  assert.equal(lines(7), lines(7));
  assert.not.equal(lines(7), lines(8));
  const entry = { original: { src: "192.0.2.42", dst: "198.51.100.7" }, reply: { src: "127.0.0.1", dst: "192.0.2.42" }, mark: 0 };
  for (let number = 0; number < 20; number++) {
    const asking = drawLater(new Draft(number), SENT, entry, VALUES);
    assert.ok(asking !== null);
    const { src, dst, ct } = asking.line;
    assert.equal({ src, dst }, ct === "reply" ? entry.reply : entry.original);
  }
  assert.is(drawLater(new Draft(1), SENT, { ...entry, original: { src: null, dst: null }, reply: { src: null, dst: null } }, VALUES), null);
});

test("the kernel is asked about first packets that leave nothing open", () => {
  assert.ok(sendable({ line: SENT }) !== null && sendable({ line: PASSING }) !== null);
  const open = [{ ...SENT, ct: "established" }, { ...SENT, tos: 8 }, { ...PASSING, mark: 1 }, { ...SENT, proto: 6, tcpFlags: "R" }, { ...SENT, proto: 47 }, { ...PASSING, iif: "lo" }, { ...SENT, origin: "kernel" }];
  for (const line of open) assert.is(sendable({ line }), null, JSON.stringify(line));
});

test("the rulesets of the examples and of the lab stand for both families", () => {
  const rulesets = standing();
  assert.ok(rulesets.length >= 6);
  for (const { name, texts, state } of rulesets) {
    assert.match(texts[4], /^-A |\n(?:\[\d+:\d+\] )?-A /, name);
    assert.match(texts[6], /^-A |\n(?:\[\d+:\d+\] )?-A /, name);
    assert.not(Object.keys(state).some((file) => file.includes("tables-save")), name);
  }
});

/** Runs a script in a sandbox; its exit status and what it said. */
async function inSandbox(script: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = startSandbox(fileURLToPath(new URL(script, import.meta.url)), { args, output: "pipe" });
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => { said += chunk; });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => { said += chunk; });
  const code = await new Promise<number | null>((resolve, reject) => { child.on("close", resolve).on("error", reject); });
  return { code, said };
}

lab("what is made allowance for, the running kernel does differently, and the walks of both sides do as it does", async () => {
  assert.is(why, null, "WANPROOF_LAB=required");
  const { code, said } = await inSandbox("proofs.ts");
  assert.is(code, 0, said);
  const proven = said.trimEnd().split("\n").map((line): unknown => JSON.parse(line));
  assert.is(proven.length, [...MEANINGS, ...MISTRANSLATIONS].flatMap(({ proofs }) => proofs).length);
  for (const one of proven) {
    assert.ok(isObject(one));
    assert.equal([own(one, "isSame"), own(one, "wrong")], [false, []], JSON.stringify(one));
  }
});

lab("rulesets and their translations walk alike, but for what the kernel itself does differently", async () => {
  assert.is(why, null, "WANPROOF_LAB=required");
  const options = { seed: seed(), drawn: 3, standing: 2, packets: 500, shrunkMax: 1, print: false };
  const { code, said } = await inSandbox("inside.ts", JSON.stringify(options));
  assert.is(code, 0, said);
  assert.match(said, / 0 differ otherwise, /);
});

test.run();
