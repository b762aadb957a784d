import { test } from "uvu";
import * as assert from "uvu/assert";
import { mergeFastd, uciFastd } from "../../src/state/peers.js";
import { parseUci } from "../../src/state/uci.js";

const read = (text: string): ReturnType<typeof uciFastd> => uciFastd(parseUci(`package fastd\n${text}`).value);
const peers = (text: string): (string | null)[] => (read(text).value?.remotes ?? []).map(({ peer }) => peer);
const peer = (name: string, more = "", enabled = "1"): string => `config peer '${name}'\noption enabled '${enabled}'\n${more}\nlist remote '"${name}.example" port 1'\n`;

test("a peer counts when it is on, and so are its group, the group's parents and its instance", () => {
  const groups = "config peer_group 'off'\noption enabled '0'\nconfig peer_group 'child'\noption enabled '1'\noption parent 'off'\nconfig peer_group 'plain'\nconfig fastd 'idle'\noption enabled '0'\n";
  const text = groups + peer("a") + peer("b", "", "0") + peer("c", "option group 'off'") + peer("d", "option group 'child'") + peer("e", "option group 'plain'") + peer("f", "option net 'idle'") + peer("g", "option net 'other'");
  assert.equal(peers(text), ["a", "e", "g"]);
});

test("groups that are each other's parent end the search", () => {
  assert.equal(peers(`config peer_group 'x'\noption parent 'y'\nconfig peer_group 'y'\noption parent 'x'\n${peer("a", "option group 'x'")}`), ["a"]);
});

test("without an instance or a peer there is no fastd", () => {
  assert.is(read("").value, null);
  assert.is(uciFastd(parseUci("package network\nconfig peer 'x'\noption enabled '1'\n").value).value, null);
});

test("an instance without peers does not claim to know all of them", () => {
  assert.is(read("config fastd 'x'\noption enabled '1'\n").value?.missing.length, 1);
});

test("a remote that cannot be read leaves the list incomplete", () => {
  const { value, diagnostics } = read(`${peer("a")}list remote 'nonsense'\n`);
  assert.equal([value?.remotes.length, value?.missing.length, diagnostics.map(({ code }) => code)], [1, 1, ["WP1301"]]);
});

test("peers of both files are one, and only includes of peers are stood in for", () => {
  const uci = read(peer("a") + peer("b")).value;
  const conf = { remotes: (uci?.remotes ?? []).slice(0, 1), mark: 3, group: "g", binds: [], missing: ["f:1", "f:2"], at: "f" };
  const merged = mergeFastd(conf, uci, ["f:1"]);
  assert.equal([merged?.remotes.map((remote) => remote.peer), merged?.missing, merged?.mark], [["a", "b"], ["f:2"], 3]);
  assert.equal(mergeFastd(conf, null, ["f:1"])?.missing, ["f:1", "f:2"]);
});

test.run();
