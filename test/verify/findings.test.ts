import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Modelled } from "../../src/verify/lens.js";
import { modelFindings, withLateRules } from "../../src/verify/findings.js";
import type { Disagreement } from "../../src/verify/observed.js";
import { seen } from "../support/observed.js";
import { finding } from "../support/reports.js";

const MODELLED: Modelled = {
  dev: "br-client", src: "10.187.0.1", mark: 1, fate: "egress",
  because: [{ station: "rule", text: "32766: from all lookup main", at: "rule4.json#1" }, { station: "table", text: "no table is asked", at: null }],
};

function disagreement(parts: Partial<Disagreement> = {}): Disagreement {
  return { seen: seen({ frames: 2, bytes: 200 }), part: "device", modelled: MODELLED, ifBound: false, ...parts };
}

test("a finding holds both the values that were seen and those that were modelled, and the lines that decided", () => {
  const [one] = modelFindings([disagreement()], ["nflog.pcap"]);
  assert.equal(one?.because, [
    { station: "observed", text: "in POSTROUTING: on br-wan, source 192.0.2.42, mark 0x0", at: "nflog.pcap" },
    { station: "modelled", text: "on br-client, source 10.187.0.1, mark 0x1", at: "explain" },
    { station: "rule", text: "32766: from all lookup main", at: "rule4.json#1" },
    { station: "table", text: "no table is asked", at: "explain" },
  ]);
  assert.equal([one?.frames, one?.bytes, one?.class, one?.known, one?.accepted], [2, 200, "undetermined", null, false]);
  assert.equal(one?.first, { capture: "nflog.pcap", frame: 1, time: "1970-01-01T00:00:01.000000000Z" });
});

test("a device is a matter of containment, a mark and a source are one of source", () => {
  const parts = (["device", "mark", "source"] as const).map((part) => disagreement({ part }));
  assert.equal(modelFindings(parts, ["a"]).map(({ claim, id }) => [claim, id]), [["containment", "model:device"], ["source", "model:mark"], ["source", "model:source"]]);
});

test("packets of one service are one finding, told by the first of them", () => {
  const later = disagreement({ seen: seen({ sport: 40001, seconds: 9, frame: 9 }) }), first = disagreement({ seen: seen({ sport: 40002, seconds: 3, frame: 5 }) });
  const other = disagreement({ seen: seen({ dport: 53 }) });
  assert.equal(modelFindings([later, first, other], ["a"]).map(({ frames, first: { frame }, flow: { sport } }) => [frames, frame, sport]), [[2, 5, 40002], [1, 1, 40000]]);
});

test("a packet that the model brings nowhere is told by how its walk ended", () => {
  const [one] = modelFindings([disagreement({ seen: seen({ hook: "output" }), modelled: { dev: null, src: null, mark: null, fate: "noRoute ENETUNREACH", because: [] } })], ["a"]);
  assert.equal(one?.because.map(({ text }) => text), ["in OUTPUT: on br-wan, source 192.0.2.42, mark 0x0", "not there: noRoute ENETUNREACH"]);
});

test("a bound socket is named where it would explain the device", () => {
  assert.match(modelFindings([disagreement({ ifBound: true })], ["a"])[0]?.todo ?? "", /bound to br-wan \(SO_BINDTODEVICE\)/);
  assert.match(modelFindings([disagreement()], ["a"])[0]?.todo ?? "", /^Collect the state and the capture at one time/);
});

test("a late mark is told with its rule, or as the socket's", () => {
  const rule = { station: "netfilter", text: "-A OUTPUT -j MARK --set-xmark 0x1/0x1", at: "ip6tables-save.txt:135" };
  assert.equal(withLateRules(finding({ because: [] }), [rule]).because, [rule]);
  assert.equal(withLateRules(finding({ because: [] }), []).because.map(({ station, at }) => [station, at]), [["socket", "wan.pcap"]]);
});

test.run();
