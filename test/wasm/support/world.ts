/** A node with five tables of one default route each and no rules, and how its packets walk. */
import { Direction, Explained, Fib, Image, Packet, RouteKind } from "../../../assembly/layout";
import { explain } from "../../../assembly/path";
import { addHop, addPrefix, addRoute, finish, openFib } from "./fibs";
import { newImage, newPacket } from "./images";

/** What the tables of these tests hold: each has a default route and nothing else. */
export const WAN: u32 = 0, MESH: u32 = 1, STOPS: u32 = 2, THROWS: u32 = 3, EMPTY: u32 = 4;
export const MARK: u32 = 1;

/** The five tables, in IPv4, and no rules; the VPN's mark is 1, lo is device 3. */
export function world(): Image {
  const image = newImage();
  image.mark = MARK;
  image.loopback = 3;
  openFib(rules(image), 5);
  const fib = rules(image);
  addPrefix(fib, 0);
  addHop(addRoute(fib, 1, WAN, RouteKind.FORWARD), 1, 0, 7);
  addHop(addRoute(fib, 1, MESH, RouteKind.FORWARD), 0);
  addRoute(fib, 1, STOPS, RouteKind.ERROR);
  addRoute(fib, 1, THROWS, RouteKind.THROW);
  finish(fib);
  return image;
}

export function rules(image: Image): Fib {
  return changetype<Fib>(image.fib4);
}

export function walked(image: Image): Packet {
  const packet = newPacket(4, 17, Direction.OUT, 40000, 53);
  explain(image, packet);
  return packet;
}

/** Whether a packet that nobody marked reaches the WAN. */
export function reaches(image: Image): bool {
  return (walked(image).explained & Explained.UNMARKED) != 0;
}
