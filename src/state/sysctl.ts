/** sysctl.txt: `sysctl -a`. */
import { eachStatement } from "./lines.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** Key -> value as printed, white space around it cut. A key that stands twice has its last value. */
export function parseSysctl(text: string): Parsed<ReadonlyMap<string, string>> {
  const remarks = new Remarks("sysctl.txt");
  const settings = new Map<string, string>();
  eachStatement(text, remarks, "#;", (line, at) => {
    const equals = line.indexOf("=");
    const key = equals < 0 ? "" : line.slice(0, equals).trim();
    if (key === "" || /\s/.test(key)) remarks.say("WP1301", at, `is no setting (${show(line)})`, "the kernel's default is taken");
    else settings.set(key, line.slice(equals + 1).trim());
  });
  return { value: settings, diagnostics: remarks.list() };
}
