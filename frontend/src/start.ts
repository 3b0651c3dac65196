import { attempt } from './db/connection';
import { Outbox } from './db/outbox';
import { Records } from './db/records';
import { Attendance } from './operations/attendance.svelte';
import { Exchange } from './operations/exchange.svelte';
import { OutboxView } from './operations/outbox.svelte';
import { Roster } from './operations/roster.svelte';
import { Session } from './operations/session.svelte';
import { Bulletin, type News } from './platform/bulletin';
import { deviceName } from './platform/device';
import { Engine } from './sync/engine';
import { enrol } from './sync/enrol';
import { Server } from './sync/server';

declare const __APP_VERSION__: string;
export const VERSION = __APP_VERSION__;

/** The parts of the app, wired. */
export class Parts {
  readonly #bulletin = new Bulletin();
  readonly #stored = new Outbox();
  readonly #records = new Records();
  readonly #server = new Server();
  readonly session = new Session(this.#stored, this.#bulletin);
  readonly outbox = new OutboxView(this.#stored, this.#bulletin, () => this.#engine.push());
  readonly roster = new Roster(this.#records);
  readonly attendance = new Attendance(this.#records, this.outbox, this.roster);
  readonly exchange = new Exchange();
  readonly #engine = new Engine({
    server: this.#server,
    outbox: this.#stored,
    records: this.#records,
    bulletin: this.#bulletin,
    report: (report) => this.exchange.take(report),
    openSocket: () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/v1/poke`),
    isVisible: () => document.visibilityState === 'visible',
  });
  // Reading follows the news one by one, or an older reading could overwrite a newer one.
  #reading: Promise<void> = Promise.resolve();

  /** Proves the storage, reads everything, starts the exchange. Rejects with StorageError. */
  async start(): Promise<void> {
    await this.#stored.prove();
    await this.session.load();
    await this.outbox.load('all');
    this.attendance.choose(this.session.checkpoint);
    await this.attendance.loadCursors();
    for (const stream of this.attendance.cursors.keys()) await this.#read(stream, 'all');
    this.#bulletin.listen((news) => {
      this.#reading = this.#reading.then(() => this.#heed(news)).catch((error: unknown) => console.error(error));
    });
    this.#wake();
  }

  enrol = async (code: string): Promise<string | null> => {
    const problem = await enrol(
      { server: this.#server, outbox: this.#stored, bulletin: this.#bulletin },
      { code, name: deviceName(), version: VERSION },
    );
    if (problem !== null) return problem;
    this.exchange.enrolled();
    await this.session.load();
    this.#engine.both();
    return null;
  };

  /** A person asks for it. */
  exchangeNow = (): void => this.#engine.both();

  /** Windows open and close with the clock. Resolves to how far this phone's is off, ms; null when that is not known. */
  async tick(): Promise<number | null> {
    let offset: number | null = null;
    const message = await attempt(async () => {
      offset = (await this.#stored.read('offset')) ?? null;
    });
    if (message !== null) this.exchange.take({ kind: 'storage', message });
    this.attendance.tick(Date.now(), offset ?? undefined);
    return offset;
  }

  async #heed(news: News): Promise<void> {
    switch (news.topic) {
      case 'outbox':
        await this.outbox.load(news.ids);
        return;
      case 'records':
        await this.#read(news.stream, news.buckets);
        await this.attendance.loadCursors();
        return;
      case 'session':
        await this.session.load();
        this.attendance.choose(this.session.checkpoint);
        return;
    }
  }

  async #read(stream: string, buckets: readonly number[] | 'all'): Promise<void> {
    if (stream.startsWith('roster:')) await this.roster.load(stream, buckets);
    if (stream.startsWith('attendance:')) await this.attendance.load(stream, buckets);
  }

  #wake(): void {
    const now = (): void => this.#engine.both();
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && now());
    for (const name of ['online', 'focus', 'pageshow']) window.addEventListener(name, now);
    now();
  }
}
