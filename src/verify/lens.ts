/** The readable walk as a log in a hook would have seen it. */
import type { Observed } from "../core/observed.js";
import { type Explainer, explainer } from "../explain/explain.js";
import type { Packet } from "../explain/packet.js";
import { type Family, formatAddress } from "../model/address.js";
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import type { Case, Walk } from "../model/walk.js";
import { bare, type OutHook, type Point, pointsOf } from "./points.js";

/** Where the model and a packet part. */
export type Part = "device" | "mark" | "source";

/** A packet at a hook, as the model has it; null: it never comes there (dev), or the model does not tell (src, mark). */
export interface Modelled {
  readonly dev: string | null;
  readonly src: string | null;
  readonly mark: number | null;
  /** How the walk ended: `egress`, `noRoute`, `rejected EINVAL`. */
  readonly fate: string;
  /** The deciding lines of the node's own text. */
  readonly because: readonly { readonly station: string; readonly text: string; readonly at: string | null }[];
}

/** What a walk leads to, one view for each case. */
export interface Views {
  readonly views: readonly Modelled[];
  /** Text that was not understood or not collected, or too many cases: the packet may as well look otherwise. */
  readonly open: boolean;
}

/** A node and a policy, with the walks that were prepared for them. */
export class Lens {
  readonly #points = new Map<string, readonly Point[]>();
  readonly #explainers = new Map<Node, Explainer>();
  readonly #bare: Node;
  #walks = 0;

  constructor(readonly node: Node, readonly policy: Policy) {
    this.#bare = bare(node);
  }

  /** How many walks were made so far. */
  get walks(): number {
    return this.#walks;
  }

  /** The packet at every place of the hook where it may have been logged. */
  look(packet: Packet, hook: OutHook): Views {
    const all = this.#pointsOf(packet.family, hook).map((point) => (hook === "output" ? this.#before(point, packet) : this.#behind(point, packet)));
    return { views: all.flatMap(({ views }) => views), open: all.some(({ open }) => open) };
  }

  #behind({ node }: Point, packet: Packet): Views {
    const told = viewsOf(this.#explain(node, packet));
    return { ...told, open: told.open || !this.node.firewall.complete[packet.family] };
  }

  /** OUTPUT's device is that of the first lookup, wherever a reroute leads; rules before the point may have changed the mark. */
  #before(point: Point, packet: Packet): Views {
    const first = viewsOf(this.#explain(this.#bare, packet));
    if (!this.node.firewall.complete[packet.family]) return { ...first, views: first.views.map((view) => ({ ...view, mark: null })) };
    if (!point.marks) return first;
    const marks = viewsOf(this.#explain(point.node, packet));
    return { views: first.views.flatMap((view) => marks.views.map(({ mark }) => ({ ...view, mark }))), open: first.open || marks.open };
  }

  #explain(node: Node, packet: Packet): Walk {
    const known = this.#explainers.get(node) ?? explainer(node, this.policy);
    this.#explainers.set(node, known);
    this.#walks++;
    return known.explain(packet);
  }

  #pointsOf(family: Family, hook: OutHook): readonly Point[] {
    const key = `${family} ${hook}`;
    const known = this.#points.get(key) ?? pointsOf(this.node, family, hook);
    this.#points.set(key, known);
    return known;
  }
}

/** The first thing in which a view differs from what was seen; null: nothing. */
export function partOf({ dev, src, mark }: Modelled, seen: Observed): Part | null {
  if (dev !== seen.dev) return "device";
  if (mark !== null && mark !== seen.mark) return "mark";
  return src === null || src === formatAddress(seen.src) ? null : "source";
}

function viewsOf(walk: Walk): Views {
  const endings: readonly (Walk | Case)[] = walk.cases ?? [walk];
  const told = endings.filter(({ disposition }) => disposition !== "undetermined" && disposition !== "depends");
  return { views: told.map((ending) => viewOf(ending, walk)), open: walk.truncated === true || told.length < endings.length };
}

function viewOf(ending: Walk | Case, walk: Walk): Modelled {
  const { disposition, egress, error } = ending;
  const lines = "because" in ending ? ending.because : walk.stations.filter(({ decides }) => decides).map(({ station, text, at }) => ({ station, text, at }));
  const because = lines.filter(({ station }) => station !== "policy");
  const fate = [disposition, ...(error === undefined ? [] : [error])].join(" ");
  if (egress !== null) return { dev: egress.dev, src: egress.src, mark: egress.mark, fate, because };
  // What stays on the node passes the hooks of its way out on the loopback device.
  return { dev: disposition === "local" ? LOOPBACK : null, src: null, mark: null, fate, because };
}

const LOOPBACK = "lo";
