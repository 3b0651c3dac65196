// What speaks against letting somebody in or out, before anything is recorded: the same for one person and for many.

import { objections } from '../rules/admits';
import type { Presence } from '../rules/attendance';
import type { Attendance } from './attendance.svelte';
import type { Subject, Verb } from './checkin';
import type { Holds } from './holds.svelte';
import type { Listed, Roster } from './roster.svelte';

/** What speaks against letting somebody in: a reason code, or `outside` its time slots. */
export type Objection = string;

export interface Known {
  readonly roster: Roster;
  readonly attendance: Attendance;
  readonly holds: Holds;
}

/** `free`: nothing; who leaves gives back their `slot`. Anything else is shown first, and a person decides. */
export type Judgement =
  | { readonly kind: 'free'; readonly slot: string | undefined }
  | { readonly kind: 'already'; readonly presence: Presence }
  | { readonly kind: 'hold'; readonly desk: string }
  | { readonly kind: 'guarded'; readonly person: Listed }
  | { readonly kind: 'barred'; readonly against: readonly Objection[] }
  | { readonly kind: 'choose' };

/** Code and note of a refusal. */
export type Reason = readonly [reason: string, note?: string];

/** Of the refusal that an objection leads to. */
export function reasonFor(objection: Objection): Reason {
  return objection === 'outside' ? ['other', 'outside the time slots'] : [objection];
}

export function judge(subject: Subject, verb: Verb, known: Known): Judgement {
  const person = known.roster.personOf(subject);
  const desk = person === undefined ? '' : known.holds.deskOf(person.id);
  return desk === '' ? beyondHold(subject, verb, known) : { kind: 'hold', desk };
}

/** The same of somebody whom a hold does not stop. */
export function beyondHold(subject: Subject, verb: Verb, known: Known): Exclude<Judgement, { kind: 'hold' }> {
  const person = known.roster.personOf(subject);
  const { checkpoint } = known.attendance;
  const presence = known.attendance.presenceOf(subject);
  if (presence?.state === (verb === 'arrive' ? 'present' : 'left')) return { kind: 'already', presence };
  if (verb === 'leave' && checkpoint?.guarded === true && person?.guarded === true) return { kind: 'guarded', person };
  const against = verb === 'arrive' ? objectionsTo(person, known) : [];
  return against.length > 0 ? { kind: 'barred', against } : placing(subject, verb, known);
}

/** Nothing else speaks against it: whether a place has to be chosen. */
export function placing(subject: Subject, verb: Verb, { attendance }: Known): Judgement & { readonly kind: 'choose' | 'free' } {
  if (verb === 'leave') return { kind: 'free', slot: attendance.presenceOf(subject)?.slot };
  return attendance.checkpoint?.slots?.length ? { kind: 'choose' } : { kind: 'free', slot: undefined };
}

function objectionsTo(person: Listed | undefined, { attendance }: Known): readonly Objection[] {
  const against = person === undefined ? [] : objections(attendance.checkpoint?.admits ?? {}, person);
  return attendance.window === 'none' ? [...against, 'outside'] : against;
}
