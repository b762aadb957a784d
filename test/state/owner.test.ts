import { test } from "uvu";
import * as assert from "uvu/assert";
import { OWNER } from "../../src/model/netfilter.js";
import { allHold, DEVICES, type HookFields, rulesOf, type Truth } from "./firewalls.js";
import { parseIptables } from "../../src/state/iptables.js";

/** What a match says of a packet. */
function truth(match: string, fields: HookFields): Truth {
  const { tables } = parseIptables(`*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT ${match}\nCOMMIT\n`, 4, DEVICES).value;
  return allHold(rulesOf(tables, "filter", "OUTPUT")[0]?.steps ?? [], fields);
}
const forwarded = { owner: OWNER.none };
const kernel = { owner: OWNER.kernel };
const process = (uid: number, gid = 0): HookFields => ({ owner: OWNER.process, uid, gid });
const owners = (match: string): Truth[] => [forwarded, kernel, process(0), process(7, 800)].map((fields) => truth(`-m owner ${match}`, fields));

test("an owner is asked for: what no process has made is not taken", () => {
  assert.equal(owners("--uid-owner 0"), [false, false, true, false]);
  assert.equal(owners("--gid-owner 800"), [false, false, false, true]);
  assert.equal(owners("--uid-owner 5-9 --gid-owner 800"), [false, false, false, true]);
});

test("an inverted owner takes forwarded packets and the kernel's own", () => {
  assert.equal(owners("! --uid-owner 0"), [true, true, false, true]);
  assert.equal(owners("! --uid-owner 0 ! --gid-owner 800"), [true, true, false, false]);
});

test("one inverted and one plain test take neither", () => {
  assert.equal(owners("--uid-owner 7 ! --gid-owner 0"), [false, false, false, true]);
});

test("a socket exists for the kernel's echo replies, not for forwarded packets", () => {
  assert.equal(owners("--socket-exists"), [false, true, true, true]);
  assert.equal(owners("! --socket-exists"), [true, false, false, false]);
});

test("a supplementary group may fit where the socket's own does not", () => {
  assert.equal(owners("--gid-owner 800 --suppl-groups"), [false, false, null, true]);
  assert.equal(owners("! --gid-owner 800 --suppl-groups"), [true, true, null, false]);
});

test("an owner by name, or by an option of later versions, is unknown", () => {
  assert.equal(owners("--uid-owner root"), [null, null, null, null]);
  assert.equal(owners("--pid-owner 5"), [null, null, null, null]);
});

const states = (match: string, fields: HookFields = {}): Truth[] => [1, 2, 4, 8, 64].map((ctState) => truth(`-m conntrack ${match}`, { ctState, ...fields }));

test("states are invalid, established, related, new and untracked", () => {
  assert.equal(states("--ctstate RELATED,ESTABLISHED"), [false, true, true, false, false]);
  assert.equal(states("! --ctstate NEW"), [true, true, true, false, true]);
  assert.equal(states("--ctstate INVALID,UNTRACKED"), [true, false, false, false, true]);
});

test("DNAT is a state of an entry whose destination was changed", () => {
  assert.equal(states("--ctstate DNAT", { ctStatus: 32 }), [false, true, true, true, false]);
  assert.equal(states("--ctstate DNAT", { ctStatus: 16 }), [false, false, false, false, false]);
  assert.equal(states("! --ctstate DNAT", { ctStatus: 32 }), [true, false, false, false, true]);
});

test("without an entry only a test of the state can hold, and then the others are not asked", () => {
  assert.equal(states("--ctdir REPLY", { ctDirection: 1 }), [false, true, true, true, false]);
  assert.equal(states("! --ctdir REPLY", { ctDirection: 1 }), [false, false, false, false, false]);
  assert.equal(states("--ctstate INVALID,NEW --ctdir REPLY", { ctDirection: 0 }), [true, false, false, false, false]);
  assert.equal(states("--ctstatus ASSURED", { ctStatus: 4 }), [false, true, true, true, false]);
  assert.equal(states("! --ctstatus ASSURED,SEEN_REPLY", { ctStatus: 4 }), [false, false, false, false, false]);
});

test("addresses of the entry are unknown where there is one", () => {
  assert.equal(states("--ctorigsrc 10.0.0.0/8"), [false, null, null, null, false]);
  assert.equal(states("--ctstate NEW --ctorigdstport 53"), [false, false, false, null, false]);
});

test.run();
