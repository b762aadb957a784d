/** House rules about the text of files. Pure: each takes a path and a text and gives what is wrong with it. */
import { dependenciesOf } from "./manifest.js";
import type { Violation } from "./tree.js";

const LINES_MAX = 300;
/** How far from the top the reason for a long file may stand. */
const HEAD_LINES = 12;

/** A file of src/ or assembly/ fits on a few screens, or says in its head why not. */
export function lengthOf(path: string, text: string): Violation[] {
  const all = text.replace(/\n$/, "").split("\n");
  const excused = all.slice(0, HEAD_LINES).some((line) => /^\s*(?:\/\/|\/\*\*?|\*)\s*Long because\b/.test(line));
  return all.length > LINES_MAX && !excused ? [{ place: path, fact: `${all.length} lines and no comment "Long because …" in its head` }] : [];
}

/** No tabs, no white space at the end of a line, one newline at the end of the file. */
export function whiteSpaceOf(path: string, text: string): Violation[] {
  const found = lineFacts(path, text, [[/\t/, "a tab"], [/[ \r]$/, "white space at the end of the line"]]);
  return text.endsWith("\n") && !text.endsWith("\n\n") ? found : [...found, { place: path, fact: "does not end in exactly one newline" }];
}

/** A test that is switched off, or that switches the others off. */
export function switchedOff(path: string, text: string): Violation[] {
  return lineFacts(path, text, [[/\.only\(/, "runs alone"], [/\.skip\(/, "is skipped"]]);
}

/** What a node's own text may say of /tmp: OpenWrt keeps its run-time state there. */
const NODES_TMP = /\/tmp\/(?:resolv\.conf|run\b|lib\b|etc\b|hosts\b|dhcp\.|dnsmasq|fastd|sysinfo|TZ\b)/g;

/** No path of the machine that the file was written on. Test support may make folders below /tmp. */
export function machinePaths(path: string, text: string): Violation[] {
  const found = lineFacts(path, text, [[/(?<![\w.-])\/(?:work|root|home)\/\w/, "a path of one machine"]]);
  if (path.startsWith("test/support/")) return found;
  return [...found, ...lineFacts(path, text.replace(NODES_TMP, ""), [[/(?<![\w.-])\/tmp\/\w/, "a path of one machine"]])];
}

/** No host from which packages were installed, and no key for one. */
export function registryHosts(path: string, text: string): Violation[] {
  return lineFacts(path, text, [
    [/\bregistry\.[\w-]+\.[a-z]{2,}|artifac[t]ory|npmm[i]rror|_auth[T]oken/i, "a package registry"],
    [/"resolved": *"\w+:/, "a host from which a package was installed"],
  ]);
}

/** Each dependency has one exact version and a section or a line in docs/decisions.md, where its name stands in `backticks`. */
export function dependencyRules(manifest: string, decisions: string): Violation[] {
  return dependenciesOf(manifest).flatMap(({ table, name, version }) => {
    const found: Violation[] = [];
    // A peer is chosen by the user within a range; what we develop with is exact.
    if (table !== "peerDependencies" && !/^\d+\.\d+\.\d+$/.test(version)) found.push({ place: "package.json", fact: `${name} has no exact version: ${version}` });
    if (!decisions.includes(`\`${name}\``)) found.push({ place: "docs/decisions.md", fact: `does not say why ${name} is a dependency` });
    return found;
  });
}

const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bnew\s/, "new: memory comes from the arena"],
  [/\b[sS]tring\b/, "a string: the core has no text"],
  [/\bArray</, "Array: it lives on the managed heap"],
  [/\bMap</, "Map: it lives on the managed heap"],
  [/\bf(?:32|64)/, "a float: every field is an integer"],
  [/@inline\b/, "@inline: the binary is the same without it"],
];
const MODULE_LET: readonly (readonly [RegExp, string])[] = [[/^(?:export )?(?:let|var)\b/, "a variable of the module: only arena.ts has one"]];

/** What the wasm core does without. Comments and the texts of asserts may use the words. */
export function bannedWords(path: string, text: string): Violation[] {
  return lineFacts(path, codeOf(text), path === "assembly/arena.ts" ? BANNED : [...BANNED, ...MODULE_LET]);
}

/** The text without comments and literals, line for line. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, (part) => part.replace(/[^\n]/g, " ")).replace(/ +$/gm, "");
}

function lineFacts(path: string, text: string, rules: readonly (readonly [RegExp, string])[]): Violation[] {
  return text.split("\n").flatMap((line, at) =>
    rules.filter(([pattern]) => pattern.test(line)).map(([, fact]) => ({ place: `${path}:${at + 1}`, fact })));
}
