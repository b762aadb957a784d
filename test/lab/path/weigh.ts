/** A trial's packets beside what a subject tells of them. */
import { differences, isUnseen, kindOf, type Told } from "./compare.js";
import type { Subject } from "./subject.js";
import type { Trial } from "./trial.js";
import type { PathPacket, Sighting } from "./words.js";

export interface Disagreement extends Sighting {
  /** The packet that was sent: itself, or what the kernel answered. */
  readonly sent: PathPacket;
  readonly told: readonly Told[];
  readonly kind: string;
}

export interface Weighed {
  readonly disagreements: readonly Disagreement[];
  /** Why a packet was not compared, once for each. */
  readonly leftOut: readonly string[];
  /** What several answers hang on, once for each packet that has them. */
  readonly open: readonly string[];
  readonly unseen: readonly string[];
}

/** Compares all sightings. One of several answers has to be what was seen. */
export async function weigh({ setup, state, sightings }: Trial, subject: Subject): Promise<Weighed> {
  const replies = await subject.answer(state, sightings);
  const [leftOut, open, unseen]: [string[], string[], string[]] = [[], [], []];
  const remembers = setup.rules.some((rule) => /CONNMARK --(set|save)|ct mark set/.test(rule));
  const disagreements = sightings.flatMap(({ packet, observed, stirred }, i): Disagreement[] => {
    const reply = replies[i] ?? { told: [], open: [] };
    const reason = observed.call === "bind" ? "the address is refused to the socket" : isStranger(sentFor(packet, sightings)) ? "what went before it left another flow than its own" : "leftOut" in reply ? reply.leftOut : null;
    if (reason !== null || "leftOut" in reply) {
      leftOut.push(reason ?? "");
      return [];
    }
    if (reply.open.length > 0) open.push(reply.open.join(" and "));
    const parts = reply.told.map((told) => differences(observed, told));
    const fitting = reply.told.filter((_, at) => parts[at]?.length === 0);
    if (fitting.length > 0 && fitting.every((told) => isUnseen(observed, told))) unseen.push(`${packet.origin} ${packet.proto === 6 ? "TCP" : packet.proto === 17 ? "UDP" : "ICMP"} in ${observed.lost?.place ?? "nowhere"}`);
    if (fitting.length > 0) return [];
    if (reply.told.some(({ disposition }) => disposition === "undetermined")) {
      leftOut.push(`the walk does not tell: ${reply.open.join(" and ") || "text that is not modelled"}`);
      return [];
    }
    if (stirred === true && remembers) {
      leftOut.push("what the kernel sent before it may have marked its flow");
      return [];
    }
    const [first = { disposition: "no answer", egress: null }] = reply.told;
    return [{ packet, observed, sent: sentFor(packet, sightings), told: reply.told, kind: `${packet.origin} IPv${packet.family} ${kindOf(observed, first, parts[0] ?? ["answer"])}` }];
  });
  return { disagreements, leftOut, open, unseen };
}

/** An answer that conntrack does not take for one: the first packet was translated or lost, and its entry, of which no question tells, may stand in the way of a new one. */
function isStranger({ before: [first] = [], src, ct }: PathPacket): boolean {
  return first !== undefined && first.src !== src && ct !== "reply";
}

/** What set it all off. */
function sentFor(packet: PathPacket, sightings: readonly Sighting[]): PathPacket {
  const cause = packet.answerTo === undefined ? undefined : sightings[packet.answerTo];
  return cause === undefined ? packet : sentFor(cause.packet, sightings);
}
