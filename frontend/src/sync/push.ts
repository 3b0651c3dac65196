import type { Enrolment } from '../contract/protocol';
import { isSameEra, type Era, type OutboxRow } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';
import { say } from '../words/words.svelte';
import { readVerdicts } from './answers';
import { hear } from './clock';
import { envelope } from './envelope';
import { beatWith, isSame, type Beat, type BeatTools } from './heartbeat';
import type { Outcome } from './loop';
import { reportOf, type Reporter } from './report';
import type { Answer, Refusal, RefusalCode, Server } from './server';

const LARGEST_BATCH = 200;
const FAILURES_BEFORE_HALVING = 3;
const REST_MS = 60_000;

type Step =
  | { readonly kind: 'done'; readonly retry: boolean }
  | { readonly kind: 'halve'; readonly code: RefusalCode }
  | { readonly kind: 'epoch' }
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null };

export interface PushTools extends BeatTools {
  readonly server: Server;
  readonly bulletin: Bulletin;
  readonly report: Reporter;
  readonly isVisible: () => boolean;
}

/** Sends what was recorded, in order, until nothing is left to send. */
export class Push {
  #size = LARGEST_BATCH;
  #first: string | null = null;
  #failures = 0;
  #told: Beat | null = null;
  #toldAt = -Infinity;

  constructor(private readonly tools: PushTools) {}

  async round(): Promise<Outcome> {
    const { outbox } = this.tools;
    const session = await outbox.read('session');
    if (session === undefined) return { kind: 'rest', ms: REST_MS };
    let after = 0;
    let retry = false;
    let restarted = false;
    for (;;) {
      const batch = await outbox.queuedAfter(after, this.#size);
      if (batch.length === 0) break;
      const step = await this.#send(session, batch);
      if (step.kind === 'failed') return this.#failed(batch, step.retryAfterMs);
      if (step.kind === 'epoch') {
        if (restarted) return { kind: 'failed', retryAfterMs: null };
        restarted = true;
        after = 0;
      } else if (step.kind === 'halve') {
        if (batch.length > 1) this.#size = half(batch);
        else after = await this.#setAside(batch, step.code);
      } else {
        after = batch.at(-1)?.seq ?? after;
        retry ||= step.retry;
        this.#size = Math.min(LARGEST_BATCH, this.#size * 2);
        this.#first = null;
      }
    }
    if (retry) return { kind: 'failed', retryAfterMs: null };
    return this.#heartbeat(session);
  }

  async #send(session: Enrolment, batch: readonly OutboxRow[]): Promise<Step> {
    const { server, outbox, report } = this.tools;
    const era = await outbox.era();
    const beat = await beatWith(batch, this.tools);
    const reply = await server.push(session, { ...envelope(batch), ...beat });
    if (reply.kind === 'offline') {
      report(reply);
      return { kind: 'failed', retryAfterMs: null };
    }
    if (!isSameEra(await outbox.era(), era)) return { kind: 'epoch' };
    if (reply.epoch !== era.epoch) return this.#newEpoch(reply.epoch, era);
    if (reply.kind === 'refusal') return this.#refused(reply);
    this.#told = beat;
    return this.#settle(reply, batch, era);
  }

  async #settle(reply: Answer, batch: readonly OutboxRow[], era: Era): Promise<Step> {
    const { outbox, bulletin, report } = this.tools;
    const ids = batch.map(({ id }) => id);
    const verdicts = readVerdicts(reply.body, ids);
    if (verdicts === null) {
      report({ kind: 'offline', why: say('trouble.nonsense') });
      return { kind: 'failed', retryAfterMs: null };
    }
    await hear(outbox, reply, verdicts.serverTime);
    if (!(await outbox.settle(verdicts.settled, era))) return { kind: 'epoch' };
    bulletin.post({ topic: 'outbox', ids });
    report({ kind: 'heard', by: 'push' });
    return { kind: 'done', retry: verdicts.settled.size < batch.length };
  }

  async #newEpoch(epoch: string, asked: Era): Promise<Step> {
    await this.tools.outbox.beginEpoch(epoch, asked);
    this.tools.bulletin.post({ topic: 'outbox', ids: 'all' });
    return { kind: 'epoch' };
  }

  #refused(refusal: Refusal): Step {
    const { code } = refusal;
    if (code === 'malformed' || code === 'too_large') return { kind: 'halve', code };
    this.tools.report(reportOf(refusal));
    return { kind: 'failed', retryAfterMs: refusal.retryAfterMs };
  }

  // A proxy or a bug may choke on one batch for ever: a smaller one gets around it.
  #failed(batch: readonly OutboxRow[], retryAfterMs: number | null): Outcome {
    const first = batch[0]?.id ?? null;
    this.#failures = first === this.#first ? this.#failures + 1 : 1;
    this.#first = first;
    if (this.#failures >= FAILURES_BEFORE_HALVING) {
      this.#failures = 0;
      this.#size = half(batch);
    }
    return { kind: 'failed', retryAfterMs };
  }

  async #setAside(batch: readonly OutboxRow[], code: RefusalCode): Promise<number> {
    for (const { id } of batch) await this.tools.outbox.setAside(id, code);
    this.tools.bulletin.post({ topic: 'outbox', ids: batch.map(({ id }) => id) });
    return batch.at(-1)?.seq ?? 0;
  }

  /** Tells the server how this phone is when that changed since it last heard. */
  async #heartbeat(session: Enrolment): Promise<Outcome> {
    const beat = await beatWith([], this.tools);
    if (!isSame(beat, this.#told) && this.#mayTell(beat)) {
      this.#toldAt = Date.now();
      const reply = await this.tools.server.push(session, { ...envelope([]), ...beat });
      if (reply.kind === 'answer') this.#told = beat;
    }
    return { kind: 'rest', ms: REST_MS };
  }

  // At most once in a rest, while a person looks; but that nothing waits any more is told at once.
  #mayTell({ pending }: Beat): boolean {
    if (pending === 0 && (this.#told?.pending ?? 0) > 0) return true;
    return this.tools.isVisible() && Math.abs(Date.now() - this.#toldAt) >= REST_MS;
  }
}

function half(batch: readonly OutboxRow[]): number {
  return Math.max(1, Math.floor(batch.length / 2));
}
