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

const FAILED = { kind: 'failed', retryAfterMs: null } as const;

type Step =
  | { readonly kind: 'done'; readonly retry: boolean }
  | { readonly kind: 'halve'; readonly code: RefusalCode }
  | { readonly kind: 'epoch' }
  | (Outcome & { readonly kind: 'failed' });

export interface PushTools extends BeatTools {
  readonly server: Server;
  readonly bulletin: Bulletin;
  readonly report: Reporter;
  readonly isVisible: () => boolean;
}

/** Sends what was recorded, in order, until nothing is left to send. */
export class Push {
  #size = LARGEST_BATCH;
  #failures = 0;
  /** The last that failed alone since the end of the queue was reached, as its number; 0 is none. */
  #behind = 0;
  /** Whether one failed alone when the server asked for time: the next round begins behind it. */
  #waited = false;
  #told: Beat | null = null;
  #toldAt = -Infinity;

  constructor(private readonly tools: PushTools) {}

  async round(): Promise<Outcome> {
    const { outbox } = this.tools;
    const session = await outbox.read('session');
    if (session === undefined) return { kind: 'rest', ms: REST_MS };
    let resumed = this.#waited;
    let after = resumed ? this.#behind : 0;
    let size = this.#size;
    let retry = false;
    let restarted = false;
    let stumbled = 0;
    this.#waited = false;
    for (;;) {
      const batch = await outbox.queuedAfter(after, size);
      const last = batch.at(-1)?.seq;
      if (last === undefined) {
        if (!resumed) break;
        resumed = false;
        after = this.#behind = 0;
        size = 1;
        continue;
      }
      const step = await this.#send(session, batch);
      if (step.kind === 'failed') {
        if (batch.length > 1) {
          // A proxy or a bug may choke on one batch for ever: a smaller one gets around it.
          if (++this.#failures % FAILURES_BEFORE_HALVING === 0) this.#size = half(batch);
          return step;
        }
        // One that fails alone keeps no other back; a second in the same round is taken for the network's doing.
        this.#behind = Math.max(last, this.#behind);
        if (stumbled > 0 || resumed) return step;
        this.#waited = step.retryAfterMs !== null;
        if (this.#waited) return step;
        stumbled = last;
        after = this.#behind;
      } else if (step.kind === 'epoch') {
        if (restarted) return FAILED;
        restarted = true;
        after = 0;
      } else if (step.kind === 'halve') {
        if (batch.length > 1) this.#size = size = half(batch);
        else {
          for (const { id } of batch) await outbox.setAside(id, step.code);
          this.#changed();
          after = last;
        }
      } else {
        after = last;
        retry ||= step.retry;
        size = Math.min(LARGEST_BATCH, size * 2);
        this.#size = stumbled > 0 || resumed ? 1 : size;
        this.#failures = 0;
      }
    }
    this.#behind = stumbled;
    return retry || stumbled > 0 ? FAILED : this.#heartbeat(session);
  }

  async #send(session: Enrolment, batch: readonly OutboxRow[]): Promise<Step> {
    const { server, outbox, report } = this.tools;
    const era = await outbox.era();
    const beat = await beatWith(batch, this.tools);
    const reply = await server.push(session, { ...envelope(batch), ...beat });
    if (reply.kind === 'offline') {
      report(reply);
      return FAILED;
    }
    if (!isSameEra(await outbox.era(), era)) return { kind: 'epoch' };
    if (reply.epoch !== era.epoch) {
      await outbox.beginEpoch(reply.epoch, era);
      this.#changed();
      return { kind: 'epoch' };
    }
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
      return FAILED;
    }
    await hear(outbox, reply, verdicts.serverTime);
    if (!(await outbox.settle(verdicts.settled, era))) return { kind: 'epoch' };
    bulletin.post({ topic: 'outbox', ids });
    report({ kind: 'heard', by: 'push' });
    return { kind: 'done', retry: verdicts.settled.size < batch.length };
  }

  #changed(): void {
    this.tools.bulletin.post({ topic: 'outbox', ids: 'all' });
  }

  #refused(refusal: Refusal): Step {
    const { code } = refusal;
    if (code === 'malformed' || code === 'too_large') return { kind: 'halve', code };
    this.tools.report(reportOf(refusal));
    return { kind: 'failed', retryAfterMs: refusal.retryAfterMs };
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
  return Math.floor(batch.length / 2);
}
