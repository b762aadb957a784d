/** `replay … --explain-frame N`: that frame's packet, walked through the node. */
import type { ShownFrame } from "../core/shown.js";
import { explainer } from "../explain/explain.js";
import { packetOfJson } from "../explain/packet.js";
import { InputError, refuse } from "../model/diagnostic.js";
import type { Node } from "../model/node.js";
import type { Policy } from "../model/policy.js";
import { renderWalk, renderWalkJson } from "../report/walk.js";

/** For the number a person wrote. Throws InputError WP9001 for anything that is no frame's number. */
export function shownFrame(text: string): Shown {
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && number > 0) return new Shown(number);
  return refuse("WP9001", `--explain-frame ${text}`, "is not the number of a frame", "nothing was judged; frames count from 1");
}

/** Takes the frame from the replay and walks it afterwards. */
export class Shown {
  private frame: ShownFrame | null = null;

  constructor(readonly number: number) {}

  readonly take = (frame: ShownFrame): void => { this.frame = frame; };

  /** The walk as text or JSON. Throws InputError WP9003 when there is no packet to walk. */
  walk(node: Node, policy: Policy, json: boolean): string {
    const place = `frame ${this.number}`;
    const nothing = "there is no packet to walk";
    if (this.frame === null) refuse("WP9003", place, "the first capture has fewer frames", nothing);
    const { packet, direction } = this.frame;
    if (packet === null) refuse("WP9003", place, "carries no IP packet that can be read", nothing);
    if (direction === "in") refuse("WP9003", place, "came in; only what leaves is walked", nothing);
    const asked = packetOfJson(JSON.stringify(packet), place);
    if ("error" in asked) throw new InputError(asked.error);
    const walk = explainer(node, policy).explain(asked.packet);
    return json ? renderWalkJson(walk) : renderWalk(walk);
  }
}
