/** What a rule's statements do to the packets themselves, wherever they go then. */
import type { SetField, SetMark, Statement } from "../model/netfilter.js";
import { type Bdd, type Edge, TRUE } from "./bdd.js";
import { chooseWords, type Words } from "./flow.js";
import { constantWord, mixWords } from "./word.js";

/** Statements after which the rule goes on. */
export type Change = Extract<Statement, { readonly kind: "mark" | "field" | "notrack" | "helper" | "offload" | "none" }>;

/** The words behind a statement that the packets of `on` come to; the same ones where nothing changes. */
export function changed(bdd: Bdd, statement: Change, on: Edge, words: Words): Words {
  switch (statement.kind) {
    case "mark": return marked(bdd, statement, on, words);
    case "field": return chooseWords(bdd, on, rewritten(bdd, statement, words), words);
    // What has an entry keeps it (notrack_tg, nft_notrack_eval).
    case "notrack": return chooseWords(bdd, bdd.minus(on, words.tracked), { ...words, untracked: TRUE }, words);
    default: return words;
  }
}

/** Only where there is an entry, if the statement needs one. */
function marked(bdd: Bdd, statement: SetMark, on: Edge, words: Words): Words {
  const needsEntry = statement.target === "ctMark" || statement.ctMarkBits !== 0;
  const set = mixWords(bdd, words.mark, words.ctMark, statement);
  return chooseWords(bdd, needsEntry ? bdd.and(on, words.tracked) : on, { ...words, [statement.target]: set }, words);
}

function rewritten(bdd: Bdd, { field, mask, value }: SetField, words: Words): Words {
  const set = mixWords(bdd, words[field], constantWord(0), { markBits: ~mask & 0xff, ctMarkBits: 0, value: value & 0xff });
  return { ...words, [field]: set };
}
