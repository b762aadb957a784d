/** The policy of a run: the one a person named, or the one the node suggests. */
import { refuse } from "../model/diagnostic.js";
import { POLICY_NAMES, type PolicyName, isPolicyName } from "../policy/policies.js";

/** Narrows a text to the name of a policy. Unknown names are WP3005, and the message lists the known ones. */
export function policyName(text: string): PolicyName {
  if (isPolicyName(text)) return text;
  return refuse("WP3005", "policy", `"${text}" is not a policy this version knows (${POLICY_NAMES.join(", ")})`, "nothing was judged");
}
