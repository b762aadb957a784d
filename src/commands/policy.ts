/** `wanproof policy NAME NODE`: the effective policy, with the source of each value. */
import type { Node } from "../model/node.js";
import { POLICIES } from "../policy/policies.js";
import { renderDocument } from "../report/json.js";
import { policyDocument, renderPolicy } from "../report/policy.js";
import { policyName } from "./policies.js";
import type { Terminal } from "./terminal.js";

export interface PolicyRequest {
  readonly name: string;
  readonly node: string;
  readonly wan?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Prints the policy. It judges nothing, so its status is 0 whenever it could be built. */
export async function runPolicy(request: PolicyRequest, terminal: Terminal, tools: { readonly readNode: (path: string) => Promise<Node> }): Promise<number> {
  const name = policyName(request.name);
  const node = await tools.readNode(request.node);
  const policy = POLICIES[name].build(node, request.wan === undefined ? {} : { wan: request.wan });
  const text = request.json ?? false ? renderDocument(policyDocument(policy, node)) : renderPolicy(policy, node, terminal.paint, request.verbose ?? false);
  await terminal.data(text);
  return 0;
}
