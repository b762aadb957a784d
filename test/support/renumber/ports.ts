/** New ports: a bijection inside each span of ports that somebody tells apart. */
import type { Random } from "./random.js";

export type PortMap = (port: number) => number;

/** Ports by which a policy knows DNS, DHCP and VXLAN. */
export const NAMED_PORTS: readonly number[] = [0, 53, 67, 68, 546, 547, 4789];
/** The kernel's local port range (ip_local_port_range): 32768 to 60999. */
const LOCAL_RANGE = [32_768, 61_000];
const PORTS = 65_536;

/** `edges`: ports at which a further span begins, such as both ends of a range in a firewall rule. */
export function drawPorts(random: Random, edges: readonly number[]): PortMap {
  const map = Uint16Array.from({ length: PORTS }, (_, port) => port);
  const starts = [...new Set([0, ...LOCAL_RANGE, ...edges])].sort((a, b) => a - b);
  starts.forEach((start, i) => {
    const end = starts[i + 1] ?? PORTS;
    const span = Array.from({ length: end - start }, (_, at) => start + at).filter((port) => !NAMED_PORTS.includes(port));
    random.shuffled(span).forEach((port, at) => (map[span[at] ?? 0] = port));
  });
  return (port) => map[port] ?? port;
}
