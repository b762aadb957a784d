import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import type { Socket } from "../../src/model/node.js";
import { parseSockets } from "../../src/state/sockets.js";

function one(line: string): Socket {
  const [socket] = parseSockets(line).value;
  if (socket === undefined) throw new Error(`no socket in: ${line}`);
  return socket;
}

/** The socket of a line whose local and peer columns are these. */
function of(local: string, peer = "0.0.0.0:*", rest = ""): Socket {
  return one(`udp   UNCONN 0 0 ${local} ${peer} ${rest}`);
}

function ends({ family, local, peer }: Socket): string {
  const text = (address: Socket["local"]["address"]): string => (address === null ? "any" : formatAddress(address));
  return `${family ?? "both"} ${text(local.address)} ${local.port ?? "*"} ${local.dev ?? "-"} ${text(peer.address)} ${peer.port ?? "*"}`;
}

function places(text: string): string[] {
  return parseSockets(text).diagnostics.map(({ code, place }) => `${code} ${place}`);
}

const REAL = `udp UNCONN 0      0                         0.0.0.0:53    0.0.0.0:* users:(("dnsmasq",pid=5191,fd=4)) uid:453 ino:2708903 sk:64 cgroup:unreachable:1 <->
udp UNCONN 0      0      [fe80::ff:fe00:101]%br-wan:546      [::]:* users:(("python3",pid=5266,fd=4)) ino:2709005 sk:68 cgroup:unreachable:1 v6only:1 <->
udp UNCONN 0      0                            [::]:35641    [::]:* users:(("fastd",pid=5365,fd=11)) ino:2710001 sk:69 fwmark:0x1 cgroup:unreachable:1 v6only:1 <->
tcp LISTEN 0      32                        0.0.0.0:54    0.0.0.0:* users:(("dnsmasq",pid=5190,fd=5)) uid:453 ino:2708925 sk:6a cgroup:unreachable:1 <->
tcp TIME-WAIT 0 0 192.168.178.62:48108 198.51.100.123:80 timer:(timewait,59sec,0) ino:0 sk:7
`;

test("real lines of a node are read whole", () => {
  const { value, diagnostics } = parseSockets(REAL);
  assert.equal(diagnostics, []);
  assert.equal(value.map(ends), [
    "4 any 53 - any *", "6 fe80::ff:fe00:101 546 br-wan any *", "6 any 35641 - any *", "4 any 54 - any *", "4 192.168.178.62 48108 - 198.51.100.123 80",
  ]);
  assert.equal(value.map(({ proto, state, uid, mark, v6only }) => [proto, state, uid, mark, v6only]), [
    [17, "UNCONN", 453, 0, false], [17, "UNCONN", 0, 0, true], [17, "UNCONN", 0, 1, true], [6, "LISTEN", 453, 0, false], [6, "TIME-WAIT", 0, 0, false],
  ]);
  assert.equal(value.map(({ commands }) => commands), [["dnsmasq"], ["python3"], ["fastd"], ["dnsmasq"], []]);
  assert.equal(value.map(({ at }) => at), ["ss.txt:1", "ss.txt:2", "ss.txt:3", "ss.txt:4", "ss.txt:5"]);
});

test("the heading is no socket and no mistake", () => {
  const heading = "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n";
  assert.equal(places(heading + REAL), []);
  assert.is(parseSockets(heading + REAL).value[0]?.at, "ss.txt:2");
});

test("each way to write an address is read", () => {
  assert.is(ends(of("[::]:53", "[::]:*")), "6 any 53 - any *");
  assert.is(ends(of(":::53", ":::*")), "6 any 53 - any *");
  assert.is(ends(of("[fe80::1%br-wan]:546", "[::]:*")), "6 fe80::1 546 br-wan any *");
  assert.is(ends(of("192.168.1.2%eth0:68")), "4 192.168.1.2 68 eth0 any *");
  assert.is(ends(of("0.0.0.0%lo:53")), "4 any 53 lo any *");
  assert.is(ends(of("[2001:db8::1]:1000", "[2001:db8::2]:53")), "6 2001:db8::1 1000 - 2001:db8::2 53");
});

test("a star is either family", () => {
  assert.is(ends(of("*:53", "*:*")), "both any 53 - any *");
  assert.is(ends(of("*%eth0:53", "*:*")), "both any 53 eth0 any *");
});

