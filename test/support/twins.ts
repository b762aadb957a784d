/** Which test belongs to which source file. Pure: takes paths, gives paths. */

/** Source files without a test of their own, each with its reason. */
export const WITHOUT_TWIN: ReadonlyMap<string, string> = new Map([
  ["src/model/node.ts", "types only: nothing runs"],
  ["src/model/policy.ts", "types only: nothing runs"],
  ["src/model/report.ts", "types and one table: tested where reports are made"],
  ["src/model/walk.ts", "types and lists of words: tested against the published schema"],
  ["src/model/capture.ts", "types and the names of a record's words: tested where records are written"],
  ["assembly/index.ts", "re-exports only: tested through src/core/core.ts"],
  ["assembly/netfilter/wall.ts", "records only: their offsets are used by src/core/ and assembly/"],
  ["assembly/layout.ts", "records only: their sizes are checked while compiling, their offsets by src/core/"],
]);

/** `src/state/ss.ts` is tested in `test/state/ss.test.ts`, `assembly/lpm/linear.ts` in `test/wasm/lpm/linear.ts`. */
export function twinOf(path: string): string {
  if (path.startsWith("assembly/")) return path.replace(/^assembly\//, "test/wasm/");
  return path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");
}

/** The twins that do not exist among `files`. */
export function missingTwins(sources: readonly string[], files: readonly string[]): string[] {
  const present = new Set(files);
  return sources.filter((path) => !WITHOUT_TWIN.has(path)).map(twinOf).filter((twin) => !present.has(twin));
}
