/** Where the model and what was seen part, as findings of a replay's report. */
import type { Observed } from "../core/observed.js";
import { timeText } from "../core/findings.js";
import { formatAddress } from "../model/address.js";
import type { Because, Finding } from "../model/report.js";
import type { Modelled, Part } from "./lens.js";
import type { Disagreement } from "./observed.js";

/** One finding for each service, device and thing that differs, by its first frame. `captures`: their paths. */
export function modelFindings(disagreements: readonly Disagreement[], captures: readonly string[]): Finding[] {
  const groups = new Map<string, Disagreement[]>();
  for (const one of disagreements) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = [...group].sort((a, b) => a.seen.seconds - b.seen.seconds || a.seen.nanos - b.seen.nanos);
    return first === undefined ? [] : [findingOf(first, group, captures)];
  });
}

/** Everything but the sender's port and what of the flow is known. */
function keyOf({ part, seen, modelled }: Disagreement): string {
  const { hook, dev, src, dst, proto, dport, icmpType, mark, uid, gid } = seen;
  return JSON.stringify([part, hook, dev, formatAddress(src), formatAddress(dst), proto, dport, icmpType, mark, uid, gid, modelled.dev, modelled.mark, modelled.src]);
}

const CLAIMS = { device: "containment", mark: "source", source: "source" } as const satisfies Record<Part, Finding["claim"]>;

const WHAT: Readonly<Record<Part, string>> = {
  device: "The node's rules and routes, as they were collected, send this packet another way than it was seen to take.",
  mark: "No sender that the state tells of, and no rule of the firewall, gives this packet the mark it was seen with.",
  source: "The node's state gives this packet another source address than it was seen with.",
};

function findingOf({ seen, part, modelled, ifBound }: Disagreement, group: readonly Disagreement[], captures: readonly string[]): Finding {
  const sum = (of: (each: Observed) => number): number => group.reduce((total, each) => total + of(each.seen), 0);
  const path = captures[seen.capture] ?? "";
  return {
    claim: CLAIMS[part],
    id: `model:${part}`,
    class: "undetermined",
    reason: null,
    known: null,
    accepted: false,
    frames: sum(({ frames }) => frames),
    bytes: sum(({ bytes }) => bytes),
    first: { capture: path, frame: seen.frame, time: timeText(seen.seconds, seen.nanos) },
    flow: { family: seen.family, src: formatAddress(seen.src), dst: formatAddress(seen.dst), proto: seen.proto, sport: seen.sport, dport: seen.dport },
    attributed: { mark: seen.mark, uid: seen.uid, gid: seen.gid },
    because: [
      { station: "observed", text: `in ${HOOKS[seen.hook]}: ${viewText({ dev: seen.dev, src: formatAddress(seen.src), mark: seen.mark })}`, at: path },
      { station: "modelled", text: modelled.dev === null ? `not there: ${modelled.fate}` : viewText(modelled), at: "explain" },
      ...modelled.because.map(({ station, text, at }): Because => ({ station, text, at: at ?? "explain" })),
    ],
    what: WHAT[part],
    todo: ifBound
      ? `Find out whether its socket is bound to ${seen.dev ?? "a device"} (SO_BINDTODEVICE), which would explain it and which the state does not show; else collect the state and the capture at one time.`
      : "Collect the state and the capture at one time: routes, addresses or rules were others when the packet was sent. If they were not, please report it: then the model is wrong.",
  };
}

const HOOKS: Readonly<Record<Observed["hook"], string>> = { output: "OUTPUT", postrouting: "POSTROUTING" };

function viewText({ dev, src, mark }: Pick<Modelled, "dev" | "src" | "mark">): string {
  return [`on ${dev ?? "no device"}`, ...(src === null ? [] : [`source ${src}`]), ...(mark === null ? [] : [`mark 0x${mark.toString(16)}`])].join(", ");
}

/** Adds to a finding about a foreign source what gave its packet the mark. `rules` as lateRules() tells them. */
export function withLateRules(finding: Finding, rules: Modelled["because"]): Finding {
  const lines = rules.map(({ station, text, at }): Because => ({ station, text, at: at ?? "explain" }));
  const none: Because = { station: "socket", text: "no rule of the firewall sets this mark: the socket was marked after its source was chosen, or is bound to it", at: finding.first.capture };
  return { ...finding, because: [...finding.because, ...(lines.length > 0 ? lines : [none])] };
}
