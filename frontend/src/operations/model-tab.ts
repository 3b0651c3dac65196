// A phone for tests that play with its server: the app without its screens, in a tab that does what it is asked and no more.

import { Outbox } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { FakeServer, networkError } from '../sync/fake-server';
import { Pull } from '../sync/pull';
import { Push } from '../sync/push';
import { Attendance } from './attendance.svelte';
import type { ModelServer } from './model-server';
import { OutboxView } from './outbox.svelte';
import { Reading } from './reading';
import { Roster } from './roster.svelte';

export type Way = 'push' | 'pull';
/** What becomes of a request: `unheard` never arrives, `unanswered` does, `late` is answered when the round is asked for again. */
export type Fate = 'fine' | 'unheard' | 'unanswered' | 'late' | 'cut';

/** One of several tabs over the same storage. */
export class ModelTab {
  readonly bulletin = new Bulletin('phone');
  readonly stored = new Outbox();
  readonly records = new Records();
  readonly outbox = new OutboxView(this.stored, this.bulletin, () => undefined);
  readonly roster: Roster = new Roster(this.records, this.outbox, () => this.attendance.cursors);
  readonly attendance = new Attendance(this.records, this.outbox, this.roster);
  readonly #rounds: Record<Way, () => Promise<unknown>>;
  #under = new Map<Way, { round: Promise<unknown>; late: (answer: boolean) => void }>();
  #fate: Fate = 'fine';
  #well = 0;
  #held: (late: (answer: boolean) => void) => void = () => undefined;

  constructor(private readonly model: ModelServer) {
    const { server } = new FakeServer((request) => this.#travels(() => this.model.answer(request)));
    const base = { server, outbox: this.stored, records: this.records, bulletin: this.bulletin, report: () => undefined, isVisible: () => true };
    const push = new Push({ ...base, vitals: () => Promise.resolve({ persisted: null, battery: null }) });
    const pull = new Pull({ ...base, repush: () => undefined, isPoked: () => true });
    this.#rounds = { push: () => push.round(), pull: () => pull.round(true) };
  }

  async open(): Promise<void> {
    const none = { load: () => Promise.resolve() };
    const parts = { ...this, guardians: none, conflicts: none, session: { ...none, checkpoint: null } };
    await new Reading(parts, this.records, this.bulletin).begin();
  }

  /**
   * One round, of whose requests the one after `well` others meets `fate`; or the rest of the round whose answer is late.
   * Resolves also when it is late (again).
   */
  async round(way: Way, fate: Fate, well = 0): Promise<void> {
    [this.#fate, this.#well] = [fate, well];
    const before = this.#under.get(way);
    this.#under.delete(way);
    const stuck = new Promise<(answer: boolean) => void>((resolve) => (this.#held = resolve));
    before?.late(fate !== 'unanswered');
    const round = before?.round ?? this.#rounds[way]();
    const late = await Promise.race([round.then(() => null), stuck]);
    if (late !== null) this.#under.set(way, { round, late });
  }

  async finish(): Promise<void> {
    for (const way of this.#under.keys()) await this.round(way, 'fine');
  }

  async close(): Promise<void> {
    await this.finish();
    this.bulletin.close();
    await Promise.all([this.stored.close(), this.records.close()]);
  }

  async #travels(answer: () => Response): Promise<Response> {
    if (this.#well-- > 0) return answer();
    const fate = this.#fate;
    this.#fate = 'fine';
    if (fate === 'unheard') return networkError();
    const response = answer();
    if (fate === 'unanswered') return networkError();
    if (fate === 'late' && !(await new Promise<boolean>((resolve) => this.#held(resolve)))) return networkError();
    return fate === 'cut' ? cut(response) : response;
  }
}

async function cut(response: Response): Promise<Response> {
  const text = await response.text();
  return new Response(text.slice(0, Math.floor(text.length * 0.7)), response);
}
