import { listsPeople } from '../contract/protocol';
import type { Records } from '../db/records';
import type { Bulletin, News } from '../platform/bulletin';
import type { Attendance } from './attendance.svelte';

type Numbers = readonly number[] | 'all';

/** Something that screens show of a stream. */
interface Shown {
  load(stream: string, buckets: Numbers): Promise<void>;
}

/** What screens show. */
export interface ReadingParts {
  readonly session: { load(): Promise<void>; readonly checkpoint: string | null };
  readonly outbox: { load(ids: readonly string[] | 'all'): Promise<void> };
  readonly roster: Shown;
  readonly guardians: Shown;
  readonly conflicts: Shown;
  readonly attendance: Shown & Pick<Attendance, 'choose' | 'cursors' | 'loadCursors' | 'stand'>;
}

/** Brings into memory what is stored, and whatever changes of it from then on, in whichever tab. */
export class Reading {
  // News by news, or an older reading could overwrite a newer one.
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parts: ReadingParts,
    private readonly records: Records,
    private readonly bulletin: Bulletin,
  ) {}

  /** Resolves when all records are read. What another tab stores meanwhile is read after them. */
  begin(): Promise<void> {
    const everything = this.#everything();
    this.#last = everything.catch(() => undefined);
    this.bulletin.listen((news) => {
      this.#last = this.#last.then(() => this.#heed(news)).catch((error: unknown) => console.error(error));
    });
    return everything;
  }

  /** What this phone knows of itself. */
  async session(): Promise<void> {
    const { session, attendance } = this.parts;
    await session.load();
    attendance.choose(session.checkpoint);
  }

  async #everything(): Promise<void> {
    const { outbox, attendance } = this.parts;
    await outbox.load('all');
    await attendance.loadCursors();
    for (const stream of attendance.cursors.keys()) await this.#read(stream, 'all');
  }

  async #heed(news: News): Promise<void> {
    switch (news.topic) {
      case 'outbox':
        return this.parts.outbox.load(news.ids);
      case 'records': {
        // The position before the rows: what is newer than it is folded twice, which changes nothing. The other way round
        // what this phone recorded would be gone until the next news.
        const cursor = await this.records.cursor(news.stream);
        await this.#read(news.stream, news.buckets);
        return this.parts.attendance.stand(news.stream, cursor);
      }
      case 'session':
        return this.session();
    }
  }

  async #read(stream: string, buckets: Numbers): Promise<void> {
    const { roster, guardians, conflicts, attendance } = this.parts;
    if (listsPeople(stream)) await roster.load(stream, buckets);
    if (stream.startsWith('guardians:')) await guardians.load(stream, buckets);
    if (stream.startsWith('conflicts:')) await conflicts.load(stream, buckets);
    if (stream.startsWith('attendance:')) await attendance.load(stream, buckets);
  }
}
