import type { Change, Enrolment, PageHeader, StreamHead } from '../contract/protocol';
import { isSameEra, type Era, type Outbox } from '../db/outbox';
import { liveAfter, type Cursor, type Position, type Records } from '../db/records';
import type { Bulletin } from '../platform/bulletin';
import { say } from '../words/words.svelte';
import { readDescribed, readHeads, readProfileRecord, readRevised, type Heads } from './answers';
import { hear } from './clock';
import { eraseExpired } from './expiry';
import type { Outcome } from './loop';
import { Mismatches } from './mismatches';
import { lastOf, readPage, type Page } from './page';
import { prune } from './prune';
import { reportOf, type Reporter } from './report';
import type { Offline, Refusal, RefusalCode, Server } from './server';

// While a person looks and no poke would come.
const UNPOKED_REST_MS = 5_000;
const REST_MS = 60_000;
// How often a round begins anew when the history of the server changes meanwhile.
const RESTARTS = 2;
const PAGE = 10_000;
const PROGRESS_EVERY = 500;
const CONFIRM_EVERY_MS = 30_000;
const MISMATCH_EVERY_MS = 600_000;
const OF_ONE_STREAM: readonly RefusalCode[] = ['malformed', 'forbidden', 'not_found', 'cursor_expired', 'too_large'];

/** Why pulling stopped before the end; null where this is used means that it did not. `last`: nothing else can be had either. */
type Stop =
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null; readonly last: boolean }
  /** The server's history changed while we asked: begin again. */
  | { readonly kind: 'epoch' }
  /** The server no longer knows what was deleted since our position. */
  | { readonly kind: 'expired' };

/** And the era in which it was asked. */
interface Asked extends Era {
  readonly session: Enrolment;
  readonly epoch: string;
  readonly stream: string;
  readonly after: number;
  readonly base: number | null;
  /** When the server told the heads. */
  readonly serverTime: string;
}

export interface PullTools {
  readonly server: Server;
  readonly outbox: Outbox;
  readonly records: Records;
  readonly bulletin: Bulletin;
  readonly report: Reporter;
  readonly isVisible: () => boolean;
  /** Whether the server would say at once that a stream has moved. */
  readonly isPoked: () => boolean;
  /** There is something to push again. */
  readonly repush: () => void;
}

/** Brings every stream that this phone may read up to date. While nobody looks, only a round that was kicked asks the server. */
export class Pull {
  /** Streams whose rows were written, or summed up as a whole, since the app was opened. */
  #whole = new Set<string>();
  #mismatches: Mismatches;

  constructor(private readonly tools: PullTools) {
    this.#mismatches = new Mismatches(tools.server);
  }

  async round(kicked?: boolean): Promise<Outcome> {
    const session = await this.tools.outbox.read('session');
    if (session === undefined) return { kind: 'rest', ms: REST_MS };
    await eraseExpired(this.tools.records, this.tools.bulletin, session.profile, Date.now());
    const { isVisible, isPoked } = this.tools;
    let stop = kicked || isVisible() ? await this.#everything(session) : null;
    for (let again = 0; stop?.kind === 'epoch' && again < RESTARTS; again++) stop = await this.#everything(session);
    if (stop !== null) return { kind: 'failed', retryAfterMs: stop.kind === 'failed' ? stop.retryAfterMs : null };
    return { kind: 'rest', ms: isVisible() && !isPoked() ? UNPOKED_REST_MS : REST_MS };
  }

