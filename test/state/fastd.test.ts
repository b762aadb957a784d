import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import type { Remote } from "../../src/model/node.js";
import { parseFastd } from "../../src/state/fastd.js";

function show(remote: Remote | null): string {
  if (remote === null) return "none";
  const host = remote.host.kind === "address" ? formatAddress(remote.host.address) : `${remote.host.name}/${remote.host.family ?? "any"}`;
  return `${host} ${remote.port}`;
}

function remotes(text: string): string[] {
  return parseFastd(text).value.remotes.map((remote) => `${remote.peer ?? "-"}: ${show(remote)}`);
}

/** The remote of a peer's statement `remote ...;`. */
function readRemote(text: string): Remote | null {
  return parseFastd(`peer "p" { remote ${text}; }`).value.remotes[0] ?? null;
}

function codes(text: string): string[] {
  return parseFastd(text).diagnostics.map(({ code, place }) => `${code} ${place}`);
}

/** Gluon's own file: its peers are included, and a collector appended what they hold as comments. */
const GLUON = `secret "c0ffee";
log to syslog level info;
method "salsa2012+umac";
mode tap;
interface "mesh-vpn";
mtu 1312;
group "gluon-mesh-vpn";
status socket "/var/run/fastd.mesh_vpn.socket";
offload l2tp no;
packet mark 1;
persist interface yes;
include peers from "/var/fastd/peers";
peer group "mesh_vpn_backbone" {
\tpeer limit 1;
\tinclude peers from "/var/fastd/peers%mesh_vpn_backbone";
}

# file mesh_vpn_backbone_peer_gw01
# remote "gw01.ffxx.example" port 10010;
# remote [2001:db8:9::11] port 10010;
# remote 203.0.113.11 port 10010;
`;

test("remotes in comments are no remotes, and every include is missing", () => {
  const { value, diagnostics, includes } = parseFastd(GLUON);
  assert.equal(value, { remotes: [], mark: 1, group: "gluon-mesh-vpn", binds: [], missing: ["fastd.conf:12", "fastd.conf:15"], at: "fastd.conf" });
  assert.equal(includes, ["fastd.conf:12", "fastd.conf:15"]);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1202 fastd.conf:12", "WP1202 fastd.conf:15"]);
});

test("a whole configuration may stand in seven lines, several statements in each", () => {
  const text = `interface "mesh-vpn"; mode tap; mtu 1406; method "salsa2012+umac"; method "null"; secret "REMOVED";
group "gluon-mesh-vpn"; packet mark 1;
log level verbose;
persist interface yes; status socket "/var/run/fastd.sock";
on up "ip link set mesh-vpn address 02:00:00:00:01:09; ip link set mesh-vpn master br-client up; sysctl -qw x=1";
peer group "backbone" { peer limit 1; peer "gw1" { key "0af0"; remote [2001:db8:100::10]:10000; } }
`;
  const { value, diagnostics } = parseFastd(text);
  assert.equal(diagnostics, []);
  assert.equal(value.remotes.map(show), ["2001:db8:100::10 10000"]);
  assert.is(value.remotes[0]?.peer, "gw1");
  assert.is(value.remotes[0]?.at, "fastd.conf:6");
  assert.is(value.mark, 1);
  assert.is(value.group, "gluon-mesh-vpn");
  assert.equal(value.missing, []);
});

test("each form of a remote is read", () => {
  const forms = {
    "1.2.3.4 port 10000": "1.2.3.4 10000", "1.2.3.4:10001": "1.2.3.4 10001", "[2001:db8::1] port 5": "2001:db8::1 5", "[2001:db8::1]:6": "2001:db8::1 6",
    '"vpn.example.net" port 7': "vpn.example.net/any 7", '"vpn.example.net":8': "vpn.example.net/any 8", 'ipv4 "vpn.example.net" port 9': "vpn.example.net/4 9",
    'ipv6 "vpn.example.net":10': "vpn.example.net/6 10", "1.2.3.4:11 float": "1.2.3.4 11", 'ipv6 "vpn.example.net" port 12 float': "vpn.example.net/6 12",
    "[fe80::1%eth0]:13": "fe80::1 13", '"1.2.3.4" port 14': "1.2.3.4 14", 'ipv6 "2001:db8::1" port 15': "2001:db8::1 15",
  };
  for (const [text, expected] of Object.entries(forms)) {
    assert.is(show(readRemote(text)), expected, text);
  }
});

