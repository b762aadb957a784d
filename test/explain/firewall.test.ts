import { test } from "uvu";
import * as assert from "uvu/assert";
import { firewallStation } from "../../src/explain/firewall.js";
import { aNode } from "../support/nodes.js";
import { packet } from "../support/walks.js";

test("the file whose rules might change the answer is named, by family", () => {
  const node = aNode({ files: ["iptables-save.txt", "ip6tables-save.txt"] });
  assert.is(firewallStation(node, packet("dst=192.0.2.1")).at, "iptables-save.txt");
  assert.is(firewallStation(node, packet("dst=2001:db8::1")).at, "ip6tables-save.txt");
});

test("it claims nothing: not walked yet", () => {
  assert.is(firewallStation(aNode({ files: ["nft.json"] }), packet("dst=192.0.2.1")).text, "not walked yet");
});

test("no file is not the same as no firewall", () => {
  assert.match(firewallStation(aNode(), packet("dst=192.0.2.1")).why ?? "", "is not known (no iptables-save.txt, no nft.json)");
});

test.run();
