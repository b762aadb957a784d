import { Class, Image, Packet, Row } from "./layout";
import { rowHolds } from "./match";

/** The first policy row that holds, or null: nothing in the policy takes this packet. */
export function classify(image: Image, packet: Packet): Row | null {
  const end = image.rows + image.rowCount * <u32>offsetof<Row>();
  for (let at = image.rows; at < end; at += offsetof<Row>()) {
    const row = changetype<Row>(at);
    if (rowHolds(row.matches, row.count, packet)) return row;
  }
  return null;
}
