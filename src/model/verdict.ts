/** Words for outcomes. A disposition is what the kernel did with a packet, a verdict is what the policy says of it. */

/** Verdicts in the order of the report; the core numbers them from 1. */
export const CLASSES = [
  "fastd", "wan-dns", "dhcp4", "dhcp6", "arp", "ndp", "mld", "igmp", "answer", "mesh-on-wan", "bridged", "leak", "undetermined",
] as const;
export type Class = (typeof CLASSES)[number];

/** Why a frame is undetermined; the core numbers them from 1. */
export const REASONS = {
  name: "a VPN server's name was never seen resolved, so this may or may not be the VPN",
  remotes: "the VPN's servers are not known (fastd.conf, uci.txt), so any UDP packet may be the VPN",
  upstreams: "the upstreams of the WAN's DNS daemon are not known (wan-resolv.conf), so any DNS packet may be its",
  underWay: "the flow was under way when the capture began, so who opened it is not known",
  trigger: "the packet it answers may have arrived before the capture began",
  fragment: "the first fragment of this packet was never seen",
  cut: "the capture kept too few bytes of this frame to see its ports",
  malformed: "a header in this frame is not well formed",
  direction: "the node's own hardware addresses are not known, so it may be inbound",
  memory: "the memory of flows was full, so what came before was forgotten",
  device: "it was captured on a device that link.json does not know, which may be part of the WAN",
  tag: "a switch's tag stands before its type: capture on the bridge (br-wan) instead of its port",
  link: "frames of this link type are not read",
} as const;
export type Reason = keyof typeof REASONS;
export const REASON_NAMES: readonly Reason[] = Object.keys(REASONS).filter((name): name is Reason => name in REASONS);

/** Direction as seen on the WAN; the core numbers them from 0. */
export const DIRECTIONS = ["-", "out", "in"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What the kernel did with the packet, as far as a capture on the WAN shows it; numbered from 0. */
export const DISPOSITIONS = ["unknown", "egress", "ingress", "malformed"] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** What the flow memory knows of a packet that leaves (field `flow`). */
export const FLOW = { none: 0, here: 1, wan: 2, listener: 3, underWay: 4, trigger: 5, forgotten: 6 } as const;

/** The claims a capture can break. */
export const CLAIMS = ["containment", "source", "confinement", "resolver", "uplink"] as const;
export type Claim = (typeof CLAIMS)[number];
