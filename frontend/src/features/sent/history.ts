// Which of this phone's records a person asks for: by what happened, and by name.

import type { OutboxRow } from '../../db/outbox';
import { searchKey } from '../../rules/search';

export const HAPPENINGS = ['all', 'in', 'out', 'undone', 'refused', 'waiting'] as const;
export type Happening = (typeof HAPPENINGS)[number];

const KINDS: Readonly<Partial<Record<Happening, string>>> = {
  in: 'checkin.arrive',
  out: 'checkin.leave',
  undone: 'checkin.void',
  refused: 'checkin.refuse',
};

export function happened({ operation, settled }: OutboxRow, asked: Happening): boolean {
  if (asked === 'all') return true;
  if (asked === 'waiting') return settled === null;
  if (asked === 'refused' && settled?.verdict === 'refused') return true;
  return operation.kind === KINDS[asked];
}

/** Whether each word that is asked for begins a word of the name, in any order. */
export function named(name: string, asked: string): boolean {
  const words = ` ${searchKey(name)}`;
  return searchKey(asked)
    .split(' ')
    .every((word) => words.includes(` ${word}`));
}
