/** Lookups in a node's rules and tables, exactly as a plain RTM_GETROUTE answers them; in batches, all of them in the core. */
import { formatAddress } from "../model/address.js";
import { type Diagnostic, InputError } from "../model/diagnostic.js";
import type { LocalTable, Node } from "../model/node.js";
import { AnswerTeller, complaint, type LookupAnswer, refusedBy, type Told } from "./answers.js";
import { Core } from "./core.js";
import { badQuery, type LookupQuery, QueryReader, type Reading } from "./queries.js";
import { writeRouter } from "./router.js";

export interface LookupOptions {
  /** An instance of one's own; it stays usable, and the node stays in its memory. */
  readonly core?: Core;
  /** Instead of the node's own. null: IPv4's local and main are one while rule4 is what every kernel begins with. */
  readonly localTable?: LocalTable | null;
}

/** A node whose tables are ready for questions. */
export interface Lookup {
  /** One answer for each question, in order. Throws InputError WP9003 for one that cannot be read. */
  readonly answers: (queries: readonly LookupQuery[]) => LookupAnswer[];
  /** The same for lines of JSON: one line for each line, in order. `first` is the number of the first one in messages; null is a line that was too long. */
  readonly lines: (lines: readonly (string | null)[], first: number) => LookupLines;
}

export interface LookupLines {
  /** Every answer with its line end. */
  readonly text: string;
  /** How many lines were no question. */
  readonly bad: number;
}

/** Gets a node ready. */
export async function lookup(node: Node, options: LookupOptions = {}): Promise<Lookup> {
  const core = options.core ?? (await Core.load());
  const asker = new Asker(core, node, options.localTable === undefined ? node.localTable : options.localTable);
  return { answers: (queries) => answersTo(asker, queries), lines: (lines, first) => linesTo(asker, lines, first) };
}

function answersTo(asker: Asker, queries: readonly LookupQuery[]): LookupAnswer[] {
  const values: LookupAnswer[] = [];
  const read = (i: number, at: number): Reading => {
    const reading = asker.reader.read(queries[i], asker.questions, at, () => `query ${i + 1}`);
    if (reading.kind === "bad") throw new InputError(reading.diagnostic);
    return reading;
  };
  asker.ask(queries.length, read, ({ value }) => { values.push(value); }, () => undefined);
  return values;
}

function linesTo(asker: Asker, lines: readonly (string | null)[], first: number): LookupLines {
  let text = "";
  let bad = 0;
  const read = (i: number, at: number): Reading => {
    const line = lines[i];
    const place = (): string => `line ${first + i}`;
    if (line === null || line === undefined) return { kind: "bad", diagnostic: badQuery(place(), "is too long") };
    return asker.reader.readLine(line, asker.questions, at, place);
  };
  const complain = (diagnostic: Diagnostic): void => {
    bad++;
    text += `${complaint(diagnostic)}\n`;
  };
  asker.ask(lines.length, read, ({ line }) => { text += `${line}\n`; }, complain);
  return { text, bad };
}

type Tell = (answer: Told) => void;
type Complain = (diagnostic: Diagnostic) => void;

/** Asks the core in batches: questions are written, one call answers them, answers are read. */
class Asker {
  readonly reader: QueryReader;
  readonly #teller: AnswerTeller;
  readonly #address: number;
  readonly #batch: number;
  /** Taken anew for each batch: memory may have grown. */
  questions: Uint32Array = new Uint32Array(0);

  constructor(readonly core: Core, node: Node, localTable: LocalTable | null) {
    const image = writeRouter(core, node, localTable);
    this.#address = image.address;
    this.#batch = core.layout.Limit.QUESTIONS;
    this.#teller = new AnswerTeller(core, image, node.links);
    const devices = new Map<string, number>();
    node.links.forEach(({ name }, i) => { if (!devices.has(name)) devices.set(name, i + 1); });
    this.reader = new QueryReader(core.layout, devices);
  }

  /** `read` fills the record at a word for question i; `tell` gets each answer and `complain` what could not be read, in order. */
  ask(count: number, read: (i: number, at: number) => Reading, tell: Tell, complain: Complain): void {
    let next = 0;
    while (next < count) {
      this.questions = this.core.words(this.#area("questions"), this.#batch * this.reader.size);
      const readings: Reading[] = [];
      let asked = 0;
      for (; next < count && asked < this.#batch; next++) {
        const reading = read(next, asked * this.reader.size);
        readings.push(reading);
        if (reading.kind === "question") asked++;
      }
      this.#answer(readings, asked, tell, complain);
    }
  }

  #answer(readings: readonly Reading[], asked: number, tell: Tell, complain: Complain): void {
    const { AnswerAt, QuestionAt, MemberAt, Limit } = this.core.layout;
    const { size } = this.reader;
    const answers = this.core.words(this.#area("answers"), (this.#batch * AnswerAt.SIZE) / 4);
    const members = this.core.words(this.#area("members"), (Limit.MEMBERS * MemberAt.SIZE) / 4);
    let left = asked;
    let done = this.core.answer(this.#address, left);
    let place = 0;
    for (const reading of readings) {
      if (reading.kind === "bad") complain(reading.diagnostic);
      else if (reading.kind === "refused") tell(refusedBy(reading.error));
      else {
        if (place === done) {
          // The members of the answers so far have filled their area: the rest is asked anew.
          this.questions.copyWithin(0, done * size, left * size);
          left -= done;
          done = this.core.answer(this.#address, left);
          place = 0;
        }
        const question = place * size;
        const family = this.questions[question + QuestionAt.family / 4] === 4 ? 4 : 6;
        tell(this.#teller.tell(answers, (place * AnswerAt.SIZE) / 4, family, members, () => this.#destination(question, family)));
        place++;
      }
    }
  }

  #destination(question: number, family: 4 | 6): string {
    const at = question + this.core.layout.QuestionAt.dst0 / 4;
    const [a = 0, b = 0, c = 0, d = 0] = this.questions.subarray(at, at + 4);
    return formatAddress({ family, words: [a, b, c, d] });
  }

  #area(name: "questions" | "answers" | "members"): number {
    return this.core.view().getUint32(this.#address + this.core.layout.RouterAt[name], true);
  }
}
