/** package.json as the house tests need it. */
import { textOf } from "./tree.js";

/** One line of a dependency table of package.json. */
export interface Dependency {
  /** `dependencies`, `devDependencies`, `peerDependencies` or `optionalDependencies`. */
  readonly table: string;
  readonly name: string;
  readonly version: string;
}

const TABLES = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** Every dependency in a manifest's text, table by table. */
export function dependenciesOf(manifest: string): Dependency[] {
  const parsed: unknown = JSON.parse(manifest);
  return TABLES.flatMap((table) => Object.entries(part(parsed, table)).map(([name, version]) => ({ table, name, version: String(version) })));
}

/** The names of the packages that src/ may import: what a user's installation has. */
export function runtimePackages(): string[] {
  return dependenciesOf(textOf("package.json")).filter(({ table }) => table !== "devDependencies").map(({ name }) => name);
}

function part(value: unknown, key: string): object {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === "object" && found !== null ? found : {};
}
