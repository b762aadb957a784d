/** senders.json: who sends, as whom and with which mark (contract, section 1). */
import type { Sender } from "../model/node.js";
import { eachObject, optionalArray, own, ownText, unsigned } from "./values.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** The processes in the order of the file; null when the text is not a JSON list. A number that is not told is null. */
export function parseSenders(text: string): Parsed<readonly Sender[] | null> {
  const remarks = new Remarks("senders.json");
  const rows = optionalArray(text, remarks);
  const senders: Sender[] = [];
  eachObject(rows ?? [], remarks, (row, at) => {
    const command = ownText(row, "comm");
    if (command === null) {
      remarks.say("WP1102", at, `comm ${show(own(row, "comm"))} cannot be read`, "this sender is not known");
      return;
    }
    const number = (key: string): number | null => {
      const value = own(row, key);
      const read = unsigned(value);
      if (read === null && value !== undefined && value !== null) remarks.say("WP1102", at, `${key} ${show(value)} of ${show(command)} cannot be read`, "it may have any value");
      return read;
    };
    const groups = own(row, "groups");
    const list: readonly unknown[] = Array.isArray(groups) ? groups : [];
    const numbers = list.map((group) => unsigned(group)).filter((group) => group !== null);
    if ((!Array.isArray(groups) && groups !== undefined && groups !== null) || numbers.length < list.length) {
      remarks.say("WP1102", at, `groups of ${show(command)} cannot be read`, "it may be in more groups");
    }
    senders.push({ command, role: ownText(row, "role"), uid: number("uid"), gid: number("gid"), groups: numbers, mark: number("mark"), at });
  });
  return { value: rows === null ? null : senders, diagnostics: remarks.list() };
}
