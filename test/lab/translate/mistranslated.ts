/** Rules that iptables-translate 1.8.9 turns into other rules: what nft is told is not what iptables was told, so their walks cannot be compared. Each has its proof. */
import { type Proof, SENT } from "./proof.js";

export interface Mistranslation {
  readonly name: string;
  /** `rule` as iptables-save prints it, `nft` as the translator says it. */
  readonly isWrong: (rule: string, nft: string) => boolean;
  readonly proofs: readonly Proof[];
}

export const MISTRANSLATIONS: readonly Mistranslation[] = [
  {
    // libxt_udp.c, udp_xlate(): the destination port is inverted when the source port is.
    name: "! --dport of udp is not inverted",
    isWrong: (rule, nft) => / -m udp /.test(rule) && / ! --dport /.test(rule) !== /udp dport != /.test(nft),
    proofs: [{ family: 4, chain: "OUTPUT", rule: "-p udp -m udp ! --dport 53 -j DROP", packet: SENT }],
  },
  {
    // libxt_conntrack.c: `ct status` is said for SNAT and DNAT, without the other states and without the inversion.
    name: "--ctstate with SNAT or DNAT loses its inversion and the other states",
    isWrong: (rule, nft) => /--ctstate \S*[SD]NAT/.test(rule) && /ct status [sd]nat /.test(nft) && /! --ctstate|--ctstate \S+,/.test(rule),
    proofs: [{ family: 4, chain: "OUTPUT", rule: "-m conntrack ! --ctstate DNAT -j DROP", packet: SENT }],
  },
  {
    // libxt_CONNMARK.c: (mark & ~nfmask) is forgotten.
    name: "CONNMARK with a mask clears the other bits",
    isWrong: (rule, nft) => /-j CONNMARK --(?:save|restore)-mark/.test(rule) && /set (?:ct )?mark and 0x[0-9a-f]+\s*(?:comment|$)/.test(nft),
    proofs: [{ family: 4, chain: "OUTPUT", rule: "-j CONNMARK --restore-mark --nfmask 0x3 --ctmask 0x3", packet: { ...SENT, mark: 0x100 } }],
  },
];

/** null: the translation says what the rule says. */
export function mistranslation(rule: string, nft: string): string | null {
  return MISTRANSLATIONS.find(({ isWrong }) => isWrong(rule, nft))?.name ?? null;
}
