/** `wanproof doctor NODE`: what was read, what is missing, and why that matters. */
import type { Node } from "../model/node.js";
import { doctorSentence, doctorStatus, examine, renderDoctor } from "../report/doctor.js";
import { renderDocument } from "../report/json.js";
import { printable } from "../report/lines.js";
import type { Terminal } from "./terminal.js";

export interface DoctorRequest {
  readonly node: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Examines a node. Returns 0 or 3; a node that cannot be read is thrown as an InputError. */
export async function runDoctor(request: DoctorRequest, terminal: Terminal, tools: { readonly readNode: (path: string) => Promise<Node> }): Promise<number> {
  const report = examine(await tools.readNode(request.node));
  if (request.json ?? false) await terminal.data(renderDocument(report));
  else if (request.quiet ?? false) await terminal.data(`${printable(doctorSentence(report))}\n`);
  else await terminal.data(renderDoctor(report, terminal.paint, request.verbose ?? false));
  return doctorStatus(report);
}
