import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseIptables, type Saved } from "../../src/state/iptables.js";
import { PARTS_MAX, Room } from "../../src/state/room.js";
import { DEVICES, rulesOf, tableOf } from "./firewalls.js";

const save = (text: string, family: 4 | 6 = 4): ReturnType<typeof parseIptables> => parseIptables(text, family, DEVICES);
const filter = (rules: string, chains = ""): string => `*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${chains}${rules}COMMIT\n`;
const codes = (text: string): string[] => save(text).diagnostics.map(({ code, place }) => `${code} ${place}`);
const kinds = ({ tables }: Saved, table: string, chain: string): string[] => rulesOf(tables, table, chain).map(({ steps }) => steps.map(({ kind }) => kind).join(" "));

test("built-in chains have the kernel's hooks, types and priorities", () => {
  const chains = ["raw", "mangle", "nat", "filter", "security"].map((name) => `*${name}\n:PREROUTING ACCEPT\n:INPUT DROP\n:OUTPUT ACCEPT [1:2]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n`).join("");
  const { tables } = save(chains).value;
  const base = (table: string, chain: string): string => {
    const found = tableOf(tables, table).chains.get(chain)?.base;
    return found === null || found === undefined ? "none" : `${found.hook} ${found.type} ${found.priority} ${found.policy}`;
  };
  assert.equal(["raw", "mangle", "nat", "filter", "security"].map((name) => base(name, "OUTPUT")), [
    "output filter -300 accept", "output route -150 accept", "output nat -100 accept", "output filter 0 accept", "output filter 50 accept",
  ]);
  assert.equal([base("nat", "PREROUTING"), base("nat", "INPUT"), base("nat", "POSTROUTING"), base("mangle", "PREROUTING"), base("mangle", "POSTROUTING")], [
    "prerouting nat -100 accept", "input nat 100 drop", "postrouting nat 100 accept", "prerouting filter -150 accept", "postrouting filter -150 accept",
  ]);
});

test("counters before a rule, as -c prints them, are left out of its text", () => {
  const { value, diagnostics } = save(filter("[4:322] -A INPUT -i lo -j ACCEPT\n-A INPUT -c 1 2 -p udp -j DROP\n"));
  assert.equal(rulesOf(value.tables, "filter", "INPUT").map(({ text, at }) => [text, at]), [["-A INPUT -i lo -j ACCEPT", "iptables-save.txt:5"], ["-A INPUT -c 1 2 -p udp -j DROP", "iptables-save.txt:6"]]);
  assert.equal([kinds(value, "filter", "INPUT"), diagnostics], [["condition accept", "condition drop"], []]);
});

test("a rule's comments are its comment", () => {
  const { value } = save(filter(String.raw`-A INPUT -m comment --comment "!fw3: say \"hi\"" -m comment --comment x -j DROP` + "\n"));
  assert.equal(rulesOf(value.tables, "filter", "INPUT").map(({ comment }) => comment), ['!fw3: say "hi" x']);
});

test("a chain of the table is jumped to or gone to", () => {
  const { value } = save(filter("-A INPUT -j zone_local_client_dest_REJECT_x\n-A INPUT -g reject\n-A INPUT\n", ":zone_local_client_dest_REJECT_x - [0:0]\n:reject - [0:0]\n"));
  assert.equal(rulesOf(value.tables, "filter", "INPUT").map(({ steps }) => steps), [[{ kind: "jump", chain: "zone_local_client_dest_REJECT_x" }], [{ kind: "goto", chain: "reject" }], []]);
});

test("a target that is neither known nor a chain may do anything", () => {
  const { value, diagnostics } = save(filter("-A INPUT -j nowhere\n-A INPUT -p tcp -j TPROXY --on-port 5\n"));
  assert.equal(kinds(value, "filter", "INPUT"), ["unknown", "condition unknown"]);
  assert.equal([diagnostics.map(({ code }) => code), value.complete], [["WP1401", "WP1401"], true]);
});

test("a damaged rule stays as one that may do anything", () => {
  const text = filter('-A INPUT -m comment --comment "x\n-A INPUT DROP\n');
  assert.equal([kinds(save(text).value, "filter", "INPUT"), codes(text)], [["condition unknown", "condition unknown"], ["WP1402 iptables-save.txt:5", "WP1402 iptables-save.txt:6"]]);
});

test("a line that is nothing makes the save incomplete", () => {
  for (const line of ["xyz\n", "-A NOCHAIN -j DROP\n", ":INPUT DROP [0:0]\n", ":x SOMETIMES [0:0]\n", "-I INPUT -j DROP\n", ":mine ACCEPT [0:0]\n"]) {
    const { value, diagnostics } = save(filter(line));
    assert.equal([value.complete, diagnostics.map(({ code }) => code)], [false, ["WP1402"]], line);
  }
  assert.is(save("-A INPUT -j DROP\n").value.complete, false);
  assert.is(save("COMMIT\n").value.complete, false);
});

test("a file that was cut, and a table that stands twice, are incomplete", () => {
  assert.equal(codes("*filter\n:INPUT DROP [0:0]\n-A INPUT -j DROP\n"), ["WP1405 iptables-save.txt:1"]);
  assert.equal(codes(`${filter("")}${filter("")}`), ["WP1405 iptables-save.txt:6"]);
  assert.equal(codes("*nat\n*filter\nCOMMIT\n"), ["WP1405 iptables-save.txt:2"]);
  assert.is(save("*filter\n:INPUT DROP [0:0]\n").value.complete, false);
});

