import { Match, Packet } from "./layout";

/** One match: the masked field, measured from `low`, does not exceed `span`. */
export function holds(match: Match, packet: Packet): bool {
  const value = load<u32>(changetype<usize>(packet) + match.field) & match.mask;
  return value - match.low <= match.span;
}

/** A row of matches holds when each of them does; an empty row always holds. */
export function rowHolds(row: usize, count: u32, packet: Packet): bool {
  const end = row + <usize>count * offsetof<Match>();
  for (let at = row; at < end; at += offsetof<Match>()) {
    if (!holds(changetype<Match>(at), packet)) return false;
  }
  return true;
}
