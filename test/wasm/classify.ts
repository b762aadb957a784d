import { classify } from "../../assembly/classify";
import { Direction, Field } from "../../assembly/layout";
import { addMatch, addRow, newImage, newPacket } from "./support/images";

export function without_rows_no_row_takes_a_packet(): void {
  assert(classify(newImage(), newPacket(4, 17, Direction.OUT, 1, 2)) == null);
}

export function no_row_takes_what_no_row_matches(): void {
  const image = newImage();
  addMatch(addRow(image, 3), Field.dport, 67);
  assert(classify(image, newPacket(4, 17, Direction.OUT, 1, 2)) == null);
}

export function an_empty_row_takes_every_packet(): void {
  const image = newImage();
  addRow(image, 9, 4);
  const row = classify(image, newPacket(6, 58, Direction.OUT, 0, 0));
  assert(row != null && row.verdict == 9 && row.reason == 4);
}

export function the_first_row_that_holds_wins(): void {
  const image = newImage();
  addMatch(addRow(image, 1), Field.dport, 53);
  addMatch(addRow(image, 2), Field.proto, 17);
  addRow(image, 3);
  const first = classify(image, newPacket(4, 17, Direction.OUT, 1, 53));
  assert(first != null && first.verdict == 1, "both of the first two would hold");
  const second = classify(image, newPacket(4, 17, Direction.OUT, 1, 54));
  assert(second != null && second.verdict == 2);
  const third = classify(image, newPacket(4, 6, Direction.OUT, 1, 54));
  assert(third != null && third.verdict == 3);
}
