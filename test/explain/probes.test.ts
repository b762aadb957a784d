import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { groundOf } from "../../src/explain/fib.js";
import { lookupOutput } from "../../src/explain/output.js";
import { source6 } from "../../src/explain/source.js";
import { SILENT } from "../../src/explain/trail.js";
import { formatAddress } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { readNode } from "../../src/state/node.js";
import { within } from "../support/schemas.js";
import { type Asked, question, reader } from "../support/walks.js";

const FOLDER = fileURLToPath(new URL("../vectors/", import.meta.url));

/** A line of a probe: what RTM_GETROUTE was asked, and what that kernel answered. */
function asked(line: unknown): Asked {
  const [dst, src, oif, mark, uid] = ["dst", "src", "oif", "mark", "uid"].map((key) => within(line, "q", key));
  return {
    dst: String(dst), mark: Number(mark ?? 0), uid: Number(uid ?? 0),
    ...(typeof src === "string" ? { src } : {}), ...(typeof oif === "string" ? { oif } : {}),
  };
}

/** The answer in the kernel's words. Without `src` in the question IPv4 tells the source it chose; IPv6 always tells the one it would choose. */
function answered(node: Node, probe: Asked): unknown[] {
  const query = question(probe);
  const read = reader(node, probe);
  const output = lookupOutput(query, read, SILENT);
  if (output.kind !== "way") return [output.kind === "error" ? output.error : "unknown"];
  const merged = groundOf(node).fibs[4].merged !== null && query.family === 4;
  const source = query.family === 6 ? (output.route?.prefsrc ?? source6(read.ground, query.dst, output.routeDev)?.address) : probe.src === undefined ? output.source?.address : undefined;
  return [
    output.type, merged && output.table === 255 ? 254 : output.table, output.dev, output.via === null ? undefined : formatAddress(output.via),
    source === undefined ? undefined : formatAddress(source),
  ];
}

for (const file of readdirSync(`${FOLDER}probes`).sort()) {
  const name = file.replace(/\.jsonl$/, "");
  test(`a live kernel's answers in state ${name}: type, table, device, gateway, source and error`, async () => {
    const node = await readNode(`${FOLDER}captures/${name}/state`);
    const lines = readFileSync(`${FOLDER}probes/${file}`, "utf8").trim().split("\n");
    assert.is(lines.length, 60);
    for (const line of lines) {
      const probe: unknown = JSON.parse(line);
      const error = within(probe, "answer", "error");
      const told = error === undefined ? ["type", "table", "oif", "gateway", "prefsrc"].map((key) => within(probe, "answer", key)) : [error];
      assert.equal(answered(node, asked(probe)), told, line);
    }
  });
}

test.run();
