import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { FateTeller, openFate } from "../../src/core/fates.js";
import type { PathPacket } from "../../src/core/path.js";
import { writeRouter } from "../../src/core/router.js";
import { address, aNode } from "../support/nodes.js";

const core = await Core.load();
const { FateAt, EndsAt, Ending, Place, Known, Errno, Missing, Setting } = core.layout;
const node = aNode();
const image = writeRouter(core, node, node.localTable);
const teller = new FateTeller(core, image, node.links, { 4: [{ text: "-j DROP", at: "iptables-save.txt:7" }], 6: [] });

const packet: PathPacket = {
  origin: "local", dst: address("192.0.2.1"), src: null, mark: 0, markWhen: null, api: null, socket: null, oif: null, iif: null, ct: "new", entry: null,
  fields: { proto: 17, sport: 5, dport: 6 },
};

/** A record with such words. */
function record(fields: Readonly<Record<number, number>>): Uint32Array {
  const words = new Uint32Array(FateAt.SIZE / 4);
  for (const [at, value] of Object.entries(fields)) words[Number(at) / 4] = value;
  return words;
}

const LEAVING = {
  [FateAt.ending]: Ending.EGRESS, [FateAt.device]: 3, [FateAt.table]: 254, [FateAt.src0]: 0xc000022a, [FateAt.dst0]: 0xc0000201, [FateAt.sourceKnown]: 1, [FateAt.sport]: 5,
  [FateAt.dport]: 6, [FateAt.portKept]: 1, [FateAt.mark]: 9,
};

test("what leaves is told as a walk tells it", () => {
  const egress = { dev: "br-wan", table: 254, src: "192.0.2.42", dst: "192.0.2.1", sport: 5, dport: 6, mark: 9 };
  assert.equal(teller.tell(record(LEAVING), 0, packet), { disposition: "egress", egress, undetermined: null });
});

test("a source or a port that is not known any more is left out, and so are ports that nobody gave", () => {
  const told = teller.tell(record({ ...LEAVING, [FateAt.sourceKnown]: 0, [FateAt.portKept]: 0 }), 0, { ...packet, fields: { proto: 17, sport: 5 } });
  assert.equal(told.egress, { dev: "br-wan", table: 254, src: null, dst: "192.0.2.1", mark: 9 });
});

test("a next hop's gateway is told by its number", () => {
  const hop = image.fib[4].hops.findIndex(({ via }) => via !== null) + 1;
  assert.ok(hop > 0);
  assert.is(typeof teller.tell(record({ ...LEAVING, [FateAt.hop]: hop }), 0, packet).egress?.via, "string");
});

test("an error is told by its name", () => {
  assert.equal(teller.tell(record({ [FateAt.ending]: Ending.DROPPED, [FateAt.error]: Errno.EPERM }), 0, packet), { disposition: "dropped", error: "EPERM", egress: null, undetermined: null });
});

test("the entry that stays behind tells what is known of it", () => {
  const ends = { [FateAt.original + EndsAt.src0]: 1, [FateAt.original + EndsAt.sport]: 2, [FateAt.original + EndsAt.known]: Known.SRC | Known.SPORT, [FateAt.reply + EndsAt.known]: Known.DST };
  const { entry } = teller.tell(record({ [FateAt.ending]: Ending.LOCAL, [FateAt.flow]: 1, [FateAt.flowMark]: 4, ...ends }), 0, packet);
  assert.equal(entry, {
    original: { src: address("0.0.0.1"), dst: null, sport: 2, dport: null }, reply: { src: null, dst: address("0.0.0.0"), sport: null, dport: null }, mark: 4,
  });
});

test("an open fate names the line, the field, the switch or the fact", () => {
  const said = (place: number, number = 0): string => {
    const { undetermined } = teller.tell(record({ [FateAt.ending]: Ending.UNDETERMINED, [FateAt.place]: place, [FateAt.number]: number }), 0, packet);
    return `${undetermined?.at ?? ""}: ${undetermined?.text ?? ""}`;
  };
  assert.is(said(Place.FILTER, 1), "iptables-save.txt:7: -j DROP");
  assert.is(said(Place.RULE, 1), `${image.fib[4].rules[0]?.at ?? ""}: ${image.fib[4].rules[0]?.text ?? ""}`);
  assert.is(said(Place.FIELD, Missing.MARK_WHEN), "packet: markWhen is not given");
  assert.is(said(Place.SETTING, Setting.FWMARK_REFLECT), "sysctl.txt: net.ipv4.fwmark_reflect is not told");
  assert.is(said(Place.SETTING, Setting.FORWARDING6), "sysctl.txt: net.ipv6.conf.all.forwarding is not told");
  assert.is(said(Place.UNSEEN), "state: not all rules of the firewall are known");
  assert.is(said(Place.FILTER), "state: whether the source is believed is not told");
  assert.is(said(Place.ROUTE, 999), "state: a line that was not understood");
  for (const place of [Place.FORWARDING, Place.GROUPS, Place.MULTICAST, Place.VRF, Place.FLOW, Place.MAKER, Place.ABOUT, Place.RANGE, Place.ORDER]) assert.ok(said(place).length > 20, said(place));
});

test("a fate that is not told says why", () => {
  assert.equal(openFate({ text: "t", at: "a" }), { disposition: "undetermined", egress: null, undetermined: { text: "t", at: "a" } });
});

test.run();
