/** wan-resolv.conf and resolv.conf: whom a DNS daemon, or an ordinary process, asks. */
import { parseAddress } from "../model/address.js";
import type { Resolver, UciSection } from "../model/node.js";
import { eachStatement } from "./lines.js";
import { type Parsed, Remarks, show } from "./remarks.js";

/** The `nameserver` lines; other options are not about whom. */
export function parseResolvers(text: string, file: "wan-resolv.conf" | "resolv.conf"): Parsed<readonly Resolver[]> {
  const remarks = new Remarks(file);
  const resolvers: Resolver[] = [];
  eachStatement(text, remarks, "#;", (line, at) => {
    const [word, value = ""] = line.split(/\s+/, 2);
    const resolver = word === "nameserver" ? readResolver(value, at) : null;
    if (resolver !== null) resolvers.push(resolver);
    else if (word === "nameserver") remarks.say("WP1301", at, `nameserver ${show(value)} is no address`, "DNS to it counts as a stranger's");
    else if (!OPTIONS.has(word ?? "")) remarks.say("WP1301", at, `cannot be read (${show(line)})`, "a server that it may name is not known");
  });
  return { value: resolvers, diagnostics: remarks.list() };
}

const OPTIONS = new Set(["search", "domain", "options", "sortlist"]);

/** `fe80::1%br-wan`: the zone is the device. */
function readResolver(text: string, at: string): Resolver | null {
  const [host = "", dev, more] = text.slice(0, 100).split("%");
  const address = parseAddress(host);
  return address === null || dev === "" || more !== undefined ? null : { address, dev: dev ?? null, at };
}

/** The static servers of UCI's gluon-wan-dnsmasq, which Gluon writes to wan-resolv.conf; null when there are none. */
export function staticResolvers(sections: readonly UciSection[]): Parsed<readonly Resolver[] | null> {
  const remarks = new Remarks("uci.txt");
  const resolvers: Resolver[] = [];
  for (const section of sections) {
    if (section.package !== "gluon-wan-dnsmasq" || section.type !== "static") continue;
    const option = section.options["server"];
    for (const text of [...(option === undefined ? [] : option.split(/\s+/)), ...(section.lists["server"] ?? [])]) {
      const resolver = readResolver(text, section.at);
      if (resolver !== null) resolvers.push(resolver);
      else remarks.say("WP1301", section.at, `server ${show(text)} is no address`, "DNS to it counts as a stranger's");
    }
  }
  return { value: resolvers.length === 0 ? null : resolvers, diagnostics: remarks.list() };
}
