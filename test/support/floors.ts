/** The house plan of src/: which room may import which. Pure, so that the plan itself can be tested with planted violations. */
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import ts from "typescript";
import type { Violation } from "./tree.js";

/** Imports go to a lower floor, stay in their room, or take a noun from model. */
const FLOORS = new Map([
  ["model", 1], ["trace", 1],
  ["state", 2], ["policy", 2], ["report", 2], ["collect", 2],
  ["core", 3], ["proof", 3], ["explain", 3],
  ["verify", 4],
  ["cluster", 5], ["index", 5],
  ["cli", 6], ["page", 6],
]);

/** Where Node's own modules may be used: files, and folders with a slash at their end. eslint.config.js says the same. */
export const NODE_PLACES = [
  "src/state/snapshot.ts", "src/trace/", "src/core/core.ts", "src/verify/attest.ts", "src/cluster/", "src/cli.ts", "src/commands/",
];

/** The only file that touches WebAssembly or its loader. */
const DOOR = "src/core/core.ts";
/** The certificate checker must be readable on its own. */
const CHECKER = "src/proof/check.ts";
const LOADER = "@assemblyscript/loader";

/** Whether this file may import `node:` modules. */
export function mayUseNode(path: string): boolean {
  return NODE_PLACES.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));
}

/** `src/state/ss.ts` is in room `state`; the command line is one room with its commands. Null: a room that is not on the plan. */
export function roomOf(path: string): string | null {
  const [, first = ""] = path.split("/");
  const room = first === "commands" ? "cli" : first.replace(/\.ts$/, "");
  return FLOORS.has(room) ? room : null;
}

/** What a file imports, re-exports or imports dynamically, as written. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

/** Every broken rule of one file of src/. `packages`: what package.json lists for use at run time. */
export function violationsOf(path: string, text: string, packages: readonly string[]): Violation[] {
  const facts = importsOf(text).map((name) => (name.startsWith(".") ? insideFact(path, name) : outsideFact(path, name, packages)));
  if (roomOf(path) === null) facts.push("stands in a room that test/support/floors.ts does not know");
  if (path !== DOOR && usesWebAssembly(text)) facts.push(`uses WebAssembly, which only ${DOOR} does`);
  return facts.filter((fact) => fact !== null).map((fact) => ({ place: path, fact }));
}

function insideFact(path: string, name: string): string | null {
  if (!name.endsWith(".js")) return `imports ${name} without the ending .js`;
  const target = posix.join(posix.dirname(path), name).replace(/\.js$/, ".ts");
  if (!target.startsWith("src/")) return `imports ${name} from outside src/`;
  const from = roomOf(path), to = roomOf(target);
  if (from === null) return null; // told once, for the file
  if (to === null) return `imports ${target}, whose room is not on the plan`;
  if (path === CHECKER && to !== "model") return `imports ${target}: the checker imports model only`;
  if (to === from || to === "model" && from !== "model") return null;
  const here = FLOORS.get(from) ?? 0, there = FLOORS.get(to) ?? 0;
  if (there > here) return `imports ${target}: up from ${from} (${String(here)}) to ${to} (${String(there)})`;
  return there === here ? `imports ${target}: sideways from ${from} to ${to}` : null;
}

function outsideFact(path: string, name: string, packages: readonly string[]): string | null {
  if (isBuiltin(name)) {
    if (!name.startsWith("node:")) return `imports ${name} without node:`;
    return mayUseNode(path) ? null : `imports ${name}, which is not allowed here`;
  }
  if (path === CHECKER) return `imports ${name}: the checker imports model only`;
  const packageName = name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/");
  if (packageName === LOADER && path !== DOOR) return `imports ${name}, which only ${DOOR} does`;
  return packages.includes(packageName) ? null : `imports ${name}, which is not a dependency in package.json`;
}

/** Whether the code, not a comment or a text, names WebAssembly. */
function usesWebAssembly(text: string): boolean {
  const found = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === "WebAssembly" || ts.forEachChild(node, (child) => found(child) || undefined) === true;
  return found(ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest));
}