test("a table nobody knows is incomplete", () => {
  assert.equal(codes("*broute\n:BROUTING ACCEPT [0:0]\nCOMMIT\n"), ["WP1401 iptables-save.txt:1"]);
});

test("an empty save is a firewall without rules", () => {
  assert.equal(save("").value, { tables: [], complete: true, needsNft: false });
  assert.equal(save("# Generated by ip6tables-save v1.8.9\n\n", 6).value.complete, true);
});

test("line ends of DOS and blanks around a line do no harm", () => {
  assert.equal(kinds(save(filter("-A INPUT -j DROP\n").replace(/\n/g, " \r\n")).value, "filter", "INPUT"), ["drop"]);
});

test("hostile saves end soon and say what was not read", () => {
  const head = ":INPUT DROP [0:0]\n";
  const many = Array.from({ length: 99_000 }, (_, i) => `:c${i} - [0:0]\n`).join("");
  const jumps = Array.from({ length: 98_999 }, (_, i) => `-A c${i} -j c${i + 1}\n`).join("");
  const long = "x".repeat(1_000_000);
  for (const [text, code] of [
    [`*filter\n${head}${many}${jumps}COMMIT\n`, "WP1405"],
    [`*filter\n${head}${many.slice(0, many.indexOf(":c1000 "))}${jumps.slice(0, jumps.indexOf("-A c999 "))}COMMIT\n`, "WP1403"],
    [`*filter\n${head}-A INPUT -m comment --comment ${long} -j DROP\n-A INPUT ${"! ".repeat(400_000)}\n-A INPUT "${"\\".repeat(999_999)}\nCOMMIT\n`, "WP1402"],
    [`*filter\n${head}${`-A INPUT ${"-m mark --mark 0x1 ".repeat(3000)} -j DROP\n`.repeat(250)}COMMIT\n`, "WP1405"],
    [`*filter\n${head}${`-A INPUT -p tcp -m multiport --dports ${"1,".repeat(63)}1 -j DROP\n`.repeat(20_000)}COMMIT\n`, "WP1405"],
    [`*filter\n${head}:a - [0:0]\n:b - [0:0]\n-A a -g b\n-A b -g a\n-A INPUT -g INPUT\nCOMMIT\n`, "WP1403"],
    ["\u0000\u0001\ufffd\n".repeat(100_000), "WP1402"],
    [`*filter\n${head}${"-A INPUT -j DROP\n".repeat(200_001)}COMMIT\n`, "WP1301"],
  ] as const) {
    const started = performance.now();
    const { diagnostics } = save(text);
    assert.ok(diagnostics.some((said) => said.code === code), code);
    assert.ok(diagnostics.length <= 41);
    assert.ok(performance.now() - started < 10_000, `${code}: ${performance.now() - started} ms`);
  }
});

test("a save that fills the room is incomplete, says so once, and keeps what came before", () => {
  const room = new Room(100);
  const { value, diagnostics } = parseIptables(filter(Array.from({ length: 50 }, (_, i) => `-A INPUT -s 10.0.0.${i} -j DROP\n`).join(""), ":mine - [0:0]\n"), 4, DEVICES, room);
  assert.equal([value.complete, diagnostics.map(({ code }) => code)], [false, ["WP1405"]]);
  const kept = rulesOf(value.tables, "filter", "INPUT").length;
  assert.ok(kept > 5 && kept < 50, `${kept}`);
  assert.is(parseIptables(filter("-A INPUT -j DROP\n"), 6, DEVICES, room).value.complete, false);
});

test("6,000 rules of usual length take less than a third of the room", () => {
  const room = new Room();
  const rules = Array.from({ length: 6000 }, (_, i) => `-A INPUT -s 10.0.${i >> 8}.${i & 255}/32 -i eth0 -p tcp -m tcp --dport ${i} -m conntrack --ctstate NEW -m comment --comment "n ${i}" -j ACCEPT\n`).join("");
  assert.is(parseIptables(filter(rules), 4, DEVICES, room).value.complete, true);
  assert.ok(room.has(PARTS_MAX * 0.67));
});

test("names of chains with quotes, letters of any script and names of JavaScript's own are names", () => {
  const text = filter('-A INPUT -j "q"\n-A INPUT -j ünï☃\n-A INPUT -j __proto__\n-A INPUT -g constructor\n-A INPUT -j toString\n', ':"q" - [0:0]\n:ünï☃ - [0:0]\n:__proto__ - [0:0]\n:constructor - [0:0]\n');
  assert.equal([kinds(save(text).value, "filter", "INPUT"), codes(text)], [["unknown", "jump", "jump", "goto", "unknown"], ["WP1401 iptables-save.txt:9", "WP1401 iptables-save.txt:13"]]);
  assert.equal(codes(filter("", ":a b - [0:0]\n")), ["WP1402 iptables-save.txt:5"]);
});

test("lines beyond the limit make the save incomplete", () => {
  assert.is(save("# x\n".repeat(200_001)).value.complete, false);
});

test.run();
