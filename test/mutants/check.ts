// Holds builds of the core against the recorded vectors, one after the other: each message is a path, each answer what was wrong first, or null.
import { readFileSync } from "node:fs";
import { Core } from "../../src/core/core.js";
import { recorded, wrongAnswers } from "./vectors.js";

const vectors = recorded();

async function firstWrong(path: string): Promise<string | null> {
  try {
    const core = await Core.load("release", readFileSync(path));
    for (const one of vectors) {
      const [wrong] = await wrongAnswers(core, one);
      if (wrong !== undefined) return `${one.file}: ${wrong}`;
    }
    return null;
  } catch (error) {
    return `trapped: ${error instanceof Error ? error.message : String(error)}`;
  }
}

process.on("message", (path: unknown) => {
  void firstWrong(String(path)).then((wrong) => process.send?.({ wrong }));
});
