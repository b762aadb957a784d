import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withFolder, writeFiles } from "./support/files.js";
import { breaches, within } from "./support/schemas.js";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const VERSION = within(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")), "version");

/** The smallest state that is a node: six required files, one bridge. */
const STATE = {
  "rule4.json": '[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"},{"priority":32767,"src":"all","table":"default"}]',
  "rule6.json": '[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}]',
  "route4.json": "[]",
  "route6.json": "[]",
  "addr.json": '[{"ifindex":2,"ifname":"br-wan","addr_info":[{"family":"inet","local":"192.0.2.1","prefixlen":24,"scope":"global"}]}]',
  "link.json": '[{"ifindex":2,"ifname":"br-wan","flags":["UP"],"mtu":1500,"address":"02:00:00:00:01:01","linkinfo":{"info_kind":"bridge"}}]',
};

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function wanproof(...words: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], { encoding: "utf8", timeout: 30_000 });
  return { status, out: stdout, err: stderr };
}

test("the build made an executable file that begins with a hashbang", () => {
  assert.ok(existsSync(CLI));
  assert.match(readFileSync(CLI, "utf8"), /^#!\/usr\/bin\/env node\n/);
  if (process.platform !== "win32") assert.is(statSync(CLI).mode & 0o111, 0o111);
});

test("--version is the version of package.json, on stdout", () => {
  assert.equal(wanproof("--version"), { status: 0, out: `${String(VERSION)}\n`, err: "" });
  assert.equal(wanproof("-V"), wanproof("--version"));
});

test("--version --json is a document, in either order", () => {
  for (const words of [["--version", "--json"], ["--json", "--version"]]) {
    const { status, out } = wanproof(...words);
    assert.is(status, 0);
    assert.equal(breaches("version", out), []);
  }
});

test("--help goes to stdout, lists the commands and the exit statuses", () => {
  const { status, out, err } = wanproof("--help");
  assert.is(status, 0);
  assert.is(err, "");
  for (const word of ["replay", "doctor", "policy", "Exit status", "  130  "]) assert.ok(out.includes(word), word);
  assert.match(wanproof("replay", "--help").out, /--per-frame/);
});

test("no command prints the help on stderr and is status 2", () => {
  const { status, out, err } = wanproof();
  assert.is(status, 2);
  assert.is(out, "");
  assert.match(err, /Usage: wanproof/);
  assert.match(err, /\nWP9001 error: command line: names no command; nothing was done\n$/);
});

test("an unknown command is one line, status 2, and the nearest one is named", () => {
  const { status, out, err } = wanproof("reply", "x");
  assert.is(status, 2);
  assert.is(out, "");
  assert.match(err, /^WP9001 error: command line: unknown command 'reply' \(Did you mean replay\?\); [^\n]+\n$/);
});

test("an unknown flag is status 2, and the nearest one is named", () => {
  const { status, err } = wanproof("replay", "n", "c", "--per-fram", "x");
  assert.is(status, 2);
  assert.match(err, /^WP9001 error: command line: unknown option '--per-fram' \(Did you mean --per-frame\?\); [^\n]+\n$/);
});

test("a missing argument, an odd choice and flags that contradict are status 2", () => {
  const lines = [["replay"], ["replay", "n"], ["doctor"], ["policy", "gluon"], ["doctor", "a", "b"], ["replay", "n", "c", "--format", "xml"],
    ["replay", "n", "c", "--color", "purple"], ["replay", "n", "c", "--json", "--format", "text"], ["replay", "n", "c", "--output", "xml=a"]];
  for (const words of lines) {
    const { status, out, err } = wanproof(...words);
    assert.is(status, 2, words.join(" "));
    assert.is(out === "", !words.includes("--json"));
    assert.match(err, /^WP9001 error: [^\n]+\n$/);
  }
});

test("wrong usage with --json is also a document", () => {
  const { status, out } = wanproof("replay", "--json");
  assert.is(status, 2);
  assert.equal(breaches("error", out), []);
  assert.is(within(JSON.parse(out), "error", "code"), "WP9001");
});

test("what a person typed cannot steer the terminal", () => {
  assert.match(wanproof("rep\x1b[2Jlay").err, /unknown command 'rep\\x1b\[2Jlay'/);
});

test("a node that does not exist is WP1001 for every command", () => withFolder((folder) => {
  const absent = join(folder, "absent");
  for (const words of [["doctor", absent], ["policy", "gluon", absent], ["replay", absent, "wan.pcap"]]) {
    const { status, out, err } = wanproof(...words);
    assert.is(status, 2, words.join(" "));
    assert.is(out, "");
    assert.match(err, /^WP1001 error: [^\n]+\n$/);
  }
  return Promise.resolve();
}));

test("a node that does not exist is an error document with --json", () => withFolder((folder) => {
  const { status, out } = wanproof("doctor", join(folder, "absent"), "--json");
  assert.is(status, 2);
  assert.equal(breaches("error", out), []);
  return Promise.resolve();
}));

test("an unknown policy is WP3005", () => {
  assert.match(wanproof("policy", "gloun", "state").err, /^WP3005 error: [^\n]+\n$/);
  assert.match(wanproof("replay", "state", "wan.pcap", "--policy", "gloun").err, /^WP3005 error: /);
});

test("doctor and policy of a small node are valid documents and status 0", () => withFolder(async (folder) => {
  await writeFiles(folder, STATE);
  const doctor = wanproof("doctor", folder, "--json"), policy = wanproof("policy", "gluon", folder, "--json");
  assert.is(doctor.status, 0);
  assert.equal(breaches("doctor", doctor.out), []);
  assert.is(policy.status, 0);
  assert.equal(breaches("policy", policy.out), []);
}));

test("a capture that does not exist is WP2001, a file of another kind WP2002", () => withFolder(async (folder) => {
  await writeFiles(folder, { ...STATE, "odd.pcap": "this is no capture, but it is long enough to be one" });
  const [absent, odd] = [wanproof("replay", folder, join(folder, "absent.pcap")), wanproof("replay", folder, join(folder, "odd.pcap"), "--json")];
  assert.is(absent.status, 2);
  assert.match(absent.err, /^WP2001 error: [^\n]+\n$/);
  assert.is(odd.status, 2);
  assert.is(within(JSON.parse(odd.out), "error", "code"), "WP2002");
}));

test("colours are off in a pipe and under NO_COLOR, on with FORCE_COLOR or --color always", () => withFolder(async (folder) => {
  await writeFiles(folder, STATE);
  const coloured = (words: readonly string[], env: Record<string, string>): boolean => {
    const rest = Object.entries(process.env).filter(([name]) => !["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS"].includes(name));
    return spawnSync(process.execPath, [CLI, "doctor", folder, ...words], { encoding: "utf8", env: { ...Object.fromEntries(rest), ...env } }).stdout.includes("\x1b[");
  };
  assert.not.ok(coloured([], {}));
  assert.not.ok(coloured([], { NO_COLOR: "1" }));
  assert.ok(coloured([], { FORCE_COLOR: "1" }));
  assert.ok(coloured(["--color", "always"], { NO_COLOR: "1" }));
  assert.not.ok(coloured(["--color", "never"], { FORCE_COLOR: "1" }));
}));

test("a reader that goes away ends the command without a word", () => withFolder(async (folder) => {
  await writeFiles(folder, STATE);
  const child = spawn(process.execPath, [CLI, "doctor", folder], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => { err += chunk; });
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.is(err, "");
  assert.is(status, 0);
}));

test("stdout on a full disk is WP9002", () => withFolder(async (folder) => {
  if (!existsSync("/dev/full")) return;
  await writeFiles(folder, STATE);
  const { status, stderr } = spawnSync("sh", ["-c", '"$0" "$@" > /dev/full', process.execPath, CLI, "doctor", folder], { encoding: "utf8" });
  assert.is(status, 2);
  assert.match(stderr, /^WP9002 error: standard output: cannot be written \([^\n]+\n$/);
}));

test.run();
