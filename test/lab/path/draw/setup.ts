/** A setup of a seed: routing, rules of a backend, sockets that wait. */
import { Draft } from "../../oracle/draft.js";
import type { Backend } from "../ruleset.js";
import type { Setup } from "../trial.js";
import { drawIptables } from "./iptables.js";
import { drawNft } from "./nft.js";
import { GIDS, MARKS, UIDS } from "./packets.js";
import { drawRouting } from "./routing.js";

/** `bare`: no rule at all. */
export function drawSetup(backend: Backend, seed: number, bare: boolean): Setup {
  const draft = new Draft(seed);
  const lines = drawRouting(draft);
  const rules = bare ? [] : backend === "nft" ? drawNft(draft) : drawIptables(draft);
  const owner = (): string => `uid=${draft.pick(UIDS)} gid=${draft.pick(GIDS)}${draft.maybe(4, () => `mark=${draft.pick(MARKS)}`)}`;
  const listeners = ["0.0.0.0", "::"].flatMap((src) => [`proto=tcp src=${src} port=80 ${owner()}`, `proto=tcp src=${src} port=54 ${owner()}`, `proto=udp src=${src} port=54 ${owner()}`]);
  return { backend, rules, lines, listeners };
}
