/** Names for what a capture may turn out to be: other file formats by their first bytes, link types by number. */

/** A file format that is recognised but not read. `remedy` is a whole consequence for a diagnostic. */
export interface ForeignFormat {
  readonly name: string;
  readonly remedy: string;
}

const TCPDUMP = "convert it with: tcpdump -r X -w Y.pcap";

/** First bytes in hex -> format. */
const FORMATS: Readonly<Record<string, ForeignFormat>> = {
  "0a0d0d0a": { name: "a pcapng capture", remedy: TCPDUMP },
  "1f8b": { name: "a gzip file", remedy: "unpack it with: gzip -dc X > Y.pcap" },
  "28b52ffd": { name: "a zstd file", remedy: "unpack it with: zstd -dc X > Y.pcap" },
  "425a68": { name: "a bzip2 file", remedy: "unpack it with: bzip2 -dc X > Y.pcap" },
  "fd377a58": { name: "an xz file", remedy: "unpack it with: xz -dc X > Y.pcap" },
  "504b0304": { name: "a zip archive", remedy: "unpack it first" },
  a1b2cd34: { name: "a pcap capture with Kuznetsov's longer records", remedy: TCPDUMP },
  "34cdb2a1": { name: "a pcap capture with Kuznetsov's longer records", remedy: TCPDUMP },
  "736e6f6f": { name: "a snoop capture", remedy: "convert it with: editcap -F pcap X Y.pcap" },
};

/** The format whose first bytes begin `hex` (lower-case, the first four bytes of the file); null when it is none of these. */
export function foreignFormat(hex: string): ForeignFormat | null {
  const found = Object.entries(FORMATS).find(([magic]) => hex.startsWith(magic));
  return found === undefined ? null : found[1];
}

/** tcpdump.org/linktypes.html, those one meets on routers. */
const LINK_NAMES: Readonly<Record<number, string>> = {
  0: "NULL",
  1: "EN10MB",
  6: "IEEE802_5",
  9: "PPP",
  12: "RAW",
  50: "PPP_HDLC",
  51: "PPP_ETHER",
  101: "RAW",
  105: "IEEE802_11",
  108: "LOOP",
  113: "LINUX_SLL",
  127: "IEEE802_11_RADIOTAP",
  147: "USER0",
  192: "PPI",
  195: "IEEE802_15_4_WITHFCS",
  220: "USB_LINUX_MMAPPED",
  228: "IPV4",
  229: "IPV6",
  239: "NFLOG",
  253: "NETLINK",
  276: "LINUX_SLL2",
};

/** `LINUX_SLL2`, or "no name known" for a number that is not in the table. */
export function linkTypeName(linkType: number): string {
  return LINK_NAMES[linkType] ?? "no name known";
}
