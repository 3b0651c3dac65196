import type { Change, Enrolment, PageHeader } from '../contract/protocol';
import type { Outbox } from '../db/outbox';
import type { Cursor, Records } from '../db/records';
import { merged } from '../db/records';
import type { Bulletin } from '../platform/bulletin';
import { readChange, readHeads, readPageHeader, readRevised, type Heads } from './answers';
import { hear } from './clock';
import type { Outcome } from './loop';
import { prune } from './prune';
import { reportOf, type Reporter } from './report';
import type { Lines, Offline, Refusal, Server } from './server';

// While a person looks and no poke would come.
const UNPOKED_REST_MS = 5_000;
const REST_MS = 60_000;
const PAGE = 10_000;
const PROGRESS_EVERY = 500;
const CONFIRM_EVERY_MS = 30_000;

/** Why pulling stopped before the end; null where this is used means that it did not. */
type Stop =
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null }
  /** The server's history changed while we asked: begin again. */
  | { readonly kind: 'epoch' }
  /** The server no longer knows what was deleted since our position. */
  | { readonly kind: 'expired' };

interface Asked {
  readonly session: Enrolment;
  readonly epoch: string;
  readonly stream: string;
  readonly after: number;
  readonly base: number | null;
  /** When the server told the heads. */
  readonly serverTime: string;
}

interface Page {
  readonly kind: 'page';
  readonly header: PageHeader;
  readonly changes: readonly Change[];
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

/** Brings every stream that this phone may read up to date. */
export class Pull {
  constructor(private readonly tools: PullTools) {}

  async round(): Promise<Outcome> {
    const session = await this.tools.outbox.read('session');
    if (session === undefined) return { kind: 'rest', ms: REST_MS };
    let stop = await this.#everything(session);
    if (stop?.kind === 'epoch') stop = await this.#everything(session);
    if (stop !== null) return { kind: 'failed', retryAfterMs: stop.kind === 'failed' ? stop.retryAfterMs : null };
    const { isVisible, isPoked } = this.tools;
    return { kind: 'rest', ms: isVisible() && !isPoked() ? UNPOKED_REST_MS : REST_MS };
  }

  async #everything(session: Enrolment): Promise<Stop | null> {
    const { server, outbox, report } = this.tools;
    const epoch = await outbox.read('epoch');
    const reply = await server.streams(session);
    if (reply.kind === 'offline') return this.#offline(reply);
    if (reply.epoch !== epoch) return this.#newEpoch(reply.epoch);
    if (reply.kind === 'refusal') return this.#refused(reply);
    const heads = readHeads(reply.body);
    if (heads === null) return this.#offline({ kind: 'offline', why: 'the server gave an answer that makes no sense' });
    await hear(outbox, reply, heads.serverTime);
    await this.#eraseUnlisted(heads);
    for (const head of heads.streams) {
      const { stream } = head;
      const start = { session, epoch, stream, after: 0, base: null, serverTime: heads.serverTime };
      const stop = await this.#stream(start, head.head);
      if (stop !== null) return stop;
    }
    report({ kind: 'heard', by: 'pull' });
    await prune(outbox, session, heads, this.tools.bulletin);
    return null;
  }

