// One hook of netfilter: its stages in order, with the lookups that OUTPUT makes in between (nf_hook_slow).

import { seeTypes } from "./addresstype";
import { Answered, isAnswered } from "./answers";
import { walkChain } from "./chains";
import { attach, track } from "./entry";
import { Errno, Outcome, Place } from "../layout";
import { Ending } from "../trip/packets";
import { apply, giveBack, isAnswer, isDestinationHook } from "./remembered";
import { reroute } from "../trip/reroute";
import { end, failed, isRaw, sentOf } from "../trip/socket";
import { maybe } from "../lookup/walk";
import { Base, ChainType, CtState, End, Hook, hookedOf, Origin, Span, Stage, StageKind, Trip, Wall } from "./wall";
import { answerOf, packetAt, walkOf } from "../trip/ways";

const TCP: u32 = 6;
const ICMP6: u32 = 58;

/** Takes the packet through a hook. The devices are those of the hook's call and stay the same, wherever a reroute leads. false: it ends here. */
export function passHook(trip: Trip, hook: u32, iif: u32, oif: u32): bool {
  const packet = packetAt(trip);
  trip.hook = hook;
  packet.iif = iif;
  packet.oif = oif;
  seeTypes(trip);
  if (hook == Hook.OUTPUT) attach(trip);
  const stages = changetype<Span>(changetype<Wall>(trip.wall).hooks + hook * <u32>offsetof<Span>());
  for (let i: u32 = 0; i < stages.count; i++) {
    const stage = stageAt(stages, i);
    if (stage.trades == 0 || i + 1 >= stages.count || !maybe(walkOf(trip), Place.ORDER, changetype<Base>(stage.bases).number)) {
      if (!passStage(trip, stage)) return false;
      continue;
    }
    // The second one first. Of three whose order is not known, what comes of it is not followed.
    if (stageAt(stages, i + 1).trades != 0) return end(trip, Ending.UNDETERMINED);
    if (!passStage(trip, stageAt(stages, i + 1)) || !passStage(trip, stage)) return false;
    i++;
  }
  return true;
}

function stageAt(stages: Span, index: u32): Stage {
  return changetype<Stage>(stages.first + index * <u32>offsetof<Stage>());
}

function passStage(trip: Trip, stage: Stage): bool {
  switch (stage.kind) {
    case StageKind.CONNTRACK:
      track(trip);
      return true;
    case StageKind.NAT:
      return passNat(trip, stage);
    default:
      return passChain(trip, changetype<Base>(stage.bases));
  }
}

/** What a route chain changes of what routing looks at makes the kernel ask again (ipt_mangle_out, ip6t_mangle_out, nf_route_table_hook4 and 6). */
function passChain(trip: Trip, base: Base): bool {
  const packet = packetAt(trip);
  const mark = packet.mark;
  const tos = packet.tos;
  const hopLimit = packet.hopLimit;
  const led = walkChain(trip, base);
  if (led != End.ACCEPT) return ended(trip, led);
  if (base.type != ChainType.ROUTE || trip.hook != Hook.OUTPUT) return true;
  const changed = packet.mark != mark || packet.tos != tos || (packet.family == 6 && packet.hopLimit != hopLimit);
  return !changed || again(trip);
}

/** All nat chains of the hook; an entry is asked about once for each of its ends. */
function passNat(trip: Trip, stage: Stage): bool {
  if (trip.entry == 0) return true;
  const packet = packetAt(trip);
  const dst0 = packet.dst0, dst1 = packet.dst1, dst2 = packet.dst2, dst3 = packet.dst3;
  const isDestination = isDestinationHook(trip.hook);
  if (sentOf(trip).hasFlow != 0) {
    apply(trip);
  } else if (isAnswer(trip)) {
    if (!giveBack(trip)) return end(trip, Ending.UNDETERMINED);
  } else if ((isDestination ? trip.settledDestination : trip.settledSource) == 0) {
    if (!settle(trip, stage, isDestination)) return false;
    if (isDestination) trip.settledDestination = 1;
    else trip.settledSource = 1;
  }
  if (trip.hook != Hook.OUTPUT) return true;
  const same = packet.dst0 == dst0 && packet.dst1 == dst1 && packet.dst2 == dst2 && packet.dst3 == dst3;
  return same || again(trip);
}

/** Later packets of a flow get what its first one got; which that was is taken from the rules as they are. */
function settle(trip: Trip, stage: Stage, isDestination: bool): bool {
  const hooked = hookedOf(trip);
  const state = hooked.ctState;
  hooked.ctState = CtState.NEW;
  let goesOn: bool = true;
  for (let i: u32 = 0; i < stage.count && goesOn; i++) {
    const led = walkChain(trip, changetype<Base>(stage.bases + i * <u32>offsetof<Base>()));
    if (led != End.ACCEPT) goesOn = ended(trip, led);
    if ((isDestination ? trip.settledDestination : trip.settledSource) != 0) break;
  }
  hooked.ctState = state;
  return goesOn;
}

function again(trip: Trip): bool {
  const outcome = reroute(trip);
  if (outcome == Outcome.WAY) return true;
  if (outcome == Outcome.UNDETERMINED) return end(trip, Ending.UNDETERMINED);
  if (sentOf(trip).origin == Origin.LOCAL && tellsSender(trip)) return failed(trip, true);
  const error = answerOf(trip).error;
  return end(trip, error == Errno.ENETUNREACH ? Ending.NO_ROUTE : Ending.DROPPED);
}

/** TCP sends again and says nothing at first; the ping socket of IPv6 never says anything. */
function tellsSender(trip: Trip): bool {
  const proto = sentOf(trip).proto;
  return proto != TCP && (proto != ICMP6 || isRaw(trip));
}

/** A chain ends the packet's way. Always false. */
function ended(trip: Trip, led: u32): bool {
  if (led == End.UNKNOWN) return end(trip, Ending.UNDETERMINED);
  const leaves = trip.hook == Hook.OUTPUT || trip.hook == Hook.POSTROUTING;
  const sends = leaves && sentOf(trip).origin == Origin.LOCAL && trip.owned != 0 && tellsSender(trip);
  const error = sends ? <u32>Errno.EPERM : 0;
  if (led == End.DROP) return end(trip, Ending.DROPPED, error);
  const answered = isAnswered(trip, led == End.REJECT_RESET);
  if (answered == Answered.OPEN) return end(trip, Ending.UNDETERMINED);
  return end(trip, answered == Answered.YES ? Ending.REJECTED : Ending.DROPPED, error);
}
