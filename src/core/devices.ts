/** Which device a frame was captured on: interface names of the capture, or the one the user names, as device numbers of the node. */
import { FRAME_WORDS, type FrameArea } from "../model/capture.js";
import { deviceIndex } from "../model/device.js";
import type { Node } from "../model/node.js";

/** The core's number for a device that the node does not have: it may be part of the WAN. */
export const STRANGE_DEVICE = 0xffffffff;
/** Linux' name for all devices at once; the frames then say themselves which one it was, or do not. */
const ANY = "any";

const STRIDE = FRAME_WORDS.length;
const WORD = FRAME_WORDS.indexOf("device");

/** Turns the rows' places in `names` into device numbers; `iface`, when given, holds for every frame. */
export function nameDevices(area: FrameArea, count: number, node: Node, names: readonly string[], iface?: string): void {
  if (iface === undefined && names.length === 0) return;
  const fixed = iface === undefined ? null : deviceIndex(node.links, iface);
  const numbers = [0, ...names.map((name) => numberOf(node, name))];
  for (let at = WORD, end = count * STRIDE; at < end; at += STRIDE) {
    area.index[at] = fixed ?? numbers[area.index[at] ?? 0] ?? STRANGE_DEVICE;
  }
}

function numberOf(node: Node, name: string): number {
  if (name === ANY || name === "") return 0;
  const number = deviceIndex(node.links, name);
  return number === 0 ? STRANGE_DEVICE : number;
}
