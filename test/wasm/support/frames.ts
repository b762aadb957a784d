/** Headers for tests, one after the other with the pen of bytes.ts, and what the core dissects them into. */
import { reserve } from "../../../assembly/arena";
import { dissectEthernet } from "../../../assembly/dissect";
import { Frame, Image, Packet } from "../../../assembly/layout";
import { here, put16, put32, put48, put8 } from "./bytes";

export const OWN_MAC: u64 = 0x020000000001;
export const OTHER_MAC: u64 = 0x020000000099;
export const GROUP_MAC: u64 = 0x01005e0000fb;
/** 192.0.2.2, 203.0.113.7, 203.0.113.8 (RFC 5737). */
export const NODE4: u32 = 0xc0000202;
export const REMOTE4: u32 = 0xcb007107;
export const STRANGER4: u32 = 0xcb007108;
/** First and last word of 2001:db8::2 and 2001:db8::7 (RFC 3849). */
export const DOC6: u32 = 0x20010db8;
export const NODE6: u32 = 2;
export const REMOTE6: u32 = 7;

export function ethernet(type: u32, source: u64 = OWN_MAC, destination: u64 = OTHER_MAC): void {
  put48(destination);
  put48(source);
  put16(type);
}

/** A tag of VLAN 7 in front of what `type` names. */
export function tag(type: u32): void {
  put16(7);
  put16(type);
}

/** 20 bytes; `length` is the payload's, `fragment` the flags and the offset in eight-byte units. */
export function ipv4(proto: u32, length: u32, fragment: u32 = 0, source: u32 = NODE4, destination: u32 = REMOTE4): void {
  put8(0x45);
  put8(0xb8);
  put16(20 + length);
  put16(0x1234);
  put16(fragment);
  put8(64);
  put8(proto);
  put16(0);
  put32(source);
  put32(destination);
}

/** 40 bytes; `length` is the payload's, both addresses lie in 2001:db8::/96. */
export function ipv6(next: u32, length: u32, source: u32 = NODE6, destination: u32 = REMOTE6): void {
  put32(0x6b812345);
  put16(length);
  put8(next);
  put8(255);
  address6(source);
  address6(destination);
}

export function address6(last: u32): void {
  put32(DOC6);
  put32(0);
  put32(0);
  put32(last);
}

/** An extension header of eight bytes. */
export function extension(next: u32): void {
  put8(next);
  put8(0);
  put16(0);
  put32(0);
}

/** The fragment header; `offset` in eight-byte units. */
export function fragmentHeader(next: u32, offset: u32, more: u32, id: u32): void {
  put8(next);
  put8(0);
  put16((offset << 3) | more);
  put32(id);
}

/** 8 bytes; `length` is the payload's. */
export function udp(source: u32, destination: u32, length: u32 = 0): void {
  put16(source);
  put16(destination);
  put16(8 + length);
  put16(0);
}

/** 20 bytes. */
export function tcp(source: u32, destination: u32, flags: u32, sequence: u32 = 0, acknowledged: u32 = 0): void {
  put16(source);
  put16(destination);
  put32(sequence);
  put32(acknowledged);
  put8(0x50);
  put8(flags);
  put16(1024);
  put32(0);
}

/** 8 bytes. */
export function icmp(type: u32, code: u32, identifier: u32 = 0, sequence: u32 = 0): void {
  put8(type);
  put8(code);
  put16(0);
  put16(identifier);
  put16(sequence);
}

/** The index row of a frame of this many captured and original bytes, for a byte area that starts at address 0. */
export function frameOf(start: usize, captured: usize, original: usize): Frame {
  const frame = changetype<Frame>(reserve(offsetof<Frame>()));
  frame.at = <u32>start;
  frame.captured = <u32>captured;
  frame.original = <u32>original;
  return frame;
}

/** Dissects everything from `start` to the pen. */
export function dissected(image: Image, start: usize): Packet {
  return cut(image, start, here() - start, here() - start);
}

/** Dissects a frame of which the capture kept `captured` of `original` bytes. */
export function cut(image: Image, start: usize, captured: usize, original: usize): Packet {
  const packet = changetype<Packet>(reserve(offsetof<Packet>()));
  // What stood in the row before must not shine through.
  memory.fill(changetype<usize>(packet), 0xa5, offsetof<Packet>());
  dissectEthernet(frameOf(start, captured, original), 0, image, packet);
  return packet;
}
