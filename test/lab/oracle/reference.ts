/** The readable walk of src/explain as a subject: what it finds, in the words of RTM_GETROUTE. */
import { everyRun } from "../../../src/explain/choices.js";
import type { OpenField } from "../../../src/explain/classes.js";
import { type Ground, groundOf } from "../../../src/explain/fib.js";
import { routeInput } from "../../../src/explain/input.js";
import { ANY4 } from "../../../src/explain/own.js";
import { isStrict, lookupOutput, type Output, type Way } from "../../../src/explain/output.js";
import { hasPorts, type Question, Reader } from "../../../src/explain/question.js";
import { source6 } from "../../../src/explain/source.js";
import { SILENT } from "../../../src/explain/trail.js";
import { type Address, formatAddress, networkWords } from "../../../src/model/address.js";
import { address } from "../../support/nodes.js";
import type { Answer, Found, Hop } from "./answer.js";
import type { Query } from "./query.js";
import type { Scene } from "./scene.js";

export const REFERENCE = {
  answer: ({ node, localTable }: Scene, queries: readonly Query[]): readonly Answer[] => {
    const ground = groundOf(node, [], localTable);
    return queries.map((query) => answerOf(ground, query));
  },
};

/** inet_rtm_getroute() takes an IPv4 question without a protocol for one about UDP; IPv6 takes it for protocol 0. */
const UDP = 17;
/** inet6_rtm_getroute(): a packet from outside has no user unless one is given. */
const NOBODY = 0xffffffff;

/** rtm_getroute_parse_ip_proto() knows TCP, UDP and the family's own ICMP. */
function isLookedUp({ family, ipproto = 0 }: Query): boolean {
  return [0, 6, UDP, family === 4 ? 1 : 58].includes(ipproto);
}

/** More next hops than any route here has. */
const CHOICES_MAX = 256;

function answerOf(ground: Ground, query: Query): Answer {
  const question = questionOf(query);
  const forwarded4 = query.family === 4 && query.iif !== undefined;
  if (!isLookedUp(query)) return { error: "EOPNOTSUPP" };
  const { uid = query.family === 6 && query.iif !== undefined ? NOBODY : 0, sport = 0, dport = 0, tos = 0 } = query;
  const ipproto = query.ipproto !== undefined && query.ipproto > 0 ? query.ipproto : query.family === 4 ? UDP : 0;
  // Ports of a packet from outside are read from the packet.
  const unported = forwarded4 && !hasPorts(ipproto);
  const open = new Map<OpenField, number>([["uid", forwarded4 ? 0 : uid], ["proto", ipproto], ["sport", unported ? 0 : sport], ["dport", unported ? 0 : dport], ["tos", tos]]);
  const { runs } = everyRun((choices): Answer => {
    const reader = new Reader(ground, open, query.family, choices);
    const output = query.iif === undefined ? lookupOutput(question, reader, SILENT) : routeInput(question, reader);
    return told(ground, question, output, query.iif !== undefined);
  }, CHOICES_MAX);
  return together(runs.map((run) => run.value));
}

function questionOf({ family, dst, src, mark = 0, oif, iif }: Query): Question {
  const [to, from] = [address(dst), src === undefined ? (family === 4 && iif !== undefined ? ANY4 : null) : address(src)];
  return { family, dst: to, src: from, mark, iif: iif ?? "lo", oif: oif ?? null, strict: isStrict(to, oif ?? null, from, false), owned: true };
}

function told(ground: Ground, question: Question, output: Output, forwarded: boolean): Answer {
  if (output.kind === "unknown") return { error: "unknown" };
  if (output.kind === "error") return { error: output.error };
  const { route, via } = output;
  const source = forwarded ? (question.family === 6 ? (output.route?.prefsrc ?? null) : null) : sourceOf(ground, question, output);
  const table = question.family === 4 && output.table === 255 && ground.fibs[4].merged !== null ? 254 : output.table;
  const metric = route?.metric ?? 0;
  return {
    type: output.type, table, dev: output.dev, ...(via === null ? {} : { via: formatAddress(via) }), ...(source === null ? {} : { prefsrc: formatAddress(source) }),
    ...(route === null ? {} : { prefix: `${formatAddress({ family: question.family, words: networkWords(route.destination) })}/${route.destination.length}` }),
    ...(question.family === 4 && metric === 0 ? {} : { metric }),
  };
}

/** IPv4 tells the source it chose; IPv6 the one it would choose. For packets from outside only what the route names. */
function sourceOf(ground: Ground, { family, dst, src }: Question, output: Way): Address | null {
  if (family === 4) return src === null ? (output.source?.address ?? null) : null;
  return output.route?.prefsrc ?? source6(ground, dst, output.routeDev)?.address ?? null;
}

/** Several runs are one answer: `among` for next hops of one prefix. */
function together(answers: readonly Answer[]): Answer {
  const distinct = [...new Map(answers.map((answer) => [JSON.stringify(answer), answer])).values()];
  const ways = distinct.filter((answer): answer is Found => !("error" in answer));
  const [leading] = ways;
  if (leading === undefined) return distinct[0] ?? { error: "unknown" };
  const hops = ways.filter((way) => isSameEntry(way, leading));
  const others = distinct.filter((answer) => "error" in answer || !isSameEntry(answer, leading));
  // A hop that names no source has none: the answer it stands in must not have one either.
  const first = hops.find((way) => way.prefsrc === undefined) ?? leading;
  const among = hops.map(({ dev, via, prefsrc, metric }): Hop => ({ dev, via: via ?? null, ...(prefsrc === undefined ? {} : { prefsrc }), ...(metric === undefined ? {} : { metric }) }));
  return { ...first, ...(hops.length < 2 ? {} : { among }), ...(others.length === 0 ? {} : { others }) };
}

function isSameEntry(a: Found, b: Found): boolean {
  return a.type === b.type && a.table === b.table && a.prefix === b.prefix;
}
