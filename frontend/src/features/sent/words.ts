import type { OutboxRow } from '../../db/outbox';
import { ALREADY } from '../../operations/refusals';
import { say, sayCode } from '../../words/words.svelte';

export type Standing = 'waiting' | 'stuck' | 'accepted' | 'flagged' | 'refused' | 'quarantined';

/** Where an operation stands, and why, in a person's words. */
export interface Told {
  readonly standing: Standing;
  readonly title: string;
  readonly why: readonly string[];
}

export function tell({ settled, stuck }: OutboxRow): Told {
  const standing = stuck !== null ? 'stuck' : (settled?.verdict ?? 'waiting');
  return { standing, title: say(`standing.${standing}`), why: stuck !== null ? [aside(stuck, stuck)] : reasons(settled) };
}

function reasons(settled: OutboxRow['settled']): string[] {
  switch (settled?.verdict) {
    case 'flagged':
      return settled.flags.map((flag) => sayCode('flag', flag, flag));
    case 'refused':
      return [reason(settled)];
    case 'quarantined':
      return [reason(settled), say('standing.quarantined_help')];
    default:
      return [];
  }
}

// The server speaks English: where its code is known here, the code's text is said instead.
function reason({ code, message }: { readonly code: string | null; readonly message: string | null }): string {
  return aside(code ?? '', message ?? code ?? say('standing.no_reason'));
}

function aside(code: string, otherwise: string): string {
  return sayCode('aside', code, otherwise);
}

/** What a person did: "In", "Out", "Undone". */
export function deed({ operation: { kind, payload } }: OutboxRow): string {
  const did = sayCode('deed', payload['reason'] === ALREADY ? ALREADY : kind.replace(/^checkin\./, ''), kind);
  return typeof payload['slot'] === 'string' ? `${did} · ${payload['slot']}` : did;
}
