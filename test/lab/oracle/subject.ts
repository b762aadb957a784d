/** Who is compared with the kernel. */
import type { Answer } from "./answer.js";
import { CORE } from "./core.js";
import type { Query } from "./query.js";
import { REFERENCE } from "./reference.js";
import type { Scene } from "./scene.js";

export interface Subject {
  /** One answer for each query, in order. */
  readonly answer: (scene: Scene, queries: readonly Query[]) => readonly Answer[] | Promise<readonly Answer[]>;
}

/** A new subject is one entry. */
export const SUBJECTS: Readonly<Record<string, Subject>> = { reference: REFERENCE, core: CORE };