  async #everything(session: Enrolment): Promise<Stop | null> {
    const { server, outbox, report } = this.tools;
    const era = await outbox.era();
    const reply = await server.streams(session);
    if (reply.kind === 'offline') return this.#offline(reply);
    const begun = await this.#begun(reply.epoch, era);
    if (begun !== null) return begun;
    if (reply.kind === 'refusal') return this.#refused(reply);
    const heads = readHeads(reply.body);
    if (heads === null) return this.#offline({ kind: 'offline', why: say('trouble.nonsense') });
    await hear(outbox, reply, heads.serverTime);
    await this.#eraseUnlisted(heads);
    await this.#mismatches.tell(session);
    const stop = await this.#streams({ ...era, session, epoch: reply.epoch, stream: '', after: 0, base: null, serverTime: heads.serverTime }, heads);
    if (stop !== null) return stop;
    report({ kind: 'heard', by: 'pull' });
    // Its profile may have changed just now.
    await prune(outbox, (await outbox.read('session')) ?? session, heads, this.tools.bulletin);
    return null;
  }

  /** One stream that cannot be had keeps no other back; two in a row are the network's doing. */
  async #streams(start: Asked, { streams }: Heads): Promise<Stop | null> {
    let [failure, previous]: (Stop | null)[] = [null, null];
    for (const head of streams) {
      const stop = await this.#stream({ ...start, stream: head.stream }, head);
      const goesOn = stop === null || (stop.kind !== 'epoch' && previous === null && !(stop.kind === 'failed' && stop.last));
      if (!goesOn) return stop;
      previous = stop;
      failure ??= stop;
    }
    return failure ?? null;
  }

  async #stream(start: Asked, head: StreamHead): Promise<Stop | null> {
    const { epoch, stream } = start;
    const cursor = await this.tools.records.cursor(stream);
    if (cursor === undefined || cursor.epoch !== epoch) return this.#snapshot(start);
    if (!(await this.#isWhole(stream)) && !wasRecent(cursor)) return this.#mismatch(start);
    if (cursor.seq === head.head) return (await this.#confirm(cursor)) ?? this.#compare(start, cursor, head);
    const stop = await this.#news({ ...start, after: cursor.seq });
    return stop?.kind === 'expired' ? this.#snapshot(start) : stop;
  }

  /** Page after page into memory, and into storage at once when complete: a half list is never shown as a whole one. */
  async #snapshot(start: Asked): Promise<Stop | null> {
    const { records, bulletin } = this.tools;
    const [mark, changes]: [string, Change[]] = [await records.begin(start.stream), []];
    let asked = start;
    for (;;) {
      const page = await this.#page(asked, changes.length);
      if (page.kind !== 'page') return page;
      for (const change of page.changes) changes.push(change);
      if (page.header.complete) {
        const stop = await this.#heed(asked, changes);
        if (stop !== null) return stop;
        const cursor = await records.replace(positionAt(page.header, page.header.head), liveAfter(changes), mark);
        if (cursor === null) return null; // another tab was quicker, or erased the stream
        this.#whole.add(start.stream);
        bulletin.post({ topic: 'records', stream: start.stream, buckets: 'all' });
        return this.#compare(start, cursor, page.header);
      }
      asked = { ...asked, after: lastOf(page), base: asked.base ?? page.header.head };
    }
  }

  async #news(start: Asked): Promise<Stop | null> {
    const { records, bulletin } = this.tools;
    let asked = start;
    for (;;) {
      const page = await this.#page(asked, null);
      if (page.kind !== 'page') return page;
      const next = page.header.complete ? page.header.head : lastOf(page);
      const stop = await this.#heed(asked, page.changes);
      if (stop !== null) return stop;
      const applied = await records.apply(asked.after, positionAt(page.header, next), page.changes, !page.header.complete);
      // Another tab was quicker: what it stored is at least as new.
      if (applied === null) return null;
      bulletin.post({ topic: 'records', stream: start.stream, buckets: applied.touched });
      if (page.header.complete) return this.#compare(start, applied.cursor, page.header);
      asked = { ...asked, after: next };
    }
  }

  /** What is said to this phone itself, before the cursor moves: a phone that dies in between is told again. */
  async #heed(asked: Asked, changes: readonly Change[]): Promise<Stop | null> {
    await this.#revise(asked, changes);
    const profile = readProfileRecord(changes);
    const same = profile === null || JSON.stringify(profile) === JSON.stringify(asked.session.profile);
    return same ? null : this.#describe(asked);
  }

  /** Verdicts after a re-run. */
  async #revise(asked: Asked, changes: readonly Change[]): Promise<void> {
    const revised = readRevised(changes, asked.serverTime);
    if (revised.size === 0) return;
    await this.tools.outbox.settle(revised, asked);
    this.tools.bulletin.post({ topic: 'outbox', ids: [...revised.keys()] });
  }

  /** Another profile: asks what this phone now is and may do. */
  async #describe(asked: Asked): Promise<Stop | null> {
    const { server, outbox, bulletin } = this.tools;
    const reply = await server.device(asked.session);
    if (reply.kind === 'offline') return this.#offline(reply);
    const begun = await this.#begun(reply.epoch, asked);
    if (begun !== null) return begun;
    if (reply.kind === 'refusal') return this.#refused(reply);
    const described = readDescribed(reply.body);
    if (described === null) return this.#offline({ kind: 'offline', why: say('trouble.nonsense') });
    await outbox.redescribe(asked.session.token, described.description);
    bulletin.post({ topic: 'session' });
    return null;
  }

  /** Nothing new: the list is as fresh as this answer. */
  async #confirm(cursor: Cursor): Promise<null> {
    if (Math.abs(Date.now() - cursor.pulledAt) < CONFIRM_EVERY_MS) return null;
    await this.tools.records.apply(cursor.seq, { ...cursor, pulledAt: Date.now() }, []);
    this.tools.bulletin.post({ topic: 'records', stream: cursor.stream, buckets: [] });
    return null;
  }

  /** Whether what is held is what the server has, at the position where both are. */
  async #compare(start: Asked, cursor: Cursor, told: Pick<PageHeader, 'count' | 'checksum'>): Promise<Stop | null> {
    const { held, checksum } = cursor;
    const same = (told.count ?? held) === held && (told.checksum ?? checksum) === checksum;
    return same || wasRecent(cursor) ? null : this.#mismatch(start);
  }

  /** Once after the app was opened the rows themselves are summed up; from then on the sum is kept with them. */
  async #isWhole(stream: string): Promise<boolean> {
    if (this.#whole.has(stream)) return true;
    this.#whole.add(stream);
    return this.tools.records.isWhole(stream);
  }

  async #mismatch(start: Asked): Promise<Stop | null> {
    const { session, stream } = start;
    console.warn(`what this phone holds of ${stream} is not what the server has: it is fetched again`);
    await this.tools.records.noteMismatch(stream, Date.now());
    await this.#mismatches.note(session, stream);
    return this.#snapshot({ ...start, after: 0, base: null });
  }

  async #page(asked: Asked, loaded: number | null): Promise<Page | Stop> {
    const { session, stream, after, base } = asked;
    const query = `after=${after}&limit=${PAGE}` + (base === null ? '' : `&base=${base}`);
    const reply = await this.tools.server.changes(session, stream, query);
    if (reply.kind === 'offline') return this.#offline(reply);
    const begun = await this.#begun(reply.epoch, asked);
    if (begun !== null) return begun;
    if (reply.kind === 'refusal') {
      if (reply.code !== 'cursor_expired') return this.#refused(reply);
      return reply.reason === 'ahead' ? this.#ahead() : { kind: 'expired' };
    }
    const progress = (header: PageHeader, done: number): void => {
      if (loaded !== null && done % PROGRESS_EVERY === 0) this.#progress(header, loaded + done);
    };
    const page = await readPage(reply, asked, progress);
    return page ?? this.#offline({ kind: 'offline', why: say('trouble.cut_short') });
  }

  #progress({ stream, count }: PageHeader, done: number): void {
    this.tools.report({ kind: 'loading', stream, done, total: count });
  }

  async #eraseUnlisted({ streams }: Heads): Promise<void> {
    const listed = new Set(streams.map(({ stream }) => stream));
    await this.#erase((stream) => !listed.has(stream));
  }

  async #erase(chosen: (stream: string) => boolean): Promise<void> {
    const { records, bulletin } = this.tools;
    for (const stream of (await records.streams()).filter(chosen)) {
      await records.erase(stream);
      bulletin.post({ topic: 'records', stream, buckets: 'all' });
    }
  }

  /** Null when the answer is of the era that it was asked in, and that is this phone's still. */
  async #begun(epoch: string, asked: Era): Promise<Stop | null> {
    if (!isSameEra(await this.tools.outbox.era(), asked)) return { kind: 'epoch' };
    if (epoch === asked.epoch) return null;
    // Cursors carry their epoch, so this alone drops them all.
    await this.tools.outbox.beginEpoch(epoch, asked);
    this.tools.bulletin.post({ topic: 'outbox', ids: 'all' });
    this.tools.repush();
    return { kind: 'epoch' };
  }

  /** This phone has seen more than the server has: it was restored, and nobody said so. */
  async #ahead(): Promise<Stop> {
    await this.tools.records.dropCursors();
    await this.tools.outbox.sendAllAgain();
    this.tools.bulletin.post({ topic: 'outbox', ids: 'all' });
    this.tools.repush();
    return { kind: 'epoch' };
  }

  #offline(offline: Offline): Stop {
    this.tools.report(offline);
    return { kind: 'failed', retryAfterMs: null, last: false };
  }

  async #refused(refusal: Refusal): Promise<Stop> {
    if (refusal.code === 'device_revoked') await this.#erase(() => true);
    this.tools.report(reportOf(refusal));
    return { kind: 'failed', retryAfterMs: refusal.retryAfterMs, last: !OF_ONE_STREAM.includes(refusal.code) };
  }
}

// A server that counts wrongly must not be asked for everything all the time.
function wasRecent({ mismatchAt }: Cursor): boolean {
  const age = mismatchAt === null ? Infinity : Date.now() - mismatchAt;
  return age >= 0 && age < MISMATCH_EVERY_MS;
}

function positionAt(header: PageHeader, seq: number): Position {
  return { stream: header.stream, seq, epoch: header.epoch, count: header.count, pulledAt: Date.now() };
}
