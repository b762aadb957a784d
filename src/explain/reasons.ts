/** Why a rule does not take a packet, in words: what the packet has, and what the rule wants. */
import { formatAddress, type Prefix, WIDTH } from "../model/address.js";
import type { FibRule } from "../model/node.js";
import type { Match } from "../model/packet.js";
import { isOpenField, rangesText } from "./classes.js";
import { type Question, type Reader, valueOf } from "./question.js";

/** One clause about the match that did not hold. */
export function reasonOf(match: Match, rule: FibRule, question: Question, reader: Reader): string {
  switch (match.field) {
    case "src0": case "src1": case "src2": case "src3":
      return question.src === null ? "no source is chosen yet" : `source ${formatAddress(question.src)} is not ${within(rule.from)}`;
    case "dst0": case "dst1": case "dst2": case "dst3":
      return `destination is not ${within(rule.to)}`;
    case "mark":
      return `mark is ${hex(question.mark)}, not ${masked(match)}`;
    case "iif":
      return rule.iif === null ? NO_DEVICE : question.iif === "lo" ? `the node itself sends it, it did not come in on ${rule.iif}` : `it came in on ${question.iif}, not from ${rule.iif === "lo" ? "the node itself" : rule.iif}`;
    case "oif":
      return question.oif === null ? `it is not bound to ${rule.oif ?? "a device"}` : `it is bound to ${question.oif}, not ${rule.oif ?? "a device"}`;
    default: {
      // A value that nobody gave is not asked for only to be told.
      const value = isOpenField(match.field) && !reader.knows(match.field) ? null : valueOf(question, reader, match.field);
      return `${match.field} is ${value === null ? "" : `${value}, `}not ${wanted(match)}`;
    }
  }
}

const NO_DEVICE = "the rule names a device that does not exist";

function within(prefix: Prefix | null): string {
  if (prefix === null) return "the rule's";
  const text = formatAddress(prefix.address);
  return prefix.length === WIDTH[prefix.address.family] ? text : `in ${text}/${prefix.length}`;
}

/** `0x1/0x1`; the mask is left out where all bits count. */
function masked({ low, mask }: Match): string {
  return mask === 0xffffffff ? hex(low) : `${hex(low)}/${hex(mask)}`;
}

function wanted({ low, span, mask, field }: Match): string {
  if (field === "tos") return `${hex(low)}/${hex(mask)}`;
  return span === 0 && mask !== 0xffffffff ? `${hex(low)}/${hex(mask)}` : `${span === 0 ? "" : "in "}${rangesText([[low, low + span]])}`;
}

/** iproute2 prints zero without 0x. */
export function hex(value: number): string {
  return value === 0 ? "0" : `0x${value.toString(16)}`;
}
