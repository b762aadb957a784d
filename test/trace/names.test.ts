import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Address, formatAddress, parseAddress } from "../../src/model/address.js";
import { ADDRESSES_MAX, type DnsPacket, NAMES_MAX, NameMemory, PENDING_MAX } from "../../src/trace/names.js";
import { type DnsAnswer, type DnsQuery, type DnsRecord, dnsAnswer, dnsQuery, overTcp } from "../support/messages.js";
import { join } from "../support/packets.js";

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

const NODE = "192.0.2.62";
const SERVER = "192.0.2.1";
const own = (a: Address): boolean => formatAddress(a) === NODE || formatAddress(a) === "2001:db8::62";

interface Wire {
  readonly proto?: 6 | 17;
  readonly src?: string;
  readonly dst?: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly cut?: boolean;
}

function packet(payload: Uint8Array, { proto = 17, src = NODE, dst = SERVER, sport = 40000, dport = 53, cut = false }: Wire): DnsPacket {
  const from = address(src);
  return { proto, family: from.family, src: from, dst: address(dst), sport, dport, payload, cut };
}
const asked = (query: DnsQuery, wire: Wire = {}): DnsPacket => packet(dnsQuery(query), wire);
const answered = (answer: DnsAnswer, wire: Wire = {}): DnsPacket => packet(dnsAnswer(answer), { src: SERVER, dst: NODE, sport: 53, dport: 40000, ...wire });

const A: DnsRecord = { type: "A", data: "198.51.100.10" };
const NAME = "gw1.example";

/** `name/family: addresses`, with `?` when incomplete. */
function told(memory: NameMemory): string[] {
  return memory.resolutions().map((r) => `${r.name}/${r.family}${r.complete ? "" : "?"}: ${r.addresses.map(formatAddress).join(" ")}`.trimEnd());
}
function after(...packets: readonly DnsPacket[]): string[] {
  const memory = new NameMemory(own);
  for (const p of packets) memory.see(p);
  return told(memory);
}
const RESOLVED = ["gw1.example/4: 198.51.100.10"];

test("an answer to the node's question resolves the name", () => {
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers: [A] })), RESOLVED);
});

test("an answer to no question does not count", () => {
  assert.equal(after(answered({ name: NAME, answers: [A] })), []);
});

test("an answer before its question does not count", () => {
  assert.equal(after(answered({ name: NAME, answers: [A] }), asked({ name: NAME })), []);
});

test("a question that is not the node's own does not count", () => {
  assert.equal(after(asked({ name: NAME }, { src: "192.0.2.99" }), answered({ name: NAME, answers: [A] }, { dst: "192.0.2.99" })), []);
});

for (const [what, query, answer, wire] of [
  ["another id", {}, { id: 2 }, {}],
  ["another name", {}, { name: "gw2.example" }, {}],
  ["another type", {}, { type: "AAAA" }, {}],
  ["another server", {}, {}, { src: "192.0.2.2" }],
  ["another port of the node", {}, {}, { dport: 40001 }],
  ["another own address", {}, {}, { dst: "192.0.2.63" }],
  ["another protocol", {}, {}, { proto: 6 }],
  ["class CHAOS", { class: 3 }, { class: 3 }, {}],
] as const) {
  test(`an answer with ${what} does not count`, () => {
    assert.equal(after(asked({ name: NAME, ...query }), answered({ name: NAME, answers: [A], ...answer }, wire)), []);
  });
}

test("a question in mixed case is the same question", () => {
  assert.equal(after(asked({ name: "gW1.eXample" }), answered({ name: "GW1.example", answers: [A] })), RESOLVED);
});

test("A resolves IPv4 and AAAA resolves IPv6, each on its own", () => {
  const six: DnsRecord = { type: "AAAA", data: "2001:db8:100::10" };
  const packets = [asked({ id: 1, name: NAME }), asked({ id: 2, name: NAME, type: "AAAA" }), answered({ id: 2, name: NAME, type: "AAAA", answers: [six] }), answered({ id: 1, name: NAME, answers: [A] })];
  assert.equal(after(...packets), ["gw1.example/6: 2001:db8:100::10", ...RESOLVED]);
});

test("an address of the family that was not asked for does not count", () => {
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers: [{ type: "AAAA", data: "2001:db8::1" }] })), ["gw1.example/4:"]);
});

