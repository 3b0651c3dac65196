// Who has which place here, and who of those that are expected is here: for bunks, equipment and buses.

import type { Checkpoint } from '../../contract/protocol';
import type { Listed } from '../../operations/roster.svelte';
import { objections } from '../../rules/admits';
import { slotHolders, type Presence } from '../../rules/attendance';

export interface Place {
  readonly slot: string;
  /** Keys of subjects, who was first comes first; nobody: it is free. */
  readonly holders: readonly string[];
  readonly since: string;
}

/** The free places in the order of the list, then those that somebody has, on the list or not. */
export function placesAt(checkpoint: Checkpoint, here: ReadonlyMap<string, Presence>): { free: Place[]; taken: Place[] } {
  const holders = slotHolders(here);
  const slots = [...new Set([...(checkpoint.slots ?? []), ...holders.keys()])];
  const places = slots.map((slot): Place => {
    const who = holders.get(slot) ?? [];
    return { slot, holders: who, since: here.get(who[0] ?? '')?.since ?? '' };
  });
  return { free: places.filter((place) => place.holders.length === 0), taken: places.filter((place) => place.holders.length > 0) };
}

export interface Manifest {
  readonly missing: readonly Listed[];
  readonly here: readonly Listed[];
  /** On board, and not expected: let in all the same, or unknown. */
  readonly others: readonly string[];
}

/** Whoever the checkpoint admits and was not cancelled is expected. */
export function manifestOf(checkpoint: Checkpoint, people: readonly Listed[], present: ReadonlyMap<string, Presence>): Manifest {
  const against = new Set(['cancelled', 'not_admitted']);
  const expected = people.filter((person) => !objections(checkpoint.admits ?? {}, person).some((reason) => against.has(reason)));
  const on = new Set([...present].flatMap(([key, { state }]) => (state === 'present' ? [key] : [])));
  const isOn = ({ id }: Listed): boolean => on.has(`person:${id}`);
  const known = new Set(expected.map(({ id }) => `person:${id}`));
  return {
    missing: expected.filter((person) => !isOn(person)),
    here: expected.filter(isOn),
    others: [...on].filter((key) => !known.has(key)),
  };
}
