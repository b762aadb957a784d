// Lint rules for what runs on Node: src, test, bench. assembly/ and test/wasm/ are AssemblyScript, whose decorators and `==` no
// TypeScript linter understands; there asc --pedantic, tsc and test/house/files.test.ts are the linters.
import { builtinModules } from "node:module";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Where Node's own modules may be used. test/support/floors.ts says the same; test/house/lint.test.ts compares the two. */
const NODE_PLACES = [
  "src/state/snapshot.ts", "src/trace/**/*.ts", "src/core/core.ts", "src/verify/attest.ts", "src/cluster/**/*.ts", "src/cli.ts", "src/commands/**/*.ts",
];
const NO_NODE = { patterns: [{ regex: `^(node:|(${builtinModules.join("|")})$)`, message: "node: modules only where docs/decisions.md, House rules, says." }] };

const DEFAULT_EXPORT = "no default exports: a name is the same everywhere";
const SYNTAX = [
  { selector: "ExportDefaultDeclaration", message: DEFAULT_EXPORT },
  { selector: "ExportSpecifier[exported.name='default']", message: DEFAULT_EXPORT },
];
const BARREL = { selector: "ExportAllDeclaration", message: "no barrel files but src/index.ts: import from where the thing is" };

/** Browser globals are known to the compiler because the loader's types need lib DOM; in src/ they do not exist. */
const NOT_GLOBAL = ["window", "document", "self", "navigator", "location", "localStorage", "fetch"];

export default defineConfig(
  { ignores: ["dist/", "build/", "node_modules/", "assembly/", "test/wasm/", "bench/peers/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["{src,test,bench}/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.test.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      eqeqeq: "error",
      "max-depth": ["error", 4],
      "max-lines-per-function": ["error", { max: 70, skipComments: true, skipBlankLines: true }],
      "no-var": "error",
      "prefer-const": "error",
      "no-restricted-syntax": ["error", ...SYNTAX, BARREL],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-console": "error",
      "no-restricted-globals": ["error", ...NOT_GLOBAL],
      "no-restricted-imports": ["error", NO_NODE],
    },
  },
  { files: NODE_PLACES, rules: { "no-restricted-imports": "off" } },
  { files: ["src/cli.ts", "src/commands/**/*.ts"], rules: { "no-console": "off" } },
  { files: ["src/core/core.ts"], rules: { "@typescript-eslint/consistent-type-assertions": "off" } },
  { files: ["src/index.ts"], rules: { "no-restricted-syntax": ["error", ...SYNTAX] } },
  { files: ["src/page/**/*.ts"], rules: { "no-restricted-globals": ["error", "fetch", "localStorage"] } },
);
