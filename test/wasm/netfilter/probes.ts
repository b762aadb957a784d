import { mark, reserve } from "../../../assembly/arena";
import { Field } from "../../../assembly/layout";
import { Probe, ProbeAt, walkProbes } from "../../../assembly/netfilter/probes";
import { Step, StepKind } from "../../../assembly/netfilter/statements";
import { Base, End, Wall } from "../../../assembly/netfilter/wall";
import { addStep, chainAt, newWall, only } from "../support/walls";

function bases(wall: Wall, count: u32): u32 {
  const list = <u32>reserve(count * 4);
  for (let i: u32 = 0; i < count; i++) {
    const base = changetype<Base>(reserve(offsetof<Base>()));
    base.chain = <u32>changetype<usize>(chainAt(wall, i));
    store<u32>(list + (i << 2), <u32>changetype<usize>(base));
  }
  return list;
}

export function probes_go_through_their_chains_until_one_does_not_accept(): void {
  const wall = newWall();
  changetype<Step>(addStep(wall, 0, StepKind.MARK).steps).value = 5;
  only(addStep(wall, 1, StepKind.DROP), Field.dport, 53);
  changetype<Step>(addStep(wall, 2, StepKind.MARK).steps).value = 6;
  const list = bases(wall, 3);
  const probes = reserve(2 * <usize>ProbeAt.SIZE);
  store<u32>(probes + <usize>ProbeAt.packet + <usize>Field.dport, 53);
  const before = mark();
  walkProbes(changetype<usize>(wall), 0, probes, 2, list, 3);
  assert(mark() == before, "what it reserved it gives back");
  const second = probes + <usize>ProbeAt.SIZE;
  assert(changetype<Probe>(probes).end == End.DROP && load<u32>(probes + <usize>ProbeAt.packet + <usize>Field.mark) == 5);
  assert(changetype<Probe>(second).end == End.ACCEPT && load<u32>(second + <usize>ProbeAt.packet + <usize>Field.mark) == 6);
}

export function a_probe_tells_how_many_choices_were_open_and_whose_the_first_was(): void {
  const wall = newWall();
  addStep(wall, 0, StepKind.QUEUE);
  const probe = changetype<Probe>(reserve(<usize>ProbeAt.SIZE));
  probe.path = 1;
  walkProbes(changetype<usize>(wall), 0, changetype<usize>(probe), 1, bases(wall, 1), 1);
  assert(probe.end == End.DROP && probe.asked == 1 && probe.number == 1);
}
