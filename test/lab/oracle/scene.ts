/** A node's state as text, and what is made of it. */
import type { LocalTable, Node } from "../../../src/model/node.js";
import { assembleNode } from "../../../src/state/node.js";
import type { SourceFile } from "../../../src/state/parts.js";

/** File names of the contract, section 1, with their text. */
export type State = Readonly<Record<string, string>>;

export interface Scene {
  readonly node: Node;
  /** What meta.json says of IPv4's tables local and main: a probe of the kernel. */
  readonly localTable: LocalTable;
}

export function sceneOf(state: State): Scene {
  const files = Object.entries(state).map(([name, text]): [string, SourceFile] => [name, { name, text, exit: null }]);
  const node = assembleNode({ path: "oracle", name: "oracle", files: new Map(files) });
  return { node, localTable: (state["meta.json"] ?? "").includes('"split"') ? "split" : "merged" };
}

export function metaOf(localTable: LocalTable): string {
  return JSON.stringify({ localTable });
}
