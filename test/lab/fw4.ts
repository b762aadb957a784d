/** The same firewall in nft's words, shaped as OpenWrt's fw4 makes it: one inet table, zone chains, a route chain for marks. */
import { type Settings, VPN_GROUP } from "./settings.js";
import { VPN_PORT } from "./world.js";

const FROM_MESH = "icmpv6 type { echo-request, echo-reply, destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } limit rate 1000/second accept";

/** Base chains of the filter. */
const HOOKS = `  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept comment "!fw4: Accept traffic from loopback"
    ct state vmap { established : accept, related : accept } comment "!fw4: Handle inbound flows"
    tcp flags & (fin | syn | rst | ack) == syn jump syn_flood comment "!fw4: Rate limit TCP syn packets"
    iifname "br-wan" jump input_wan comment "!fw4: Handle wan IPv4/IPv6 input traffic"
    iifname "br-client" jump input_mesh comment "!fw4: Handle mesh IPv4/IPv6 input traffic"
    iifname "local-node" jump input_loc_client comment "!fw4: Handle loc_client IPv4/IPv6 input traffic"
    jump handle_reject
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { established : accept, related : accept } comment "!fw4: Handle forwarded flows"
    iifname "br-wan" jump forward_wan comment "!fw4: Handle wan IPv4/IPv6 forward traffic"
    iifname { "br-client", "local-node" } jump forward_mesh comment "!fw4: Handle mesh IPv4/IPv6 forward traffic"
    jump handle_reject
  }
  chain output {
    type filter hook output priority filter; policy accept;
    oif "lo" accept comment "!fw4: Accept traffic towards loopback"
    ct state vmap { established : accept, related : accept } comment "!fw4: Handle outbound flows"
    oifname "br-wan" jump accept_to_wan comment "!fw4: Handle wan IPv4/IPv6 output traffic"
  }
`;

/** What may come in. */
const ZONES = `  chain handle_reject {
    meta l4proto tcp reject with tcp reset comment "!fw4: Reject TCP traffic"
    reject with icmpx type port-unreachable comment "!fw4: Reject any other traffic"
  }
  chain syn_flood {
    limit rate 25/second burst 50 packets return comment "!fw4: Accept SYN packets below rate-limit"
    drop comment "!fw4: Drop excess packets"
  }
  chain input_wan {
    meta nfproto ipv4 udp dport 68 accept comment "!fw4: Allow-DHCP-Renew"
    icmp type echo-request accept comment "!fw4: Allow-Ping"
    meta nfproto ipv4 meta l4proto igmp accept comment "!fw4: Allow-IGMP"
    meta nfproto ipv6 udp dport 546 accept comment "!fw4: Allow-DHCPv6"
    ip6 saddr fe80::/10 icmpv6 type . icmpv6 code { mld-listener-query . no-route, mld-listener-report . no-route, mld-listener-done . no-route, mld2-listener-report . no-route } accept comment "!fw4: Allow-MLD"
    ${FROM_MESH} comment "!fw4: Allow-ICMPv6-Input"
    tcp dport 22 accept comment "!fw4: wan_ssh"
    jump handle_reject
  }
  chain input_mesh {
    ${FROM_MESH}
    tcp dport 22 accept comment "!fw4: mesh_ssh"
    jump handle_reject
  }
  chain input_loc_client {
    ${FROM_MESH}
    icmp type echo-request accept
    tcp dport { 22, 53 } accept
    udp dport 53 accept comment "!fw4: client_dns"
    jump handle_reject
  }
`;

/** Text for `nft -f`. */
export function fw4(settings: Settings): string {
  return `table inet fw4 {\n${HOOKS}${ZONES}${forwards(settings)}${others(settings)}}\n`;
}

/** What may pass. */
function forwards(settings: Settings): string {
  return `  chain forward_wan {
    icmpv6 type { echo-request, echo-reply, destination-unreachable, packet-too-big, time-exceeded, parameter-problem } limit rate 1000/second accept comment "!fw4: Allow-ICMPv6-Forward"
    jump handle_reject
  }
  chain forward_mesh {
    ${settings.forward === "ACCEPT" ? 'jump accept_to_wan comment "!fw4: Accept mesh to wan forwarding"' : ""}
    jump handle_reject
  }
  chain accept_to_wan {
    meta nfproto ipv4 oifname "br-wan" ct state invalid drop comment "!fw4: Prevent NAT leakage"
    oifname "br-wan" accept comment "!fw4: accept wan IPv4/IPv6 traffic"
  }
`;
}

/** Translation, marks, taps, and the guard of a hardened node. */
function others(settings: Settings): string {
  return `  chain dns_redirect {
    type nat hook output priority -100; policy accept;
    oif "lo" ip daddr 127.0.0.1 udp dport 53 meta skgid ${VPN_GROUP.gid} dnat ip to 127.0.0.1:54
  }
  chain srcnat {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "br-wan" meta nfproto ipv4 masquerade comment "!fw4: Masquerade IPv4 wan traffic"
  }
  chain mangle_output {
    type route hook output priority mangle; policy accept;
    log prefix "OUT" group 6 queue-threshold 1
    ${settings.lateMark ? `udp dport ${VPN_PORT} meta skgid ${VPN_GROUP.gid} meta mark set meta mark | 1\n    udp dport 53 meta skuid 0 meta mark set meta mark | 1` : ""}
  }
  chain mangle_forward {
    type filter hook forward priority mangle; policy accept;
    oifname "br-wan" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu comment "!fw4: Zone wan IPv4/IPv6 egress MTU fixing"
  }
  chain mangle_postrouting {
    type filter hook postrouting priority mangle; policy accept;
    ${settings.hardened ? 'oifname "br-wan" jump wan_guard' : ""}
    oifname "br-wan" log prefix "WAN" group 5 queue-threshold 1
  }
  chain wan_guard {
    meta mark & 1 == 1 udp dport { 53, ${VPN_PORT} } return
    meta mark & 1 == 1 tcp dport 53 return
    udp sport 68 udp dport 67 return
    udp sport 546 udp dport 547 return
    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, mld-listener-done, mld2-listener-report } return
    meta l4proto igmp return
    drop
  }
`;
}
