import type { Enrolment } from '../contract/protocol';
import type { Outbox } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';
import type { Heads } from './answers';

const LEAST_HOURS = 72;
const HOUR_MS = 3_600_000;

/** Lets go of operations that are settled, old, and in a verified backup of the server. Without a backup: of none. */
export async function prune(outbox: Outbox, session: Enrolment, heads: Heads, bulletin: Bulletin): Promise<void> {
  if (heads.durable === null) return;
  const hours = Math.max(LEAST_HOURS, session.profile.retain_hours);
  const old = new Date(Date.parse(heads.serverTime) - hours * HOUR_MS).toISOString();
  const gone = await outbox.prune(heads.durable, old);
  if (gone.length > 0) bulletin.post({ topic: 'outbox', ids: gone });
}
