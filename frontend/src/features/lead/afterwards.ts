// What a lead records of something that happened when no phone did: from a list on paper, or of who went out unseen.

import type { Checkpoint } from '../../contract/protocol';
import type { Draft } from '../../db/outbox';
import type { Attendance } from '../../operations/attendance.svelte';
import { movement, newGroup, subjectOfKey, type Verb } from '../../operations/checkin';
import type { Listed, Roster } from '../../operations/roster.svelte';
import type { Presence } from '../../rules/attendance';

const LAST_MS = 7 * 86_400_000;

/** Whether a time on paper can be meant at `now`: over, and not long ago; ms. NaN cannot. */
export function canBeWritten(at: number, now: number): boolean {
  return at <= now && now - at <= LAST_MS;
}

/** These people as a list on paper has them. */
export function fromPaper(verb: Verb, checkpoint: Checkpoint, people: readonly Pick<Listed, 'id'>[]): readonly Draft[] {
  const group = newGroup();
  return people.map(({ id }) => movement(verb, checkpoint.id, { kind: 'person', id }, 'paper', { group }));
}

/** They leave with a guardian only: that is nothing to be said afterwards, for many at once. */
export function isGuarded(verb: Verb, checkpoint: Checkpoint | undefined, person: Listed | undefined): boolean {
  return verb === 'leave' && checkpoint?.guarded === true && person?.guarded === true;
}

export interface StillIn {
  /** Of the subject. */
  readonly id: string;
  readonly name: string;
  readonly presence: Presence;
  readonly guarded: boolean;
}

/** Who is in where people go in and out; the first who came is the first. */
export function stillIn(checkpoint: Checkpoint, attendance: Attendance, roster: Roster): readonly StillIn[] {
  const since = ({ presence }: StillIn): number => Date.parse(presence.since);
  return [...attendance.presencesAt(checkpoint, '')]
    .filter(([, { state }]) => state === 'present')
    .map(([id, presence]): StillIn => {
      const subject = subjectOfKey(id);
      const guarded = isGuarded('leave', checkpoint, roster.personOf(subject));
      return { id, name: roster.nameOf(subject), presence, guarded };
    })
    .sort((a, b) => since(a) - since(b));
}

/** They are gone, and nobody saw it. */
export function gone({ id: checkpoint }: Checkpoint, people: readonly StillIn[]): readonly Draft[] {
  const group = newGroup();
  return people.map(({ id, presence: { slot } }) => movement('leave', checkpoint, subjectOfKey(id), 'search', { slot, group, unseen: true }));
}