test("an IPv4 address inside an IPv6 socket is IPv4", () => {
  assert.is(ends(of("[::ffff:192.0.2.1]:22", "[::ffff:198.51.100.7]:4000")), "4 192.0.2.1 22 - 198.51.100.7 4000");
});

test("several processes share a socket, each name counts once", () => {
  assert.equal(of("0.0.0.0:1", "0.0.0.0:*", 'users:(("a",pid=1,fd=2),("b",pid=3,fd=4),("a",pid=5,fd=6))').commands, ["a", "b"]);
});

test("a process may have blanks, quotes and parentheses in its name", () => {
  for (const name of ["two words", 'a"b', "a))", "(sd-pam)", '"),("', "uid:7 x", "a,pid=1"]) {
    const socket = of("0.0.0.0:1", "0.0.0.0:*", `users:(("${name}",pid=1,fd=2)) uid:453 ino:9`);
    assert.equal([socket.commands, socket.uid], [[name], 453], name);
  }
});

test("a process cannot claim a uid or a mark by its name", () => {
  const socket = of("0.0.0.0:1", "0.0.0.0:*", 'users:((" fwmark:0x1 ",pid=1,fd=2),(" uid:5 ",pid=1,fd=2)) ino:9');
  assert.equal([socket.uid, socket.mark], [0, 0]);
});

test("a mark is hexadecimal as ss prints it", () => {
  assert.is(of("0.0.0.0:1", "0.0.0.0:*", "fwmark:0x1f").mark, 31);
  assert.is(of("0.0.0.0:1", "0.0.0.0:*", "uid:1 fwmark:0xffffffff").mark, 0xffffffff);
});

test("v6only:0 is not v6only", () => {
  assert.is(of("[::]:1", "[::]:*", "v6only:0").v6only, false);
  assert.is(of("[::]:1", "[::]:*", "v6only:1").v6only, true);
});

test("sockets without ports are skipped and not worth a word", () => {
  assert.equal(parseSockets("icmp6 UNCONN 0 0 *:ipv6-icmp *:*\nraw UNCONN 0 0 *:255 *:*\nu_str ESTAB 0 0 * 1 * 2\n"), { value: [], diagnostics: [] });
});

test("a TCP or UDP line that cannot be read is WP1301 at its line", () => {
  const bad = ["udp", "udp UNCONN", "udp UNCONN 0 0 0.0.0.0:53", "udp UNCONN x 0 0.0.0.0:53 0.0.0.0:*", "udp UNCONN 0 0 0.0.0.0:domain 0.0.0.0:*", "tcp LISTEN 0 0 300.0.0.1:1 0.0.0.0:*", "tcp LISTEN 0 0 0.0.0.0:65536 *:*"];
  for (const line of bad) assert.equal(places(`\n${line}\n`), ["WP1301 ss.txt:2"], line);
  assert.is(parseSockets(`${bad.join("\n")}\n${REAL}`).value.length, 5);
});

test("an error message in place of sockets is WP1301", () => {
  assert.equal(places("sh: ss: not found\n"), ["WP1301 ss.txt:1"]);
});

test("line ends of Windows and empty lines do not matter", () => {
  assert.equal(parseSockets(REAL.replaceAll("\n", "\r\n\r\n")).value.map(ends), parseSockets(REAL).value.map(ends));
});

test("hostile text is read in one pass", () => {
  const line = "udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:* ";
  const texts = [
    `${line}users:((${'("'.repeat(500_000)}`, `${line}users:(${'("a",pid=1,fd=2),'.repeat(60_000)}`, `${line}${"uid:".repeat(250_000)}`, line.repeat(20_000), `${line}\n`.repeat(30_000),
    "udp ".repeat(250_000), " ".repeat(1_000_000), "\0".repeat(1_000_000), "\n".repeat(1_000_000), `udp UNCONN 0 0 ${"[".repeat(1_000_000)}`, `udp UNCONN 0 0 ${":".repeat(1_000_000)} x`,
  ];
  for (const text of texts) {
    const start = performance.now();
    parseSockets(text);
    assert.ok(performance.now() - start < 5000, `${text.slice(0, 50)} took ${performance.now() - start} ms`);
  }
});

test.run();
