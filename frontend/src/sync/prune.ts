import type { Enrolment } from '../contract/protocol';
import type { Outbox } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';
import type { Heads } from './answers';

const LEAST_HOURS = 72;
const HOUR_MS = 3_600_000;

/**
 * Lets go of operations that were settled long ago, and are in a verified backup of the server; without a backup, of none.
 * All by the clock of the server: the phone's own may be wrong by days.
 */
export async function prune(outbox: Outbox, session: Enrolment, heads: Heads, bulletin: Bulletin): Promise<void> {
  if (heads.durable === null) return;
  const hours = Math.max(LEAST_HOURS, session.profile.retain_hours);
  const longAgo = Date.parse(heads.serverTime) - hours * HOUR_MS;
  const gone = await outbox.prune(Math.min(Date.parse(heads.durable), longAgo));
  if (gone.length > 0) bulletin.post({ topic: 'outbox', ids: gone });
}