test("questions over IPv6 count alike", () => {
  const ends = { src: "2001:db8::62", dst: "2001:db8::1" };
  assert.equal(after(asked({ name: NAME }, ends), answered({ name: NAME, answers: [A] }, { src: ends.dst, dst: ends.src })), RESOLVED);
});

test("addresses of all answers add up, each once", () => {
  const b: DnsRecord = { type: "A", data: "198.51.100.11" };
  const packets = [[A], [b, A]].flatMap((answers, id) => [asked({ id, name: NAME }), answered({ id, name: NAME, answers })]);
  assert.equal(after(...packets), ["gw1.example/4: 198.51.100.10 198.51.100.11"]);
});

test("a question is answered once", () => {
  const forged = answered({ name: NAME, answers: [{ type: "A", data: "203.0.113.66" }] });
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers: [A] }), forged), RESOLVED);
});

test("a name that does not exist is answered with no addresses", () => {
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, rcode: 3 })), ["gw1.example/4:"]);
});

test("a name without addresses of the family is answered with none", () => {
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME })), ["gw1.example/4:"]);
});

test("a server that fails or refuses has not answered", () => {
  for (const rcode of [1, 2, 5]) assert.equal(after(asked({ name: NAME }), answered({ name: NAME, rcode, answers: [A] })), []);
});

test("a truncated answer does not count, the one over TCP does", () => {
  const overUdp = [asked({ name: NAME }), answered({ name: NAME, truncated: true, answers: [A] })];
  assert.equal(after(...overUdp), []);
  const tcp = { proto: 6, sport: 41000 } as const;
  const back = { proto: 6, src: SERVER, dst: NODE, sport: 53, dport: 41000 } as const;
  assert.equal(after(...overUdp, packet(overTcp(dnsQuery({ name: NAME })), tcp), packet(overTcp(dnsAnswer({ name: NAME, answers: [A] })), back)), RESOLVED);
});

const TCP = { proto: 6 } as const;
const TCP_BACK = { proto: 6, src: SERVER, dst: NODE, sport: 53, dport: 40000 } as const;
const QUERY = overTcp(dnsQuery({ name: NAME }));
const ANSWER = overTcp(dnsAnswer({ name: NAME, answers: [A] }));

test("several messages in one segment are all read", () => {
  const second = { id: 2, name: "gw2.example" };
  const queries = overTcp(dnsQuery({ name: NAME }), dnsQuery(second));
  const answers = overTcp(dnsAnswer({ ...second, answers: [A] }), dnsAnswer({ name: NAME, answers: [A] }));
  assert.equal(after(packet(queries, TCP), packet(answers, TCP_BACK)), ["gw2.example/4: 198.51.100.10", ...RESOLVED]);
});

test("a segment that holds anything else than whole messages is not read", () => {
  for (const segment of [ANSWER.subarray(2), ANSWER.subarray(0, -1), join(ANSWER, [0]), join(ANSWER, ANSWER.subarray(0, 9)), new Uint8Array(0), new Uint8Array(1)]) {
    assert.equal(after(packet(QUERY, TCP), packet(segment, TCP_BACK)), []);
  }
  assert.equal(after(packet(QUERY, TCP), packet(ANSWER, TCP_BACK)), RESOLVED);
});

test("aliases lead to addresses, whatever the order of the records", () => {
  const answers: DnsRecord[] = [
    { name: "c.example", type: "A", data: "198.51.100.10" },
    { name: "b.example", type: "CNAME", data: "c.example" },
    { type: "CNAME", data: "b.example" },
  ];
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers })), RESOLVED);
});

test("an address of a name that no alias leads to does not count", () => {
  const stray: DnsRecord = { name: "other.example", type: "A", data: "203.0.113.1" };
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers: [stray, A] })), RESOLVED);
});

test("aliases in a circle end with no addresses", () => {
  const answers: DnsRecord[] = [{ type: "CNAME", data: "b.example" }, { name: "b.example", type: "CNAME", data: NAME }];
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers })), ["gw1.example/4:"]);
});

function chain(length: number): DnsRecord[] {
  const links = Array.from({ length }, (_, i): DnsRecord => ({ name: i === 0 ? NAME : `c${i}.example`, type: "CNAME", data: `c${i + 1}.example` }));
  return [...links, { name: `c${length}.example`, type: "A", data: A.data }];
}

