// What each kind of checkpoint calls coming and going, and what a door says when something speaks against it.

import type { Checkpoint, CheckpointKind } from '../../contract/protocol';
import type { Objection } from '../../operations/judging';
import type { Presence } from '../../rules/attendance';
import { clockTime } from '../../ui/time';
import { say, sayCode } from '../../words/words.svelte';

const DOOR = {
  arrive: 'door.coming_in',
  leave: 'door.going_out',
  in: 'result.in',
  out: 'result.out',
  alreadyIn: 'result.already_in',
  alreadyOut: 'result.already_out',
  count: 'door.in',
  of: 'group.in',
  letIn: 'group.let_in',
  letOut: 'group.let_out',
  absent: 'people.absent',
  present: 'people.present',
  left: 'people.left',
} as const;

const KINDS = {
  door: DOOR,
  meal: { ...DOOR, count: 'meal.count', of: 'group.served', absent: 'meal.absent', present: 'meal.present' },
  bus: {
    arrive: 'bus.arrive',
    leave: 'bus.leave',
    in: 'bus.in',
    out: 'bus.out',
    alreadyIn: 'bus.already_in',
    alreadyOut: 'bus.already_out',
    count: 'bus.count',
    of: 'group.on_board',
    letIn: 'group.take_on',
    letOut: 'group.let_off',
    absent: 'bus.absent',
    present: 'bus.present',
    left: 'bus.left',
  },
  bunk: { ...DOOR, arrive: 'bunk.arrive', leave: 'bunk.leave' },
  equipment: {
    arrive: 'equipment.arrive',
    leave: 'equipment.leave',
    in: 'equipment.in',
    out: 'equipment.out',
    alreadyIn: 'equipment.already_in',
    alreadyOut: 'equipment.already_out',
    count: 'equipment.count',
    of: 'group.handed_out',
    letIn: 'group.hand_out',
    letOut: 'group.take_back',
    absent: 'equipment.absent',
    present: 'equipment.present',
    left: 'equipment.left',
  },
} as const satisfies Readonly<Record<CheckpointKind, unknown>>;

/** Keys of the words at a checkpoint; `meal` is what somebody who was there has had. */
export type KindWords = (typeof KINDS)[CheckpointKind] & { readonly meal: string | null };

/** The words at a checkpoint, in one of its windows. */
export function wordsAt(checkpoint: Checkpoint | null, window: string): KindWords {
  const kind = checkpoint?.kind ?? 'door';
  return { ...KINDS[kind], meal: checkpoint !== null && kind === 'meal' ? mealName(checkpoint, window) : null };
}

/** "lunch" of the window `lunch-2026-07-04`; without such a window the checkpoint's name. */
function mealName({ name }: Checkpoint, window: string): string {
  const said = /^[a-z]/i.test(window) && window !== 'none' ? window : name;
  return said.replace(/-?\d[\d-]*$/, '').replaceAll(/[-_]/g, ' ').toLowerCase();
}

/** Where somebody is, since when. */
export function whereOf(presence: Presence | null, words: KindWords, tz: string): string {
  return presence === null ? say(words.absent) : say(words[presence.state], { time: clockTime(presence.since, tz) });
}

export function objectionWord(objection: Objection): string {
  return sayCode('barred', objection, objection);
}

/** What to say to the person. */
export function why(objection: Objection, checkpoint: Checkpoint, now: number): string {
  if (objection === 'outside') return hours(checkpoint, now);
  return objection === 'not_admitted' ? say('why.not_admitted', { who: whom(checkpoint) }) : sayCode('why', objection, objection);
}

function whom({ admits }: Checkpoint): string {
  return [admits?.roles, admits?.delegations].flatMap((wanted) => (wanted?.length ? [wanted.join(', ')] : [])).join(' · ');
}

function hours({ windows, tz, name }: Checkpoint, now: number): string {
  const next = windows?.filter(({ end }) => Date.parse(end) > now).sort((a, b) => Date.parse(a.start) - Date.parse(b.start))[0];
  if (next === undefined) return say('why.over', { name });
  return say('why.hours', { name, start: clockTime(next.start, tz), end: clockTime(next.end, tz) });
}