test("a remote that fastd would refuse is none", () => {
  const refused = [
    "", "port 10000", "1.2.3.4", "1.2.3.4 port", "1.2.3.4 port 0", "1.2.3.4 port 65536", "1.2.3.4:99999999999999999999", "1.2.3 port 1", "1.2.3.256:1", "[2001:db8::g]:1",
    "[]:1", "2001:db8::1 port 1", "vpn.example.net port 1", '"" port 1', 'ipv4 "2001:db8::1" port 1', "1.2.3.4 port 1 port 2", '"x port 1', "1.2.3.4 port -1",
    "1.2.3.4 port 08", "any port 1", "[2001:db8::1 port 1", "2001:db8::1] port 1",
  ];
  for (const text of refused) assert.is(readRemote(text), null, text);
});

test("an address without its closing bracket is WP1201, and the list is not complete", () => {
  const { value, diagnostics } = parseFastd('peer "p" {\n remote [2001:db8::1 port 1;\n remote 1.2.3.4:5;\n}');
  assert.equal(value.remotes.map(show), ["1.2.3.4 5"]);
  assert.equal(value.missing, ["fastd.conf:2"]);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1201 fastd.conf:2"]);
});

test("names are kept as written", () => {
  assert.equal(remotes('peer "P" { remote "VPN1.Example.NET." port 1; }'), ["P: VPN1.Example.NET./any 1"]);
});

test("a port is a number to strtoull: decimal, hexadecimal or octal", () => {
  assert.equal(remotes('peer "p" { remote 1.2.3.4:0x2710; remote 1.2.3.4 port 010; }'), ["p: 1.2.3.4 10000", "p: 1.2.3.4 8"]);
});

test("a bad port or address is WP1201 at its line, and the list of remotes is not complete", () => {
  const text = 'peer "a" {\n remote 1.2.3.4 port 0;\n remote 1.2.3.4:65536;\n remote 300.1.1.1:1;\n remote 1.2.3.4:5;\n}';
  assert.equal(codes(text), ["WP1201 fastd.conf:2", "WP1201 fastd.conf:3", "WP1201 fastd.conf:4"]);
  assert.equal(remotes(text), ["a: 1.2.3.4 5"]);
  assert.equal(parseFastd(text).value.missing, ["fastd.conf:2", "fastd.conf:3", "fastd.conf:4"]);
});

test("no kind of comment gives a value", () => {
  const text = '# remote 1.1.1.1:1;\n// remote 1.1.1.1:2;\n/* remote 1.1.1.1:3;\n packet mark 7; */ packet /* mark 8; */ mark 2; // group "x";\ngroup "g"; # "';
  const { value, diagnostics } = parseFastd(text);
  assert.equal(diagnostics, []);
  assert.equal([value.remotes, value.mark, value.group], [[], 2, "g"]);
});

test("a comment's sign in a string is text", () => {
  const text = 'on up "echo # // /* x"; peer "a#b" { remote "x" port 1; /**/ remote "y" port 2; }';
  assert.equal(remotes(text), ["a#b: x/any 1", "a#b: y/any 2"]);
  assert.equal(codes(text), []);
});

test("signs in a string end no statement, open and close no brace", () => {
  const text = 'on up "a; remote 1.1.1.1:1; } {"; peer "x" { remote 1.2.3.4:5; }';
  assert.equal(remotes(text), ["x: 1.2.3.4 5"]);
  assert.equal(codes(text), []);
});

test("a backslash takes a quote, itself, and joins lines", () => {
  assert.equal(remotes('peer "a\\"b\\\\c\\\nd" { remote 1.2.3.4:5; }'), ['a"b\\cd: 1.2.3.4 5']);
});

test("lines are counted through strings and comments of several lines", () => {
  const text = '/* 1\n 2 */ on up "3\n4"; \r\n peer "p" {\nremote 1.2.3.4:1; }';
  assert.is(parseFastd(text).value.remotes[0]?.at, "fastd.conf:5");
});

test("statements may be spread over lines", () => {
  assert.equal(remotes('peer\n"p"\n{\nremote\n"x"\nport\n9\n;\n}'), ["p: x/any 9"]);
});

