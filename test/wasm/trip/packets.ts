import { Ends, EndsAt, Fate, FateAt, Known, originalOf, replyOf, Sent, SentAt } from "../../../assembly/trip/packets";
import { reserve } from "../../../assembly/arena";

export function the_ends_of_a_flow_stand_behind_its_packet(): void {
  const sent = changetype<Sent>(reserve(SentAt.SIZE));
  originalOf(sent).known = Known.SRC;
  replyOf(sent).known = Known.DST;
  const at = changetype<usize>(sent);
  assert(load<u32>(at + SentAt.original + EndsAt.known) == Known.SRC && load<u32>(at + SentAt.reply + EndsAt.known) == Known.DST);
  assert(SentAt.reply + offsetof<Ends>() == SentAt.SIZE && FateAt.reply + offsetof<Ends>() == FateAt.SIZE);
}

export function what_two_fates_are_compared_by_stands_before_their_flows(): void {
  assert(offsetof<Fate>("mark") < offsetof<Fate>("flow") && offsetof<Fate>("place") > offsetof<Fate>("flow"));
}
