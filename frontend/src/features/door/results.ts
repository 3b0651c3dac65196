// What the screen can say about the last person.

import { StorageError } from '../../db/connection';
import type { OutboxRow } from '../../db/outbox';
import type { Attendance, Sighting } from '../../operations/attendance.svelte';
import { keyOf, type Method, type Subject } from '../../operations/checkin';
import { reasonFor, type Objection, type Reason } from '../../operations/judging';
import { ALREADY } from '../../operations/refusals';
import type { Roster } from '../../operations/roster.svelte';
import type { Presence } from '../../rules/attendance';
import { goTo } from '../../ui/desks';
import { say } from '../../words/words.svelte';
import { objectionWord, type KindWords } from './kinds';
import type { Leaving } from './release.svelte';

export const ON_HOLD = 'on_hold';

export interface About {
  readonly subject: Subject;
  readonly name: string;
  readonly delegation: string;
  readonly method: Method;
}

/** What the screen says about the last person. */
export type Result =
  | (About & { readonly kind: 'in' | 'out'; readonly row: OutboxRow })
  | (About & { readonly kind: 'already'; readonly presence: Presence })
  | (About & { readonly kind: 'unlisted'; readonly code: string })
  | (About & { readonly kind: 'hold'; readonly desk: string })
  /** With a guardian only. `leaving`: what a lead lets them go by; null: a lead has to be called. */
  | (About & { readonly kind: 'guarded'; readonly leaving: Leaving | null })
  | (About & { readonly kind: 'barred'; readonly against: readonly Objection[] })
  | (About & { readonly kind: 'choose'; readonly override?: string | undefined })
  | (About & { readonly kind: 'taken'; readonly slot: string; readonly holder: string; readonly since: string; readonly override?: string | undefined })
  | (About & { readonly kind: 'unsaved'; readonly why: string; readonly retry: () => Promise<void> });

export function aboutOf(roster: Roster, subject: Subject, method: Method): About {
  const person = roster.personOf(subject);
  const name = person?.name ?? say('result.unlisted');
  return { subject, name, delegation: person?.delegation ?? say('people.code', { code: keyOf(subject).slice(-6) }), method };
}

/** Where else the person was seen: not what the card itself is about. */
export function seenElsewhere(result: Result, attendance: Attendance): readonly Sighting[] {
  if (result.kind === 'unlisted' || result.kind === 'unsaved' || result.kind === 'guarded' || result.kind === 'choose') return [];
  const own = result.kind === 'already' ? result.presence.operation : 'row' in result ? result.row.id : '';
  return attendance.sightings(result.subject).filter(({ presence }) => presence.operation !== own);
}

/** The place that a result is about: which bed, which wheelchair. */
export function slotOf(result: Result): unknown {
  if (result.kind === 'already') return result.presence.slot;
  return 'row' in result ? result.row.operation.payload['slot'] : undefined;
}

/** Why something was not stored, for a person. */
export function whyOf(error: unknown): string {
  if (error instanceof StorageError) return error.message;
  console.error('an operation was not stored', error);
  return say('storage.not_stored');
}

/** Code and note of the refusal that a result leads to. */
export function reasonOf(result: Result): Reason {
  if (result.kind === 'hold') return [ON_HOLD];
  if (result.kind === 'already') return [ALREADY];
  if (result.kind !== 'barred') return ['full'];
  return reasonFor(result.against[0] ?? 'other');
}

/** The one word that a result is. */
export function wordOf(result: Result, words: KindWords): string {
  switch (result.kind) {
    case 'in':
    case 'out':
      return say(words[result.kind]);
    case 'already':
      if (result.presence.state === 'left') return say(words.alreadyOut);
      return words.meal === null ? say(words.alreadyIn) : say('meal.already', { meal: words.meal });
    case 'barred':
      return objectionWord(result.against[0] ?? '');
    case 'taken':
      return say('result.taken', { slot: result.slot });
    default:
      return say(`result.${result.kind}`);
  }
}

/** The same, whole, for people who hear the screen. */
export function announced(result: Result, words: KindWords): string {
  const { name, delegation } = result;
  const heard = { word: [wordOf(result, words), slotOf(result)].filter(Boolean).join(', '), name, delegation };
  // Its name would be its word again.
  if (result.kind === 'unlisted') return say('result.announced_unlisted', heard);
  if (result.kind === 'choose') return say('result.announced_choose', heard);
  if (result.kind === 'hold') return say('result.announced_hold', { ...heard, go: goTo(result.desk) });
  if (result.kind === 'guarded') return say('result.announced_hold', { ...heard, go: say(result.leaving ? 'release.ask' : 'release.call_lead') });
  return say('result.announced', heard);
}
