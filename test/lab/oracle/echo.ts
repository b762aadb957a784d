/**
 * Echoes: the kernel keeps answers in the next hop, with their type, prefix and metric, and hands them to the next route by the same next hop (IPv4 fib_info, IPv6 next hop
 * objects). They are no part of the state, so that no dump tells them.
 */
import { differences } from "./answer.js";
import type { Configuration } from "./space.js";
import type { Subject } from "./subject.js";
import { conduct, type Disagreement, weigh } from "./trial.js";

/** What agrees in a fresh namespace, asked alone, was the echo of an earlier question. Returns the others, and how many echoes. */
export async function withoutEchoes(program: string, subject: Subject, configuration: Configuration, found: readonly Disagreement[]): Promise<readonly [readonly Disagreement[], number]> {
  const real: Disagreement[] = [];
  for (const [i, one] of found.entries()) {
    const [alone] = i < CONFIRMED_MAX ? (await weigh(conduct(program, configuration, () => [one.query]), subject)).disagreements : [one];
    if (alone !== undefined && !isOwnEcho(program, configuration, alone)) real.push(alone);
  }
  return [real, found.length - real.length];
}

/** More disagreements of one configuration are believed. */
const CONFIRMED_MAX = 1000;

/**
 * An IPv6 rule that suppresses the route it found leaves an echo in the route's next hop object, and a later rule of the same walk may find a route by that object. It
 * is one when the kernel says what was told as soon as such a rule, which by the subject's account changes nothing, really does nothing.
 */
function isOwnEcho(program: string, configuration: Configuration, { query, told }: Disagreement): boolean {
  if (query.family === 4 || !configuration.some((line) => line.includes("nexthop add"))) return false;
  const idle = (line: string): string => line.replace(SUPPRESSING, "$1 nop");
  const without = configuration.flatMap((line, i) => (idle(line) === line ? [] : [configuration.map((other, at) => (at === i ? idle(other) : other))]));
  return [...without, configuration.map(idle)].some((lines) => {
    const [answer] = conduct(program, lines, () => [query]).answers;
    return answer !== undefined && differences(answer, told).length === 0;
  });
}

const SUPPRESSING = /^(-6 rule add .*?) table \d+ suppress_.*$/;
