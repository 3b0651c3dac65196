import { PROTOCOL, type Enrolment } from '../contract/protocol';
import type { Outbox, OutboxRow } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';
import { readVerdicts } from './answers';
import { hear } from './clock';
import type { Outcome } from './loop';
import { reportOf, type Reporter } from './report';
import type { Answer, Refusal, Server } from './server';

const LARGEST_BATCH = 200;
const FAILURES_BEFORE_HALVING = 3;
const REST_MS = 60_000;

type Step =
  | { readonly kind: 'done'; readonly retry: boolean }
  | { readonly kind: 'halve'; readonly message: string }
  | { readonly kind: 'epoch' }
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null };

export interface PushTools {
  readonly server: Server;
  readonly outbox: Outbox;
  readonly bulletin: Bulletin;
  readonly report: Reporter;
  readonly isVisible: () => boolean;
}

/** Sends what was recorded, in order, until nothing is left to send. */
export class Push {
  #size = LARGEST_BATCH;
  #first: string | null = null;
  #failures = 0;
  #told = 0;

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
        else after = await this.#setAside(batch, step.message);
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
    const epoch = await outbox.read('epoch');
    const pending = (await outbox.countUnsettled()) - batch.length;
    const reply = await server.push(session, envelope(batch, pending));
    if (reply.kind === 'offline') {
      report(reply);
      return { kind: 'failed', retryAfterMs: null };
    }
    if (reply.epoch !== epoch) return this.#newEpoch(reply.epoch);
    if (reply.kind === 'refusal') return this.#refused(reply);
    this.#told = pending;
    return this.#settle(reply, batch, epoch);
  }

  async #settle(reply: Answer, batch: readonly OutboxRow[], epoch: string): Promise<Step> {
    const { outbox, bulletin, report } = this.tools;
    const ids = batch.map(({ id }) => id);
    const verdicts = readVerdicts(reply.body, ids);
    if (verdicts === null) {
      report({ kind: 'offline', why: 'the server gave an answer that makes no sense' });
      return { kind: 'failed', retryAfterMs: null };
    }
    await hear(outbox, reply, verdicts.serverTime);
    if (!(await outbox.settle(verdicts.settled, epoch))) return { kind: 'epoch' };
    bulletin.post({ topic: 'outbox', ids });
    report({ kind: 'heard', by: 'push' });
    return { kind: 'done', retry: verdicts.settled.size < batch.length };
  }

  async #newEpoch(epoch: string): Promise<Step> {
    await this.tools.outbox.beginEpoch(epoch);
    this.tools.bulletin.post({ topic: 'outbox', ids: 'all' });
    return { kind: 'epoch' };
  }

  #refused(refusal: Refusal): Step {
    const { code, message } = refusal;
    if (code === 'malformed' || code === 'too_large') return { kind: 'halve', message };
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

  async #setAside(batch: readonly OutboxRow[], message: string): Promise<number> {
    for (const { id } of batch) await this.tools.outbox.setAside(id, message);
    this.tools.bulletin.post({ topic: 'outbox', ids: batch.map(({ id }) => id) });
    return batch.at(-1)?.seq ?? 0;
  }

  /** Tells the server how much is waiting here when that changed since it last heard, at most once in a rest. */
  async #heartbeat(session: Enrolment): Promise<Outcome> {
    const { server, outbox, isVisible } = this.tools;
    const pending = await outbox.countUnsettled();
    if (pending !== this.#told && isVisible()) {
      const reply = await server.push(session, envelope([], pending));
      if (reply.kind === 'answer') this.#told = pending;
    }
    return { kind: 'rest', ms: REST_MS };
  }
}

function envelope(batch: readonly OutboxRow[], pending: number): Readonly<Record<string, unknown>> {
  const operations = batch.map(({ operation }) => operation);
  return { protocol: PROTOCOL, sent_at: new Date().toISOString(), pending, operations };
}

function half(batch: readonly OutboxRow[]): number {
  return Math.max(1, Math.floor(batch.length / 2));
}
