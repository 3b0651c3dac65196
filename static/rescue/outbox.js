// EventSync rescue: the outbox of this phone, read and settled as the app does it (frontend/src/db/outbox.ts), without its code.
// The schema is frozen (docs/protocol.md, section 7.1); this file never creates, upgrades or deletes a database.

const NAME = 'eventsync-outbox';
const PATIENCE_MS = 8000;

/** The open database; null when nothing was ever recorded in this browser. */
export function openOutbox() {
  return new Promise((resolve, reject) => {
    // Without a version: whatever there is, as it is.
    const opening = indexedDB.open(NAME);
    const timer = setTimeout(() => reject(new Error('the storage does not answer')), PATIENCE_MS);
    let absent = false;
    opening.onupgradeneeded = () => {
      absent = true;
      // An upgrade that is given up leaves no database behind.
      opening.transaction.abort();
    };
    opening.onsuccess = () => {
      clearTimeout(timer);
      // The app wants to delete or upgrade: this page must not stand in its way.
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
    opening.onerror = () => {
      clearTimeout(timer);
      if (absent) resolve(null);
      else reject(opening.error);
    };
  });
}

/** What is held here, in order, and who holds it: {rows, device, session, era}; device and session may be missing. */
export async function readOutbox(database) {
  const transaction = database.transaction(['operations', 'meta']);
  const meta = transaction.objectStore('meta');
  const asked = [transaction.objectStore('operations').getAll(), meta.get('device'), meta.get('session')].map(result);
  const [rows, device, session, era] = await Promise.all([...asked, eraOf(meta)]);
  return { rows: rows.sort((a, b) => a.seq - b.seq), device, session, era };
}

/** Stores verdicts (by id) that were asked for in `era`; false, changing nothing, when another has begun since. */
export function settle(database, verdicts, era) {
  return write(database, async ({ operations, meta }) => {
    if (!isSameEra(await eraOf(meta), era)) return false;
    for (const [id, settled] of verdicts) {
      const row = await result(operations.get(id));
      if (row === undefined || isOvertaken(row.settled, settled)) continue;
      operations.put({ id, seq: row.seq, operation: row.operation, settled: { ...settled, epoch: era.epoch }, stuck: null });
    }
    return true;
  });
}

/** Out of the queue, for the server cannot read it; it stays here. */
export function setAside(database, id, reason) {
  return write(database, async ({ operations }) => {
    const row = await result(operations.get(id));
    if (row === undefined) return;
    const { queued: _, ...rest } = row;
    operations.put({ ...rest, stuck: reason });
  });
}

/** Another server history: whatever this phone still holds is unsettled again. Nothing, if `asked` is no longer the era. */
export function beginEpoch(database, epoch, asked) {
  return write(database, async ({ operations, meta }) => {
    const era = await eraOf(meta);
    if (era.epoch === epoch || !isSameEra(era, asked)) return;
    meta.put(epoch, 'epoch');
    meta.put(era.beginnings + 1, 'beginnings');
    for (const row of await result(operations.getAll())) {
      operations.put({ ...row, settled: null, stuck: null, unsettled: row.seq, queued: row.seq });
    }
  });
}

/** Everything that is held, as the file that another phone or the organisers' desk can take over: {name, text}. */
export function copyOf({ rows, device, session }, now = new Date()) {
  const at = now.toISOString();
  const event = session ? { id: session.event.id, slug: session.event.slug } : null;
  const header = { format: 'eventsync-outbox', version: 1, device, event, exported_at: at, count: rows.length };
  const lines = rows.map(({ operation }) => ({ ...operation, device: operation.device ?? device }));
  const text = [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  return { name: `eventsync-outbox-${device}-${at.replace(/[-:]|\.\d+/g, '')}.ndjson`, text };
}

async function eraOf(meta) {
  const [epoch, beginnings] = await Promise.all([result(meta.get('epoch')), result(meta.get('beginnings'))]);
  return { epoch, beginnings: beginnings ?? 0 };
}

function isSameEra(one, other) {
  return one.epoch === other.epoch && one.beginnings === other.beginnings;
}

// Out of quarantine there is one way only: an answer that says it again was on its way before the re-run.
function isOvertaken(known, told) {
  return told.verdict === 'quarantined' && known !== null && known.verdict !== 'quarantined';
}

/** One strict transaction, on disk when this resolves. */
function write(database, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(['operations', 'meta'], 'readwrite', { durability: 'strict' });
    let answer;
    transaction.oncomplete = () => resolve(answer);
    transaction.onabort = () => reject(transaction.error ?? new Error('the storage gave up'));
    const stores = { operations: transaction.objectStore('operations'), meta: transaction.objectStore('meta') };
    work(stores).then((value) => (answer = value)).catch(reject);
  });
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