test("the packet mark is decimal, hexadecimal or octal, and the last one counts", () => {
  for (const [text, mark] of [["1", 1], ["0x10", 16], ["010", 8], ["0", 0], ["0xffffffff", 0xffffffff], ["1; packet mark 3", 3]] as const) {
    assert.is(parseFastd(`packet mark ${text};`).value.mark, mark, text);
  }
});

test("a packet mark that is no 32-bit number is WP1201, and the mark stays unknown", () => {
  for (const text of ["0x100000000", "one", "-1", "08", "0x", "1 2", '"1"', ""]) {
    const { value, diagnostics } = parseFastd(`packet mark ${text};`);
    assert.is(value.mark, null, text);
    assert.equal(diagnostics.map(({ code }) => code), ["WP1201"], text);
    assert.equal(value.missing, [], text);
  }
});

test("group counts outside of braces only, and a peer group is no group", () => {
  assert.is(parseFastd('peer group "x" { }').value.group, null);
  const { value, diagnostics } = parseFastd('peer group "x" {\n group "y"; }');
  assert.is(value.group, null);
  assert.equal(diagnostics.map(({ code, place }) => `${code} ${place}`), ["WP1201 fastd.conf:2"]);
});

test("bind tells the local ports, and no port or port 0 is any", () => {
  const text = 'bind any:10000 interface "x"; bind 0.0.0.0 port 10001; bind [::]:10002 default ipv6; bind [fe80::1%eth0] port 10003; bind any; bind any interface "y"; bind any:0;';
  const { value, diagnostics } = parseFastd(text);
  assert.equal(value.binds, [10000, 10001, 10002, 10003]);
  assert.equal(diagnostics, []);
});

test("a bind that cannot be read is WP1201", () => {
  for (const text of ["", "x:1", "any:65536", "any port", '"name" port 1', "any:1 any:2", "1.2.3:5"]) {
    const { value, diagnostics } = parseFastd(`bind ${text};`);
    assert.equal(value.binds, [], text);
    assert.equal(diagnostics.map(({ code }) => code), ["WP1201"], text);
  }
});

test("each form of include is missing, once each", () => {
  const text = 'include "a";\ninclude peer "b" as "c";\npeer group "g" { include peers from "d"; }\npeer "p" { include "e"; }';
  const { value, diagnostics } = parseFastd(text);
  assert.equal(value.missing, ["fastd.conf:1", "fastd.conf:2", "fastd.conf:3", "fastd.conf:4"]);
  assert.ok(diagnostics.every(({ code }) => code === "WP1202"));
  assert.is(diagnostics.length, 4);
});

test("groups stand in groups, and a remote belongs to the innermost peer", () => {
  const text = 'peer group "a" { peer group "b" { peer "p" { remote 1.1.1.1:1; } peer { remote 2.2.2.2:2; } } peer "q" { remote 3.3.3.3:3; } }';
  assert.equal(remotes(text), ["p: 1.1.1.1 1", "-: 2.2.2.2 2", "q: 3.3.3.3 3"]);
});

test("a remote outside of a peer is WP1201 and none", () => {
  assert.equal(remotes('remote "gw" port 10;\n'), []);
  assert.equal(codes('remote "gw" port 10;\n'), ["WP1201 fastd.conf:1"]);
  assert.equal(parseFastd('peer group "x" { remote "gw" port 10; }').value.missing, ["fastd.conf:1"]);
});

test("after garbage, reading goes on at the next semicolon or brace", () => {
  assert.equal(codes('@@ $%;\npeer "p" { remote 1.2.3.4:5; }\n!'), ["WP1201 fastd.conf:1", "WP1201 fastd.conf:3"]);
  assert.equal(remotes('@@ $% ; peer "p" { remote ?? ; remote 1.2.3.4:5; }'), ["p: 1.2.3.4 5"]);
});

test("what stands in a block of an unknown kind is not believed, and the list is not complete", () => {
  const { value, diagnostics } = parseFastd('nonsense "x" {\n peer "y" { remote 1.2.3.4:5; }\n}\npeer "z" { remote 1.2.3.4:6; }');
  assert.equal(value.remotes.map(({ peer, port }) => [peer, port]), [["z", 6]]);
  assert.equal(value.missing, ["fastd.conf:1"]);
  assert.is(diagnostics.length, 1);
});

