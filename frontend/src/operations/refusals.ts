import { keyOf, refusal, type Subject } from './checkin';
import type { Reason } from './judging';
import type { Presence } from '../rules/attendance';
import type { OutboxView } from './outbox.svelte';
import type { Roster } from './roster.svelte';

/** For so long, somebody who comes again and is not let in again is one refusal; ms. */
const AGAIN_MS = 600_000;

/** The reason of who was in already, and is let in no second time. */
export const ALREADY = 'already_here';

/** Whoever is read again that soon came once; ms. */
const SAME_MS = 60_000;

/** Whether somebody who is in comes anew: an "already in" that is kept as a refusal. */
export function isAnother({ state, since }: Presence, now: number): boolean {
  return state === 'present' && now - Date.parse(since) >= SAME_MS;
}

/** Keeps who was sent away, at a door or by a kiosk. */
export class Refusals {
  #kept = new Map<string, number>();

  constructor(private readonly tools: { readonly roster: Roster; readonly outbox: OutboxView }) {}

  /** A person says so. Rejects with StorageError: then nothing was recorded. */
  async record(checkpoint: string, subject: Subject, reason: Reason): Promise<void> {
    const key = this.#keyOf(checkpoint, subject, reason);
    await this.tools.outbox.enqueue(refusal(checkpoint, subject, ...reason));
    this.#kept.set(key, Date.now());
  }

  /** Nobody says so, and nobody let them in: the same, once in a while. */
  async notice(checkpoint: string, subject: Subject, reason: Reason): Promise<void> {
    const before = this.#kept.get(this.#keyOf(checkpoint, subject, reason)) ?? -Infinity;
    if (Date.now() - before >= AGAIN_MS) await this.record(checkpoint, subject, reason);
  }

  #keyOf(checkpoint: string, subject: Subject, [reason]: Reason): string {
    return `${checkpoint}|${keyOf(this.tools.roster.resolve(subject))}|${reason}`;
  }
}