  async #stream(start: Asked, head: number): Promise<Stop | null> {
    const { epoch, stream } = start;
    const cursor = (await this.tools.records.cursors()).find((known) => known.stream === stream);
    if (cursor === undefined || cursor.epoch !== epoch) return this.#snapshot(start);
    if (cursor.seq === head) return this.#confirm(cursor);
    const stop = await this.#news({ ...start, after: cursor.seq });
    return stop?.kind === 'expired' ? this.#snapshot(start) : stop;
  }

  /** Page after page into memory, and into storage at once when complete: a half list is never shown as a whole one. */
  async #snapshot(start: Asked): Promise<Stop | null> {
    const { records, bulletin } = this.tools;
    const changes: Change[] = [];
    let asked = start;
    for (;;) {
      const page = await this.#page(asked, changes.length);
      if (page.kind !== 'page') return page;
      for (const change of page.changes) changes.push(change);
      if (page.header.complete) {
        await this.#revise(asked, changes);
        await records.replace(cursorAt(page.header, page.header.head), merged([], changes));
        bulletin.post({ topic: 'records', stream: start.stream, buckets: 'all' });
        return null;
      }
      asked = { ...asked, after: last(page), base: asked.base ?? page.header.head };
    }
  }

  async #news(start: Asked): Promise<Stop | null> {
    const { records, bulletin } = this.tools;
    let asked = start;
    for (;;) {
      const page = await this.#page(asked, null);
      if (page.kind !== 'page') return page;
      const next = page.header.complete ? page.header.head : last(page);
      await this.#revise(asked, page.changes);
      const touched = await records.apply(asked.after, cursorAt(page.header, next), page.changes);
      // Another tab was quicker: what it stored is at least as new.
      if (touched === null) return null;
      bulletin.post({ topic: 'records', stream: start.stream, buckets: touched });
      if (page.header.complete) return null;
      asked = { ...asked, after: next };
    }
  }

  /** Verdicts after a re-run, before the cursor moves: a phone that dies in between is told again. */
  async #revise({ epoch, serverTime }: Asked, changes: readonly Change[]): Promise<void> {
    const revised = readRevised(changes, serverTime);
    if (revised.size === 0) return;
    await this.tools.outbox.settle(revised, epoch);
    this.tools.bulletin.post({ topic: 'outbox', ids: [...revised.keys()] });
  }

  /** Nothing new: the list is as fresh as this answer. */
  async #confirm(cursor: Cursor): Promise<null> {
    if (Date.now() - cursor.pulledAt < CONFIRM_EVERY_MS) return null;
    await this.tools.records.apply(cursor.seq, { ...cursor, pulledAt: Date.now() }, []);
    this.tools.bulletin.post({ topic: 'records', stream: cursor.stream, buckets: [] });
    return null;
  }

  async #page(asked: Asked, loaded: number | null): Promise<Page | Stop> {
    const { session, epoch, stream, after, base } = asked;
    const query = `after=${after}&limit=${PAGE}` + (base === null ? '' : `&base=${base}`);
    const reply = await this.tools.server.changes(session, stream, query);
    if (reply.kind === 'offline') return this.#offline(reply);
    if (reply.epoch !== epoch) return this.#newEpoch(reply.epoch);
    if (reply.kind === 'refusal') {
      if (reply.code !== 'cursor_expired') return this.#refused(reply);
      return reply.reason === 'ahead' ? this.#ahead() : { kind: 'expired' };
    }
    const page = await this.#read(reply, loaded);
    const right = page !== null && belongs(page.header, asked);
    return right ? page : this.#offline({ kind: 'offline', why: 'the answer was cut short' });
  }

  async #read({ lines }: Lines, loaded: number | null): Promise<Page | null> {
    try {
      const first = await lines.next();
      const header = first.done ? null : readPageHeader(JSON.parse(first.value));
      if (header === null) return null;
      const changes: Change[] = [];
      for await (const line of lines) {
        if (line === '') continue;
        const change = readChange(JSON.parse(line));
        if (change === null) return null;
        changes.push(change);
        if (loaded !== null && changes.length % PROGRESS_EVERY === 0) this.#progress(header, loaded + changes.length);
      }
      return inOrder(header, changes) ? { kind: 'page', header, changes } : null;
    } catch {
      // Cut off in the middle, or not JSON: as good as no answer.
      return null;
    }
  }

  #progress({ stream, count }: PageHeader, done: number): void {
    this.tools.report({ kind: 'loading', stream, done, total: count });
  }

  async #eraseUnlisted({ streams }: Heads): Promise<void> {
    const listed = new Set(streams.map(({ stream }) => stream));
    await this.#erase((cursor) => !listed.has(cursor.stream));
  }

  async #erase(chosen: (cursor: Cursor) => boolean): Promise<void> {
    const { records, bulletin } = this.tools;
    for (const cursor of (await records.cursors()).filter(chosen)) {
      await records.erase(cursor.stream);
      bulletin.post({ topic: 'records', stream: cursor.stream, buckets: 'all' });
    }
  }

  // Cursors carry their epoch, so this alone drops them all.
  async #newEpoch(epoch: string): Promise<Stop> {
    await this.tools.outbox.beginEpoch(epoch);
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
    return { kind: 'failed', retryAfterMs: null };
  }

  async #refused(refusal: Refusal): Promise<Stop> {
    if (refusal.code === 'device_revoked') await this.#erase(() => true);
    this.tools.report(reportOf(refusal));
    return { kind: 'failed', retryAfterMs: refusal.retryAfterMs };
  }
}

function last(page: Page): number {
  return page.changes.at(-1)?.seq ?? page.header.after;
}

function cursorAt(header: PageHeader, seq: number): Cursor {
  return { stream: header.stream, seq, epoch: header.epoch, count: header.count, pulledAt: Date.now() };
}

function belongs(header: PageHeader, { stream, epoch, after }: Asked): boolean {
  return header.stream === stream && header.epoch === epoch && header.after === after;
}

// A page that brings nothing and is not the last one would be asked for again for ever.
function inOrder(header: PageHeader, changes: readonly Change[]): boolean {
  if (changes.length === 0) return header.complete;
  let previous = header.after + 1;
  return changes.every(({ seq }) => {
    const follows = seq >= previous;
    previous = seq;
    return follows;
  });
}
