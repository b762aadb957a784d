import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddress } from "../../src/model/address.js";
import type { InterfaceAddress } from "../../src/model/node.js";
import { TRUE } from "../../src/proof/bdd.js";
import type { Ground } from "../../src/proof/ground.js";
import { type Choice, madeSourceOf4, owners4, SCOPE, selectAddress4, sourceOf4 } from "../../src/proof/own.js";
import { cofactor } from "../../src/proof/quantify.js";
import { address, aNode, onDevice, route } from "../support/nodes.js";
import { groundFor } from "./spaces.js";

function own(dev: string, text: string, parts: Partial<InterfaceAddress> = {}): InterfaceAddress {
  return { ...onDevice(dev, text), ...parts };
}

function addressed(addresses: readonly InterfaceAddress[]): Ground {
  return groundFor(aNode({ addresses }), 4);
}

function texts(choices: readonly Choice[]): string {
  return choices.map((choice) => (choice.address === null ? "none" : formatAddress(choice.address))).join(" or ");
}

function ownersOf(ground: Ground, src: string): string {
  const { space } = ground;
  return owners4(ground).filter(({ set }) => cofactor(space.bdd, set, space.literals("src0", address(src).words[0])) === TRUE).map(({ dev }) => dev).sort().join(" ");
}

test("an address belongs to the devices that have it, else to the local route it lies in", () => {
  const routes = [route({ family: 4, table: 255, type: "local", to: "10.1.0.0/16", dev: "lo" }), route({ family: 4, table: 255, type: "local", to: "192.0.2.1", dev: "lo" }), route({ family: 4, dev: "br-wan" })];
  const ground = groundFor(aNode({ addresses: [own("br-wan", "192.0.2.1/24"), own("br-client", "192.0.2.1/24")], routes: { 4: routes, 6: [] } }), 4);
  assert.equal(["192.0.2.1", "10.1.2.3", "192.0.2.2", "8.8.8.8"].map((src) => ownersOf(ground, src)), ["br-client br-wan", "lo", "", ""]);
});

test("the first primary address of a device is chosen, better one in the gateway's network", () => {
  const ground = addressed([own("br-wan", "192.0.2.9/24", { flags: ["secondary"] }), own("br-wan", "192.0.2.1/24"), own("br-wan", "198.51.100.1/24")]);
  assert.equal([null, "198.51.100.254", "203.0.113.1"].map((near) => texts(selectAddress4(ground, "br-wan", near === null ? null : address(near), SCOPE.universe))), ["192.0.2.1", "198.51.100.1", "192.0.2.1"]);
});

test("a device without an address that reaches far enough borrows one, but none of link scope", () => {
  const ground = addressed([own("lo", "127.0.0.1/8", { scope: "host" }), own("br-wan", "169.254.1.1/16", { scope: "link" }), own("br-client", "10.0.0.1/8")]);
  assert.equal([texts(selectAddress4(ground, "br-wan", null, SCOPE.universe)), texts(selectAddress4(ground, "br-wan", null, SCOPE.link)), texts(selectAddress4(ground, "mesh-vpn", null, SCOPE.link))], ["10.0.0.1", "169.254.1.1", "10.0.0.1"]);
  assert.is(texts(selectAddress4(addressed([own("br-wan", "169.254.1.1/16", { scope: "link" })]), "mesh-vpn", null, SCOPE.link)), "none");
});

test("where addresses may be gone the next one is chosen, and last of all none", () => {
  const addresses = [own("br-wan", "192.0.2.1/24"), own("br-wan", "198.51.100.1/24")];
  const ground = groundFor(aNode({ addresses }), 4, (space) => ({ holds: (one) => space.fact(formatAddress(one.address)) }), ["192.0.2.1", "198.51.100.1"]);
  const { space: { bdd }, space } = ground, [first, second] = [space.fact("192.0.2.1"), space.fact("198.51.100.1")];
  const choices = selectAddress4(ground, "br-wan", null, SCOPE.universe);
  assert.is(texts(choices), "192.0.2.1 or 198.51.100.1 or none");
  assert.equal(choices.map(({ when }) => when), [first, bdd.minus(second, first), bdd.and(bdd.not(first), bdd.not(second))]);
});

test("a route's own src comes first; an object may remember another one", () => {
  const ground = addressed([own("br-wan", "192.0.2.1/24", { scope: "link" }), own("br-wan", "198.51.100.1/24")]);
  const hop = { dev: "br-wan", via: null, weight: 1, flags: [] };
  const [plain, named, object] = [route({ family: 4, scope: "global" }), route({ family: 4, prefsrc: address("10.9.9.9") }), route({ family: 4, scope: "global", flags: ["nhid 5"] })];
  assert.equal([plain, named, object].map((one) => `${texts(sourceOf4(ground, one, hop))}, ${texts(madeSourceOf4(ground, one, hop))}`), ["198.51.100.1, ", "10.9.9.9, ", "198.51.100.1, 192.0.2.1"]);
});

test.run();
