import { test } from "uvu";
import * as assert from "uvu/assert";
import { CODES, describe, diagnostic, InputError, refuse } from "../../src/model/diagnostic.js";

test("the severity follows from the code", () => {
  assert.is(diagnostic("WP1004", "ss.txt", "is missing", "owners are not known").severity, "note");
  assert.is(diagnostic("WP2101", "wan.pcap", "ends inside frame 7", "verdicts hold up to frame 6").severity, "warning");
  assert.is(diagnostic("WP3001", "state", "no WAN device", "name it").severity, "error");
});

test("a diagnostic keeps place, fact and consequence", () => {
  assert.equal(diagnostic("WP1201", "fastd.conf:7", "cannot be read", "a remote may be missing"), {
    code: "WP1201", severity: "warning", place: "fastd.conf:7", fact: "cannot be read", consequence: "a remote may be missing",
  });
});

test("a diagnostic is one line: code, severity, place, fact, consequence", () => {
  const line = describe(diagnostic("WP2101", "wan.pcap", "ends inside frame 7", "verdicts hold up to frame 6"));
  assert.is(line, "WP2101 warning: wan.pcap: ends inside frame 7; verdicts hold up to frame 6");
});

test("every code is WP and four digits of a known group", () => {
  for (const code of Object.keys(CODES)) assert.match(code, /^WP[1239]\d{3}$/);
});

test("refuse throws an InputError that carries the diagnostic", () => {
  try {
    refuse("WP3001", "--wan", "link.json has no device x", "name one of its devices");
    assert.unreachable();
  } catch (error) {
    assert.instance(error, InputError);
    if (!(error instanceof InputError)) return;
    assert.is(error.name, "InputError");
    assert.is(error.diagnostic.code, "WP3001");
    assert.is(error.message, describe(error.diagnostic));
  }
});

test.run();
