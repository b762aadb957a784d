/** The fewest rules under which a packet still has two fates. */
import { FAMILIES, type Family } from "../../../src/model/address.js";
import type { Asking } from "./packets.js";
import type { Ruleset, Texts } from "./rulesets.js";
import { type Differing, Sides } from "./sides.js";
import { type Translation, translate } from "./translator.js";

export interface Shrunk {
  readonly ruleset: Ruleset;
  readonly translation: Translation;
  readonly asking: Asking;
  readonly outcome: Differing;
}

/** Halves first, then single rules; the outcome keeps its kind. */
export function shrink(ruleset: Ruleset, translation: Translation, asking: Asking, first: Differing): Shrunk {
  let best: Shrunk = { ruleset, translation, asking, outcome: first };
  const attempt = (fewer: Texts): void => {
    const again = { ...ruleset, texts: fewer };
    const translated = translate(fewer);
    const outcome = new Sides(again, translated).ask(asking);
    if ((outcome.kind === "kernel" || outcome.kind === "different") && outcome.kind === first.kind && outcome.by === first.by) best = { ruleset: again, translation: translated, asking, outcome };
  };
  attempt(translation.saved);
  for (const family of FAMILIES) if (family !== asking.line["family"] && best.ruleset.texts[family] !== "") attempt({ ...best.ruleset.texts, [family]: "" });
  for (const family of FAMILIES) {
    for (let size = Math.max(1, rulesOf(best.ruleset.texts[family]).length >> 1); size >= 1; size >>= 1) {
      for (let at = rulesOf(best.ruleset.texts[family]).length - size; at >= 0; at -= size) attempt({ ...best.ruleset.texts, [family]: without(best.ruleset.texts, family, at, size) });
    }
  }
  return best;
}

function rulesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("-A "));
}

function without(texts: Texts, family: Family, at: number, size: number): string {
  let number = 0;
  return texts[family].split("\n").filter((line) => {
    if (!line.startsWith("-A ")) return true;
    const i = number++;
    return i < at || i >= at + size;
  }).join("\n");
}
