import type { Profile } from '../contract/protocol';
import type { Cursor, Records } from '../db/records';
import type { Bulletin } from '../platform/bulletin';

const HOUR_MS = 3_600_000;
/** Where people stand and who is counted, by ids: what lets a phone go on recording codes. */
const NAMELESS = 'attendance:';

/** Erases the lists that name people when the server was not heard for the profile's hours, by this phone's own clock: it may be lost. */
export async function eraseExpired(records: Records, bulletin: Bulletin, profile: Profile, now: number): Promise<void> {
  for (const cursor of (await records.cursors()).filter((each) => isExpired(each, profile, now))) {
    await records.erase(cursor.stream);
    bulletin.post({ topic: 'records', stream: cursor.stream, buckets: 'all' });
  }
}

// A list from the future says that the clock was set back, not that time has passed.
function isExpired({ stream, pulledAt }: Cursor, { roster_hours }: Profile, now: number): boolean {
  return roster_hours > 0 && !stream.startsWith(NAMELESS) && now - pulledAt >= roster_hours * HOUR_MS;
}