test("garbage in a peer makes the list of remotes incomplete, an unknown statement elsewhere does not", () => {
  assert.equal(parseFastd('peer "p" {\n@@; }').value.missing, ["fastd.conf:2"]);
  assert.equal(parseFastd("sing loud;").value.missing, []);
  assert.equal(codes("sing loud;"), ["WP1201 fastd.conf:1"]);
});

test("a brace too many or too few is WP1201 at its line", () => {
  assert.equal(codes("\n}\nmode tap;"), ["WP1201 fastd.conf:2"]);
  assert.equal(codes('mode tap;\npeer "x" {\n remote 1.2.3.4:5;\n'), ["WP1201 fastd.conf:2"]);
  assert.equal(parseFastd('peer "x" {\n remote 1.2.3.4:5;\n').value.missing, ["fastd.conf:1"]);
});

test("a statement without its semicolon is WP1201 and gives no value", () => {
  assert.equal(codes('peer "x" {\n remote 1.2.3.4:5 }'), ["WP1201 fastd.conf:2"]);
  assert.equal(remotes('peer "x" { remote 1.2.3.4:5 }'), []);
  assert.equal(codes("mode tap;\npacket mark 1"), ["WP1201 fastd.conf:2"]);
});

test("a string that never closes costs its line", () => {
  const text = 'peer "x" {\nremote "vpn1 port 10000;\nremote 1.2.3.4:5;\n}';
  assert.equal(codes(text), ["WP1201 fastd.conf:2"]);
  assert.equal(remotes(text), ["x: 1.2.3.4 5"]);
  assert.equal(parseFastd(text).value.missing, ["fastd.conf:2"]);
});

test("a comment that never closes hides the rest", () => {
  const text = "packet mark 1;\n/* remote 1.2.3.4:5;";
  assert.equal(remotes(text), []);
  assert.equal(codes(text), ["WP1201 fastd.conf:2"]);
  assert.equal(parseFastd(text).value.missing, ["fastd.conf:2"]);
});

test("a message never repeats a secret", () => {
  const { diagnostics } = parseFastd('secret "hush" @hush@;\nhush "hush" {\nsecret "hush');
  assert.ok(diagnostics.length > 0);
  assert.not.match(JSON.stringify(diagnostics), "hush");
});

test("an empty file has no remotes and lacks nothing", () => {
  assert.equal(parseFastd(""), { value: { remotes: [], mark: null, group: null, binds: [], missing: [], at: "fastd.conf" }, includes: [], diagnostics: [] });
});

/** Slower than any file of this size needs to be, faster than any that is read again for each word. */
const TIME_MAX = 5000;

function timed(texts: readonly string[]): void {
  for (const text of texts) {
    const start = performance.now();
    assert.ok(parseFastd(text).diagnostics.length < 1000);
    assert.ok(performance.now() - start < TIME_MAX, `${text.slice(0, 10)} took ${performance.now() - start} ms`);
  }
}

test("text that never closes, and text of many lines, is read in one pass", () => {
  const many = 100_000;
  timed([
    '"'.repeat(many), '"\\'.repeat(many), `"${'\\"\n'.repeat(many)}`, "/*".repeat(many), "/".repeat(many), ";".repeat(many), "x".repeat(10 * many), "\0".repeat(10 * many),
    " ".repeat(10 * many), '"a\n'.repeat(many | 1), `remote "${"a".repeat(10 * many)}" port 1;`, `remote 1.2.3.4 port ${"9".repeat(10 * many)};`, "@\n".repeat(many), "%".repeat(many),
    "remote 1.2.3.4:5;\n".repeat(many), 'peer "x" {\n'.repeat(many), "}\n".repeat(many),
  ]);
});

test("many words in one line are read in one pass", () => {
  const many = 100_000;
  timed(["remote 1.2.3.4:5;".repeat(many), "remote ".repeat(many), "{".repeat(many), "}".repeat(many), "[".repeat(many), "a b ".repeat(many)]);
});

test("every cut of a good file is read without a throw, and no cut adds a remote", () => {
  const text = 'packet mark 1; /* c */ peer group "g" { peer "a\\"b" { remote ipv4 "vpn.example.net" port 10000 float; remote [2001:db8::1]:1; } } # end';
  const whole = remotes(text);
  for (let end = 0; end <= text.length; end++) {
    for (const remote of remotes(text.slice(0, end))) assert.ok(whole.includes(remote), text.slice(0, end));
  }
});

test.run();
