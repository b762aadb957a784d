/** The node of test/lab/path and its rules as text alone, and what a walk of sets asks of a node besides. */
import { Choices } from "../../src/explain/choices.js";
import type { Ground } from "../../src/explain/fib.js";
import { addressType } from "../../src/explain/netfilter/addresstype.js";
import type { Packet } from "../../src/explain/packet.js";
import { Reader } from "../../src/explain/question.js";
import { selectAddress4, source6 } from "../../src/explain/source.js";
import { type Address, FAMILIES, type Family, formatAddress, WIDTH } from "../../src/model/address.js";
import type { Node } from "../../src/model/node.js";
import { FALSE } from "../../src/proof/bdd.js";
import type { Given, Surroundings } from "../../src/proof/conditions.js";
import type { Space } from "../../src/proof/space.js";
import { parseFirewall } from "../../src/state/firewall.js";
import { restoreText } from "../lab/path/ruleset.js";
import { DEVICES, OWN, PEERS } from "../lab/path/world.js";
import { aNode, link, onDevice, prefix, route } from "../support/nodes.js";

/** Sources of masquerade are told for the destinations of the packets at hand only. */
export function aroundOf(space: Space, ground: Ground, packets: readonly Packet[]): Surroundings {
  const device = (number: number): string => ground.node.links[number - 1]?.name ?? "lo";
  const sourceFor = (dst: Address, oif: number): Address | null => (dst.family === 4 ? selectAddress4(ground, device(oif), dst, 0) : source6(ground, dst, device(oif)))?.address ?? null;
  return {
    space,
    typeOf: (end, state) => {
      const [own, other] = end === "src" ? [state.src, state.dst] : [state.dst, state.src];
      return own === null ? "initial" : addressType(own, other, new Reader(ground, new Map(), space.family, new Choices()));
    },
    masquerade: ({ oif, src }): Given[] => {
      const isUnset = src === null && space.family === 4 ? space.prefixSet("src", prefix("0.0.0.0/32")) : FALSE;
      const parts: Given[] = [{ when: isUnset, to: null }];
      let rest = space.bdd.not(isUnset);
      for (const dst of new Map(packets.map((packet) => [formatAddress(packet.dst), packet.dst])).values()) {
        const set = space.bdd.and(rest, space.prefixSet("dst", { address: dst, length: WIDTH[dst.family] }));
        rest = space.bdd.minus(rest, set);
        parts.push({ when: set, to: sourceFor(dst, oif) ?? "drop" });
      }
      return [...parts, { when: rest, to: { unknown: "another destination" } }];
    },
    addressesOf: (number) => ground.node.addresses.filter(({ dev, flags }) => dev === device(number) && !flags.includes("tentative")).map(({ address }) => address),
  };
}

/** The node of test/lab/path, as text alone. */
export function aWorld(): Node {
  const links = ["lo", ...DEVICES].map((name, i) => link({ index: i + 1, name }));
  const lengths = { wan0: [24, 64], mesh0: [20, 64], client0: [18, 64] } as const;
  const addresses = DEVICES.flatMap((dev) => FAMILIES.map((family) => onDevice(dev, `${OWN[family][dev]}/${lengths[dev][family === 4 ? 0 : 1]}`)));
  const routes = (family: Family): Node["routes"][4] => Object.values(PEERS[family]).map((peer) => route({ family, to: peer, dev: "wan0" }));
  return aNode({ links, addresses, routes: { 4: routes(4), 6: routes(6) } });
}

/** As iptables-save prints such rules. What it has no words for is not understood. */
export function ruled(node: Node, rules: readonly string[]): Node {
  const printed = rules.map((rule) => rule
    .replace(/-p (tcp|udp|icmp)(?= )/, "-p $1 -m $1").replace(/-p icmpv6(?= )/, "-p icmpv6 -m icmp6").replace("! --syn", "! --tcp-flags FIN,SYN,RST,ACK SYN").replace("--syn", "--tcp-flags FIN,SYN,RST,ACK SYN")
    .replace("icmp-type echo-request", "icmp-type 8").replace("icmp-type echo-reply", "icmp-type 0").replace("icmp-type destination-unreachable", "icmp-type 3"));
  return { ...node, firewall: parseFirewall({ saved: { 4: restoreText(printed, 4), 6: restoreText(printed, 6) }, nft: null }, node.links).value };
}
