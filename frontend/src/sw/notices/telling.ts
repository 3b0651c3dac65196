import type { Enrolment } from '../../contract/protocol';
import { Outbox } from '../../db/outbox';
import { Bulletin } from '../../platform/bulletin';
import { Push } from '../../sync/push';
import { Server } from '../../sync/server';

/** Says what became of notices on this phone: an operation each, kept in an outbox of its own until the server has it. */
export class Telling {
  readonly #outbox: Outbox;
  readonly #push: Push;
  #flushing: Promise<void> = Promise.resolve();

  constructor(name = 'eventsync-messages', server = new Server()) {
    this.#outbox = new Outbox(name);
    this.#push = new Push({
      server,
      outbox: this.#outbox,
      records: { cursors: async () => [] }, // it reads no stream
      vitals: async () => ({ persisted: null, battery: null }),
      bulletin: new Bulletin(name),
      report: () => undefined,
      isVisible: () => false,
    });
  }

  /** From now on in the name of this device. */
  async enrol(session: Enrolment): Promise<void> {
    await this.#outbox.remember('session', session);
  }

  /** Resolves when it is safely kept here; it is sent at once, if that can be, or else later. */
  async tell(kind: string, delivery: string): Promise<boolean> {
    return (await this.heard(kind, delivery, () => undefined)) !== null;
  }

  /** The same, and whether somebody hears it now; null, and `kept` is not called, where nothing could be kept. */
  async heard(kind: string, delivery: string, kept: () => void): Promise<boolean | null> {
    if ((await this.#outbox.read('session')) === undefined) return null;
    const { id } = await this.#outbox.append({ kind, refers_to: null, payload: { delivery } });
    kept();
    await this.flush();
    const [row] = await this.#outbox.some([id]);
    return row?.settled?.verdict === 'accepted' && !row.settled.flags.includes('no_effect');
  }

  /** One after the other: two at once would only send the same twice. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush()).catch(() => undefined);
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    if ((await this.#outbox.read('session')) === undefined) return;
    await this.#push.round();
    if ((await this.#outbox.countUnsettled()) > 0) await wakeMe();
  }
}

// The browser wakes this worker when there is a network again, if it is one that does; else the next page does.
async function wakeMe(): Promise<void> {
  const { registration } = globalThis as unknown as { registration?: { sync?: { register(tag: string): Promise<void> } } };
  await registration?.sync?.register('eventsync-messages').catch(() => undefined);
}
