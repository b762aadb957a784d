/** Runs a scenario's senders, and keeps what they logged: the packets' own side of the truth. */
import type { Host } from "./host.js";
import type { Sending } from "./scenario.js";
import type { Uplink } from "./uplink.js";
import { ADDRESS, type World } from "./world.js";

/** What a sender said of itself. */
export interface Sent {
  readonly sending: Sending;
  readonly proto: number;
  readonly dst: string;
  readonly src: string;
  /** Source port; of a ping the identifier. */
  readonly sport: number;
  readonly dport: number;
  readonly sent: number;
  readonly replies: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Only of senders on the node: the uid that no other one has. */
  readonly uid: number | null;
}

/** The first of the uids that senders on the node get, one each. */
export const FIRST_UID = 2000;

export class Senders {
  readonly sent: Sent[] = [];
  #next = FIRST_UID;

  constructor(private readonly world: World, private readonly program: string, private readonly uplink: Uplink) {}

  /** Runs one sender to its end. Throws when it had errors the scenario does not name, or lacks one that it does. */
  async run(sending: Sending): Promise<void> {
    const host: Host = this.world[sending.on ?? "node"];
    const uid = host === this.world.node ? this.#next++ : null;
    const dst = this.#target(sending);
    const dport = sending.dport ?? 0;
    const count = sending.count ?? (sending.kind === "ping" ? 3 : sending.kind === "udp" ? 4 : 1);
    const words = [
      `kind=${sending.kind}`, `dst=${dst}`, `dport=${dport}`, `count=${count}`, ...(uid === null ? [] : [`uid=${uid}`, `gid=${uid}`]),
      ...(sending.words ?? []).map((word) => this.#filled(word)),
    ];
    const told: unknown = JSON.parse(await host.ask(this.program, words));
    const sent = readLog(told, { sending, proto: PROTOCOLS[sending.family][sending.kind], dst, dport, uid });
    this.sent.push(sent);
    const errors = Object.keys(sent.errors).sort().join(" ");
    const wanted = [...(sending.errors ?? [])].sort().join(" ");
    if (errors !== wanted) throw new Error(`sender ${sending.name}: had the errors [${errors}], expected [${wanted}]`);
  }

  #target({ to, family }: Sending): string {
    if (to === "node-wan") return family === 4 ? this.uplink.v4 : (this.uplink.v6[0] ?? "");
    if (to === "node-mesh") return family === 4 ? ADDRESS.next.v4 : "2001:db8:ff:0:0:ff:fe00:102";
    if (typeof to === "object") return to.address;
    return family === 4 ? ADDRESS[to].v4 : ADDRESS[to].v6;
  }

  #filled(word: string): string {
    return word.replace("@wan4", this.uplink.v4).replace("@wan6", this.uplink.v6[0] ?? "");
  }
}

const PROTOCOLS = { 4: { udp: 17, tcp: 6, ping: 1, dns: 17, packet: 17 }, 6: { udp: 17, tcp: 6, ping: 58, dns: 17, packet: 17 } } as const;

function readLog(told: unknown, known: Pick<Sent, "sending" | "proto" | "dst" | "dport" | "uid">): Sent {
  if (typeof told !== "object" || told === null) throw new Error(`sender ${known.sending.name}: logged ${JSON.stringify(told)}`);
  const log: Readonly<Record<string, unknown>> = { ...told };
  const errors = Object.entries(typeof log["errors"] === "object" && log["errors"] !== null ? log["errors"] : {}).map(([name, times]) => [name, Number(times)] as const);
  return { ...known, src: String(log["src"]), sport: Number(log["sport"]), sent: Number(log["sent"]), replies: Number(log["replies"]), errors: Object.fromEntries(errors) };
}
