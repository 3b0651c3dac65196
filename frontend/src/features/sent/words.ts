import type { OutboxRow } from '../../db/outbox';
import { asEntry } from '../../operations/checkin';

export type Standing = 'waiting' | 'stuck' | 'accepted' | 'flagged' | 'refused' | 'quarantined';

/** Where an operation stands, and why, in a person's words. */
export interface Told {
  readonly standing: Standing;
  readonly title: string;
  readonly why: readonly string[];
}

/** By the flags of docs/protocol.md, section 3. */
export const FLAGS: Readonly<Record<string, string>> = {
  second_admission: 'This person was checked in more than once. They are counted once.',
  unknown_person: 'Not on the list. Organisers see it and find out who it was.',
  revoked_credential: 'This wristband was withdrawn.',
  replaced_credential: 'This wristband was replaced by a newer one.',
  wrong_scope: 'Recorded at a checkpoint of another venue.',
  on_hold: 'There is a hold on this person. Please call the lead.',
  clock_suspect: 'The clock of this phone looked wrong.',
  outside_window: 'Outside the time slots of this checkpoint.',
  no_effect: 'It changed nothing.',
  device_revoked: 'This phone had been switched off by an organiser.',
  override: 'Let in with a reason, although something spoke against it.',
  paper: 'Entered from paper.',
};

export function tell({ settled, stuck }: OutboxRow): Told {
  if (stuck !== null) return { standing: 'stuck', title: 'Set aside on this phone', why: [stuck] };
  if (settled === null) return { standing: 'waiting', title: 'Waiting to send', why: [] };
  switch (settled.verdict) {
    case 'accepted':
      return { standing: 'accepted', title: 'Accepted', why: [] };
    case 'flagged':
      return { standing: 'flagged', title: 'Accepted, with a note', why: settled.flags.map((flag) => FLAGS[flag] ?? flag) };
    case 'refused':
      return { standing: 'refused', title: 'Refused', why: [settled.message ?? settled.code ?? 'No reason given.'] };
    case 'quarantined':
      return {
        standing: 'quarantined',
        title: 'Kept aside by the server',
        why: [settled.message ?? settled.code ?? 'No reason given.', 'Organisers see it; nothing is lost.'],
      };
  }
}

/** What a person did: "In", "Out", "Undone". */
export function deed(row: OutboxRow): string {
  const said = asEntry(row.operation);
  if (said !== null) return said.entry.verb === 'arrive' ? 'In' : 'Out';
  return row.operation.kind === 'checkin.void' ? 'Undone' : row.operation.kind;
}
