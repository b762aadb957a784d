/** What a rule's statements do to the packet itself. */
import { formatAddress } from "../../model/address.js";
import type { SetField, SetMark, Statement } from "../../model/netfilter.js";
import { hex } from "../reasons.js";
import { ctMarkOf } from "./fields.js";
import type { Transit } from "./transit.js";

/** Statements after which the rule goes on. */
export type Change = Extract<Statement, { readonly kind: "mark" | "field" | "notrack" | "helper" | "offload" | "none" }>;

/** Does it. Returns what became of it in words, empty where nothing did. */
export function change(statement: Change, transit: Transit): string {
  switch (statement.kind) {
    case "mark": return changeMark(statement, transit);
    case "field": return changeField(statement, transit);
    case "notrack": return leaveOut(transit);
    default: return "";
  }
}

function changeMark({ target, markBits, ctMarkBits, value }: SetMark, transit: Transit): string {
  const { entry } = transit;
  if (entry === null && (target === "ctMark" || ctMarkBits !== 0)) return "nothing to do: the packet has no conntrack entry";
  const remembered = ctMarkBits === 0 ? 0 : ctMarkOf(transit);
  const result = ((transit.mark & markBits) ^ (remembered & ctMarkBits) ^ value) >>> 0;
  if (target === "ctMark") {
    entry?.setMark(result);
    return `the mark of its conntrack entry becomes ${hex(result)}`;
  }
  const before = transit.mark;
  transit.mark = result;
  return before === result ? `the mark stays ${hex(result)}` : `the mark ${hex(before)} becomes ${hex(result)}`;
}

function changeField({ field, mask, value }: SetField, transit: Transit): string {
  const whole = (mask & 0xff) === 0xff;
  const before = whole && !transit.reader.knows(field) ? null : transit.reader.read(field);
  const result = (((before ?? 0) & ~mask) ^ value) & 0xff;
  transit.set(field, result);
  return before === result ? `${field} stays ${hex(result)}` : `${field} becomes ${hex(result)}`;
}

/** What has an entry keeps it (notrack_tg, nft_notrack_eval). */
function leaveOut(transit: Transit): string {
  if (transit.entry !== null) return "nothing to do: the packet has a conntrack entry already";
  transit.untracked = true;
  return "conntrack leaves the packet out";
}

/** `10.0.0.1`, or `?`. */
export function shown(address: Transit["src"]): string {
  return address === null ? "?" : formatAddress(address);
}
