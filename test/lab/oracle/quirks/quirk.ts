/** One thing that the kernel does, in the smallest configuration that shows it. */
import type { Query } from "../query.js";
import type { Configuration } from "../space.js";

export interface Quirk {
  /** The name of its vector. */
  readonly name: string;
  /** The fact, as the title of a test. */
  readonly says: string;
  /** Behind GROUND. */
  readonly lines: Configuration;
  readonly queries: readonly Query[];
}

/** A node with a WAN and a mesh, both with addresses, and no default route. */
export const GROUND: Configuration = [
  "sysctl net.ipv6.conf.default.accept_dad=0", "sysctl net.ipv6.conf.all.accept_dad=0", "sysctl net.ipv6.conf.default.accept_ra=0",
  "sysctl net.ipv4.conf.all.rp_filter=0", "sysctl net.ipv4.conf.default.rp_filter=0", "link set lo up",
  ...["wan0", "mesh0"].flatMap((dev, i) => [
    `link add name ${dev} address 02:00:00:00:00:0${i + 1} type veth peer name ${dev}p`, `link set ${dev}p addrgenmode none up`, `link set ${dev} up`,
  ]),
  "address add 192.0.2.42/24 dev wan0", "address add 2001:db8:77:10::21/64 dev wan0 nodad", "address add 10.23.0.5/20 dev mesh0", "address add 2001:db8:f00d:1::5/64 dev mesh0 nodad",
];

/** Questions that differ in one thing. */
export function vary<K extends keyof Query>(query: Query, key: K, values: readonly Query[K][]): Query[] {
  return values.map((value) => ({ ...query, [key]: value }));
}

export const FAR4: Query = { family: 4, dst: "198.51.100.1" };
export const FAR6: Query = { family: 6, dst: "2a00:1:2::3" };
