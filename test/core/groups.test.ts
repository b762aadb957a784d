import { test } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../src/core/core.js";
import { KINDS, readGroups } from "../../src/core/groups.js";
import { writeImage } from "../../src/core/image.js";
import { formatAddress } from "../../src/model/address.js";
import { readPolicy } from "../../src/policy/policies.js";
import { aNode } from "../support/nodes.js";

test("kinds are numbered as the core numbers them", async () => {
  const { FindingKind } = (await Core.load()).layout;
  KINDS.forEach((kind, number) => { assert.is(FindingKind[kind], number, kind); });
});

test("a group is read with its addresses, and what the capture did not carry is null", async () => {
  const core = await Core.load();
  const image = writeImage(core, aNode(), readPolicy("gluon", aNode()));
  core.start(image.address);
  assert.equal(readGroups(core, image), []);
  const { FindingAt } = core.layout;
  const at = core.area("findings") + FindingAt.SIZE;
  const view = core.view();
  const put = (name: keyof typeof FindingAt, value: number): void => { view.setUint32(at + FindingAt[name], value, true); };
  view.setBigUint64(at + FindingAt.frames, 2n, true);
  put("family", 4);
  put("verdict", 12);
  put("src0", 0xc000022a);
  put("dst0", 0xcb007163);
  put("proto", 17);
  put("dport", 123);
  put("icmpType", 0xffffffff);
  put("visible", core.layout.Visible.MARK);
  put("mark", 1);
  put("uid", 5);
  const [group] = readGroups(core, image);
  assert.ok(group !== undefined && group.src !== null && group.dst !== null);
  assert.equal([formatAddress(group.src), formatAddress(group.dst)], ["192.0.2.42", "203.0.113.99"]);
  assert.equal([group.class, group.frames, group.dport, group.icmpType, group.mark, group.uid, group.gid], ["leak", 2, 123, null, 1, null, null]);
});

test.run();
