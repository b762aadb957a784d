/** The repository as the house tests see it: paths relative to its root, with forward slashes. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository, absolute, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const NOT_OURS = new Set([".git", "node_modules", "dist", "build"]);

/** One broken rule: where, and what is wrong there. */
export interface Violation {
  readonly place: string;
  readonly fact: string;
}

/** Violations as lines, so that a failing test shows them all. */
export function lines(violations: readonly Violation[]): string[] {
  return violations.map(({ place, fact }) => `${place}: ${fact}`);
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Every file below a folder, sorted; a folder that does not exist has none. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const found = readdirSync(join(ROOT, folder)).filter((name) => !NOT_OURS.has(name)).flatMap((name) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path];
  });
  return found.sort();
}

/** The TypeScript files below a folder. */
export function sourcesBelow(folder: string): string[] {
  return filesBelow(folder).filter((path) => path.endsWith(".ts"));
}

/**
 * Every file that is, or is about to be, in version control. Where git cannot answer (an unpacked archive, a checkout of another user), every file
 * that is not a product.
 */
export function trackedFiles(): string[] {
  const git = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
  if (git.status !== 0) return filesBelow("");
  return git.stdout.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}