test("sixteen aliases are followed, the seventeenth makes the answer incomplete", () => {
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers: chain(16) })), RESOLVED);
  assert.equal(after(asked({ name: NAME }), answered({ name: NAME, answers: chain(17) })), ["gw1.example/4?:"]);
});

test("an answer the capture cut short is incomplete and keeps what was whole", () => {
  const bytes = dnsAnswer({ name: NAME, answers: [A, { type: "A", data: "198.51.100.11" }] });
  const cut = packet(bytes.subarray(0, -2), { src: SERVER, dst: NODE, sport: 53, dport: 40000, cut: true });
  assert.equal(after(asked({ name: NAME }), cut), ["gw1.example/4?: 198.51.100.10"]);
});

test("incomplete once is incomplete for good", () => {
  const packets = [asked({ id: 1, name: NAME }), answered({ id: 1, name: NAME, answers: [A] }, { cut: true }), asked({ id: 2, name: NAME }), answered({ id: 2, name: NAME, answers: [A] })];
  assert.equal(after(...packets), ["gw1.example/4?: 198.51.100.10"]);
});

test("wanted names are told from others, in any case and with a final dot", () => {
  const memory = new NameMemory(own, ["GW1.example."]);
  for (const name of ["gw2.example", NAME]) {
    memory.see(asked({ name }));
    memory.see(answered({ name, answers: [A] }));
  }
  assert.equal(told(memory), RESOLVED);
});

test("packets that are no DNS change nothing", () => {
  assert.equal(after(packet(new Uint8Array(0), {}), packet(Uint8Array.of(1, 2, 3), { sport: 53 }), asked({ name: NAME }, { dport: 5353 })), []);
});

test("a response sent to port 53 is no question, a query from port 53 no answer", () => {
  const both = { sport: 53, dport: 53 };
  assert.equal(after(asked({ name: NAME }, both), asked({ name: NAME }, { ...both, src: SERVER, dst: NODE })), []);
  assert.equal(after(asked({ name: NAME }, both), answered({ name: NAME, answers: [A] }, both)), RESOLVED);
});

/** Questions of another port that are never answered; two ports would hold all ids between them. */
function fill(memory: NameMemory, count: number): void {
  const query = asked({ name: "other.example" }, { sport: 50000 });
  for (let id = 0; id < count; id++) {
    query.payload.set([id >> 8, id & 255]);
    memory.see(query);
  }
}

test("the oldest waiting question is dropped for a new one, and that is counted", () => {
  const memory = new NameMemory(own);
  memory.see(asked({ id: 1, name: NAME }));
  memory.see(asked({ id: 2, name: NAME }));
  fill(memory, PENDING_MAX - 1);
  assert.is(memory.forgotten, 1);
  memory.see(answered({ id: 1, name: NAME, answers: [A] }));
  assert.equal(told(memory), []);
  memory.see(answered({ id: 2, name: NAME, answers: [A] }));
  assert.equal(told(memory), RESOLVED);
});

test("a question that is repeated counts as young", () => {
  const memory = new NameMemory(own);
  memory.see(asked({ id: 1, name: NAME }));
  memory.see(asked({ id: 2, name: NAME }));
  memory.see(asked({ id: 1, name: NAME }));
  fill(memory, PENDING_MAX - 1);
  memory.see(answered({ id: 1, name: NAME, answers: [A] }));
  assert.equal(told(memory), RESOLVED);
});

test("names beyond the limit are counted as forgotten", () => {
  const memory = new NameMemory(own);
  for (let i = 0; i <= NAMES_MAX; i++) {
    memory.see(asked({ name: `n${i}.example` }));
    memory.see(answered({ name: `n${i}.example`, answers: [A] }));
  }
  assert.equal([memory.resolutions().length, memory.forgotten], [NAMES_MAX, 1]);
});

test("addresses beyond the limit leave the name incomplete", () => {
  const memory = new NameMemory(own);
  for (let i = 0; i <= ADDRESSES_MAX; i++) {
    memory.see(asked({ name: NAME }));
    memory.see(answered({ name: NAME, answers: [{ type: "A", data: `10.0.${i >> 8}.${i & 255}` }] }));
  }
  const [only] = memory.resolutions();
  assert.equal([only?.addresses.length, only?.complete, memory.forgotten], [ADDRESSES_MAX, false, 1]);
});

test.run();
