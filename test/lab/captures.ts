/** The five captures of a run, taken by tcpdump while the node lives. */
import type { ChildProcess } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Host, stop, until } from "./host.js";
import { run } from "./sandbox.js";

const TAPS = [
  ["wan.pcap", ["-i", "br-wan"]],
  ["any.pcap", ["-i", "any", "-y", "LINUX_SLL2"]],
  ["nflog.pcap", ["-i", "nflog:5"]],
  ["nflog-out.pcap", ["-i", "nflog:6"]],
] as const;

export class Captures {
  readonly #programs: readonly ChildProcess[];

  constructor(private readonly node: Host) {
    this.#programs = TAPS.map(([file, words]) => node.start("tcpdump", ["-n", "--immediate-mode", "-U", "-Z", "root", "-s", "4096", "-B", "16384", ...words, "-w", node.path(file)]));
  }

  /** Waits until all of them listen. */
  async listen(): Promise<void> {
    await until("the captures", () => (this.node.log().match(/listening on /g)?.length === TAPS.length ? true : null));
  }

  /** Ends the captures; whatever was sent is in the files then. */
  async end(): Promise<void> {
    await stop(this.#programs, "SIGINT");
    const lost = this.node.log().match(/[1-9]\d* packets? dropped by kernel/);
    if (lost !== null) throw new Error(`a capture lost packets: ${lost[0]}`);
  }

  /** Writes them to a folder, in all the forms that users bring. `from`: seconds of the first frame to keep. */
  store(folder: string, from: string | null): void {
    for (const [file] of TAPS) {
      if (from === null) copyFileSync(this.node.path(file), `${folder}/${file}`);
      else run("tshark", ["-n", "-r", this.node.path(file), "-Y", `frame.time_epoch >= ${from}`, "-F", file === "any.pcap" ? "pcap" : "pcap", "-w", `${folder}/${file}`]);
    }
    writeFileSync(`${folder}/wan.pcap.gz`, gzipSync(readFileSync(`${folder}/wan.pcap`)));
    run("editcap", ["-F", "pcapng", `${folder}/wan.pcap`, `${folder}/wan.pcapng`]);
    run("editcap", ["-F", "pcapng", `${folder}/any.pcap`, `${folder}/any.pcapng`]);
    writeFileSync(`${folder}/any.pcapng.gz`, gzipSync(readFileSync(`${folder}/any.pcapng`)));
    run("rm", [`${folder}/any.pcap`, `${folder}/any.pcapng`]);
  }
}
