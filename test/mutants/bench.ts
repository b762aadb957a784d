/** Compiles cores with one comparison changed, and lets a process of their own answer the vectors: a changed loop may never end. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flipped, type Site } from "./sites.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CHECK = fileURLToPath(new URL("check.ts", import.meta.url));
const OPTIONS = ["assembly/index.ts", "--runtime", "stub", "--use", "abort=", "--optimizeLevel", "1", "--initialMemory", "16", "--outFile", "mutant.wasm"];
/** The vectors take well under a second. */
const SECONDS = 20;

export class Bench {
  readonly #folder = mkdtempSync(join(tmpdir(), "wanproof-mutants-"));
  #child: ChildProcess | null = null;

  /** What the vectors noticed first; null: nothing. `site` null: the core as it is. */
  async fate(site: Site | null): Promise<string | null> {
    const wasm = await compiled(site);
    if (wasm === null) return "it does not compile";
    const path = join(this.#folder, "mutant.wasm");
    writeFileSync(path, wasm);
    return this.#ask(path);
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(path: string): Promise<string | null> {
    const child = this.#child ?? fork(CHECK, { execArgv: ["--import", "tsx"], cwd: ROOT });
    this.#child = child;
    return new Promise((resolve) => {
      const done = (wrong: string | null): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(wrong);
      };
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        this.#child = null;
        done("it did not end");
      }, SECONDS * 1000);
      child.once("message", (told: unknown) => {
        const wrong = typeof told === "object" && told !== null && "wrong" in told ? told.wrong : "no answer";
        done(wrong === null || typeof wrong === "string" ? wrong : "no answer");
      });
      child.once("exit", () => {
        this.#child = null;
        done("its process ended");
      });
      child.send(path);
    });
  }
}

interface Files {
  readonly readFile: (name: string, base?: string) => string | null;
  readonly writeFile: (name: string, contents: string | Uint8Array) => void;
  readonly listFiles: () => string[];
}
interface Compiler {
  readonly main: (options: readonly string[], files: Files) => Promise<{ readonly error: unknown }>;
}

/** By a name the type checker does not follow: the compiler's own types redefine those of the language. */
async function compiler(): Promise<Compiler> {
  const name: string = "assemblyscript/asc";
  const loaded: unknown = await import(name);
  if (!isCompiler(loaded)) throw new Error(`${name} has no main()`);
  return loaded;
}

function isCompiler(loaded: unknown): loaded is Compiler {
  return typeof loaded === "object" && loaded !== null && "main" in loaded && typeof loaded.main === "function";
}

/** The core's binary with the site changed; null when the compiler refuses it. */
export async function compiled(site: Site | null): Promise<Uint8Array | null> {
  let wasm: Uint8Array | null = null;
  const { main } = await compiler();
  const { error } = await main(OPTIONS, {
    readFile: (name, base = ".") => {
      const path = join(base, name);
      try {
        const text = readFileSync(join(ROOT, path), "utf8");
        return site !== null && path === join("assembly", site.file) ? flipped(text, site) : text;
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name === "mutant.wasm" && typeof contents !== "string") wasm = contents;
    },
    listFiles: () => [],
  });
  return error === null ? wasm : null;
}
