import { KIOSK, listsPeople } from '../contract/protocol';
import type { Outbox, OutboxRow } from '../db/outbox';
import type { Records } from '../db/records';
import type { Vitals } from '../platform/vitals';
import { correctedTime } from '../rules/clock';

/** What a push tells about this phone, so that organisers see who holds what (docs/protocol.md, section 3). What is not known is left out. */
export interface Beat {
  /** Operations that stay here, unsettled, after this push. */
  readonly pending: number;
  /** When the oldest of them that this phone recorded happened. */
  readonly oldest_unsent: string | null;
  readonly roster_version?: number;
  readonly storage_persisted?: boolean;
  readonly battery?: number;
  /** The volunteer's name: organisers tell phones apart by it. */
  readonly holder?: string;
}

export interface BeatTools {
  readonly outbox: Outbox;
  readonly records: Pick<Records, 'cursors'>;
  readonly vitals: () => Promise<Vitals>;
}

/** How this phone is, once `batch` has arrived. */
export async function beatWith(batch: readonly OutboxRow[], { outbox, records, vitals }: BeatTools): Promise<Beat> {
  const [unsettled, oldest, cursors, { persisted, battery }, holder, session] = await Promise.all([
    outbox.countUnsettled(),
    outbox.oldestUnsettled(batch.map(({ id }) => id)),
    // A list that cannot be read must not keep back what was recorded.
    records.cursors().catch(() => []),
    vitals(),
    outbox.read('actor'),
    outbox.read('session'),
  ]);
  const roster = cursors.find(({ stream }) => listsPeople(stream));
  return {
    pending: unsettled - batch.length,
    oldest_unsent: oldest && correctedTime(oldest.operation.occurred_at, oldest.operation.offset_ms),
    ...(roster === undefined ? {} : { roster_version: roster.seq }),
    ...(persisted === null ? {} : { storage_persisted: persisted }),
    ...(battery === null ? {} : { battery }),
    // Whoever was its last volunteer holds a kiosk no more.
    ...(holder && session?.profile.name !== KIOSK ? { holder } : {}),
  };
}

export function isSame(a: Beat, b: Beat | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
