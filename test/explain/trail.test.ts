import { test } from "uvu";
import * as assert from "uvu/assert";
import { SILENT, Trail, viewOf } from "../../src/explain/trail.js";
import { address } from "../support/nodes.js";
import { packet } from "../support/walks.js";

test("a line carries the packet as it was then", () => {
  const trail = new Trail(packet("dst=192.0.2.1 mark=1"));
  trail.tell({ station: "socket", text: "a" });
  trail.see({ src: address("192.0.2.42"), mark: 0 });
  trail.tell({ station: "rule", text: "b", at: "rule4.json#0", why: "c", decides: true });
  assert.equal(trail.stations(), [
    { station: "socket", text: "a", at: null, why: "", decides: false, packet: { family: 4, dst: "192.0.2.1", mark: 1 } },
    { station: "rule", text: "b", at: "rule4.json#0", why: "c", decides: true, packet: { family: 4, src: "192.0.2.42", dst: "192.0.2.1", mark: 0 } },
  ]);
});

test("what was not given is left out of a view", () => {
  const given = packet("dst=192.0.2.1 proto=udp dport=53 uid=0 oif=br-wan");
  assert.equal(viewOf(given, given), { family: 4, dst: "192.0.2.1", mark: 0, proto: 17, dport: 53, uid: 0, oif: "br-wan" });
});

test("a silent trail keeps nothing", () => {
  SILENT.tell({ station: "rule", text: "a" });
  assert.equal(Object.keys(SILENT), ["tell"]);
});

test.run();
