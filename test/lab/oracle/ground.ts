/** What every drawn node stands on: devices, addresses, switches. */
import { DEVICES, type Device, type Draft } from "./draft.js";

/** No waiting for duplicate addresses, no traffic that nobody asked for. */
const QUIET = [
  "sysctl net.ipv6.conf.default.accept_dad=0", "sysctl net.ipv6.conf.all.accept_dad=0", "sysctl net.ipv6.conf.default.router_solicitations=0",
  "sysctl net.ipv6.conf.default.accept_ra=0", "sysctl net.ipv4.conf.all.rp_filter=0", "sysctl net.ipv4.conf.default.rp_filter=0",
];

/** Everything but lo: `cut0` has lost its carrier, `off0` is down, `br0` has one port. */
export function addDevices(draft: Draft): void {
  draft.add(...QUIET, "link set lo up");
  DEVICES.forEach((dev, i) => {
    const mac = `02:00:00:00:00:0${i + 1}`;
    const peer = `${dev}p`;
    if (dev === "br0") draft.add(`link add name br0 address ${mac} type bridge`, "link add name port0 type veth peer name port0p", "link set port0 addrgenmode none master br0 up", "link set port0p addrgenmode none up");
    else draft.add(`link add name ${dev} address ${mac} type veth peer name ${peer}`, `link set ${peer} addrgenmode none${dev === "cut0" ? "" : " up"}`);
    if (draft.once(6)) draft.add(`link set ${dev} addrgenmode none`);
    if (dev !== "off0") draft.add(`link set ${dev} up`);
  });
}

/** Networks of the devices; each has an address of its own there. */
const OWN4: Readonly<Record<Device, string>> = {
  wan0: "192.0.2.42/24", mesh0: "10.23.0.5/20", vpn0: "172.16.9.1/30", br0: "10.23.128.1/18", cut0: "198.51.100.7/25", off0: "203.0.113.9/24",
};
const OWN6: Readonly<Record<Device, string>> = {
  wan0: "2001:db8:77:10::21/64", mesh0: "2001:db8:f00d:1::5/64", vpn0: "fd00:9::1/126", br0: "2001:db8:f00d:2::1/64", cut0: "2001:db8:99::7/64", off0: "2001:db8:aa::9/64",
};

export function addAddresses(draft: Draft): void {
  for (const dev of DEVICES) {
    if (!draft.once(6)) draft.add(`address add ${OWN4[dev]} dev ${dev}`);
    if (!draft.once(6)) draft.add(`address add ${OWN6[dev]} dev ${dev} nodad`);
  }
}

/** Second addresses, peers, scopes, and addresses without a route or past their time. */
export function addOddAddresses(draft: Draft): void {
  const scope = (): string => draft.maybe(2, () => `scope ${draft.pick(["host", "link", "global", "site", "100"])}`);
  const flag = (): string => draft.maybe(2, () => draft.pick(["noprefixroute", "preferred_lft 0", "home", "mngtmpaddr"]));
  for (let i = draft.below(5); i > 0; i--) {
    const dev = draft.pick(["lo", ...DEVICES]);
    draft.add(`address add 10.${draft.below(3)}.${draft.below(3)}.${1 + draft.below(200)}/${draft.pick([8, 16, 24, 25, 30, 31, 32])} dev ${dev}${scope()}${draft.maybe(3, () => "noprefixroute")}${draft.maybe(4, () => "metric 77")}`);
  }
  for (let i = draft.below(5); i > 0; i--) {
    const dev = draft.pick(["lo", ...DEVICES]);
    const text = draft.pick(["2001:db8:77:10", "2001:db8:f00d:1", "2001:db8:5", "fd00:1", "fec0:1", "2002:c000:204", "2001:0:1", "2001:10", "fe80", "3ffe:1"]);
    draft.add(`address add ${text}::${(1 + draft.below(0xfffe)).toString(16)}/${draft.pick([48, 64, 64, 64, 96, 127, 128])} dev ${dev} nodad${flag()}${scope()}${draft.maybe(4, () => "metric 77")}`);
  }
  if (draft.once(2)) draft.add(`address add 192.0.2.77 peer 192.0.2.${draft.below(255)} dev ${draft.pick(DEVICES)}`);
  if (draft.once(3)) draft.add(`address add 2001:db8:7::1 peer 2001:db8:8::${draft.below(99)} dev ${draft.pick(DEVICES)} nodad`);
}

/** Sysctls that lookups heed. */
export function addSwitches(draft: Draft, times = 3): void {
  const some = (): string => draft.pick(["all", "default", "lo", ...DEVICES]);
  if (draft.once(times)) draft.add("sysctl net.ipv4.ip_forward=1");
  if (draft.once(times)) draft.add("sysctl net.ipv6.conf.all.forwarding=1");
  const keys = ["ipv4.conf.DEV.forwarding=1", "ipv6.conf.DEV.forwarding=1", "ipv4.conf.DEV.rp_filter=1", "ipv4.conf.DEV.rp_filter=2", "ipv4.conf.DEV.accept_local=1", "ipv4.conf.DEV.src_valid_mark=1",
    "ipv4.conf.DEV.route_localnet=1", "ipv4.conf.DEV.ignore_routes_with_linkdown=1", "ipv6.conf.DEV.ignore_routes_with_linkdown=1", "ipv6.conf.DEV.use_oif_addrs_only=1", "ipv6.conf.DEV.use_tempaddr=2",
    "ipv4.conf.DEV.bc_forwarding=1"];
  for (let i = draft.below(8); i > 0; i--) {
    if (draft.once(times)) draft.add(`sysctl net.${draft.pick(keys).replace("DEV", some())}`);
  }
}

/** What happens to a node after everything was set up: links and addresses go and come back, routes are taken away. */
export function addEvents(draft: Draft): void {
  const events: readonly (() => string)[] = [
    () => `link set ${draft.pick(DEVICES)} down`, () => `link set ${draft.pick(DEVICES)} up`, () => `link set ${draft.pick(DEVICES.filter((dev) => dev !== "br0"))}p down`,
    () => `address flush dev ${draft.pick(DEVICES)}`, () => `route del default`, () => `-6 route del default`, () => `-6 route del default table 1`, () => `route flush table ${draft.pick([1, 2, 100])}`,
    () => `sysctl net.ipv6.conf.${draft.pick(DEVICES)}.disable_ipv6=1`, () => `rule del pref ${draft.pick([10, 100, 32766, 32767, 0])}`, () => `-6 rule del pref ${draft.pick([10, 100, 32766, 0])}`,
    () => `link set ${draft.pick(DEVICES)} mtu ${draft.pick([1280, 1200, 9000])}`, () => `address add 10.23.7.7/24 dev ${draft.pick(DEVICES)}`, () => `address add 2001:db8:f00d:7::7/64 dev ${draft.pick(DEVICES)} nodad`,
    () => `link set port0 nomaster`, () => `address del 192.0.2.42/24 dev wan0`, () => `address del 2001:db8:77:10::21/64 dev wan0`,
  ];
  for (let i = draft.below(4); i > 0; i--) draft.add(draft.pick(events)());
}

/** Device groups, numbers that no name stands for. */
export function addGroups(draft: Draft): void {
  for (const dev of DEVICES) if (draft.once(2)) draft.add(`link set ${dev} group ${draft.pick([0, 7, 9])}`);
}
