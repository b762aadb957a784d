/** /etc/group and /etc/passwd: names and their numbers. */
import { unsigned } from "./values.js";
import { eachStatement } from "./lines.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** Name -> gid or uid, the third field of both files. The first line of a name counts, as for getgrnam(3). */
export function parseAccounts(text: string, file: "group" | "passwd"): Parsed<ReadonlyMap<string, number>> {
  const remarks = new Remarks(file);
  const accounts = new Map<string, number>();
  // `+` and `-` lines ask a network directory. A message shows the name only: the second field may be a password.
  eachStatement(text, remarks, "#+-", (line, at) => {
    const [name = "", , digits = ""] = line.split(":", 3);
    const id = /^\d+$/.test(digits) ? unsigned(digits) : null;
    if (name === "" || id === null) remarks.say("WP1301", at, `the line of ${show(name)} cannot be read`, "its number is not known");
    else if (!accounts.has(name)) accounts.set(name, id);
  });
  return { value: accounts, diagnostics: remarks.list() };
}
