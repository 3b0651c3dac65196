// EventSync rescue: sends what waits, and understands the answers as the app does (docs/protocol.md, sections 1 and 3).

import { beginEpoch, readOutbox, setAside, settle } from './outbox.js';

const LARGEST_BATCH = 100;
const TIMEOUT_MS = 20_000;
const SETTLING = ['accepted', 'flagged', 'refused', 'quarantined'];
// The codes that halve a batch, and the only status each may come with.
const HALVING = { malformed: 400, too_large: 413 };

/**
 * Sends everything that has no verdict, also what was set aside. Resolves to why some, or the rest, could not be sent:
 * {kind: 'offline' | 'refused', why, status?, message?, code?}, or null when every operation was answered. `why` is a text of
 * the catalogues (why_…), `message` what the server says itself.
 */
export async function sendAll(database, progress = () => undefined) {
  let held = await readOutbox(database);
  let queue = unsettled(held);
  let waiting = queue.length;
  let size = LARGEST_BATCH;
  let restarted = false;
  let stopped = null;
  while (queue.length > 0) {
    const batch = queue.slice(0, size);
    const reply = await push(held.session.token, batch, waiting - batch.length);
    const ours = reply.epoch === held.era.epoch;
    if (reply.kind === 'answer' && ours && (await settle(database, reply.settled, held.era))) {
      queue = queue.slice(batch.length);
      waiting -= reply.settled.size;
      size = Math.min(LARGEST_BATCH, size * 2);
    } else if (reply.kind === 'answer' || (reply.kind === 'refused' && !ours)) {
      // Two servers that answer in turns must not keep it going for ever.
      if (restarted) return { kind: 'offline', why: 'changed' };
      restarted = true;
      stopped = null;
      await beginEpoch(database, reply.epoch, held.era);
      held = await readOutbox(database);
      queue = unsettled(held);
      waiting = queue.length;
    } else {
      const unreadable = reply.kind === 'refused' && HALVING[reply.code] !== undefined;
      if (!unreadable && !(await answersWithout(held.session.token, reply, waiting))) return reply;
      if (batch.length > 1) size = Math.floor(batch.length / 2);
      else {
        if (unreadable) await setAside(database, batch[0].id, reply.code);
        else stopped ??= reply;
        queue = queue.slice(1);
      }
    }
    progress(queue.length);
  }
  return stopped;
}

/** Whether a filter on the way or a bug chokes on what was sent: with nothing in it, a push is answered. */
async function answersWithout(token, reply, waiting) {
  return reply.kind === 'offline' && (await push(token, [], waiting)).kind === 'answer';
}

function unsettled({ rows }) {
  return rows.filter((row) => row.settled === null);
}

/** {kind: 'answer', epoch, settled}, or what stopped it, with the epoch where the server refused it; never throws. */
async function push(token, batch, pending) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), TIMEOUT_MS);
  const body = { protocol: 1, sent_at: new Date().toISOString(), pending, operations: batch.map((row) => row.operation) };
  try {
    const response = await fetch('/api/v1/push', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      signal: patience.signal,
    });
    return await understood(response, batch);
  } catch (error) {
    return { kind: 'offline', why: error.name === 'AbortError' ? 'timeout' : 'no_connection' };
  } finally {
    clearTimeout(timer);
  }
}

async function understood(response, batch) {
  const epoch = response.headers.get('X-EventSync-Epoch');
  // A captive portal, a proxy, a broken deployment: as good as no answer.
  if (!epoch) return { kind: 'offline', why: 'no_server', status: response.status };
  if ((response.headers.get('Content-Type') ?? '').includes('html')) return { kind: 'offline', why: 'web_page' };
  const body = await response.json();
  if (!response.ok) return refusal(response.status, epoch, body);
  const settled = verdicts(body, batch);
  return settled === null ? { kind: 'offline', why: 'nonsense' } : { kind: 'answer', epoch, settled };
}

function refusal(status, epoch, body) {
  const { code, message } = body?.error ?? {};
  const sentence = typeof message === 'string' ? message : undefined;
  if (typeof code !== 'string' || status >= 500 || (HALVING[code] ?? status) !== status) {
    return { kind: 'offline', why: 'status', status, message: sentence };
  }
  return { kind: 'refused', epoch, code, why: 'status', status, message: sentence };
}

/** By id, what settles; an operation that is to be sent again later is missing. Null when the answer is about something else. */
function verdicts(body, batch) {
  const { server_time, results } = body ?? {};
  if (typeof server_time !== 'string' || Number.isNaN(Date.parse(server_time))) return null;
  if (!Array.isArray(results) || results.length !== batch.length) return null;
  if (!batch.every((row, at) => results[at]?.id === row.id)) return null;
  const settling = results.filter(({ verdict }) => SETTLING.includes(verdict));
  return new Map(settling.map((each) => [each.id, settledBy(each, server_time)]));
}

function settledBy({ verdict, flags, code, message, at }, server_time) {
  const positions = Object.entries(at ?? {}).filter(([, seq]) => Number.isSafeInteger(seq) && seq >= 0);
  return {
    verdict,
    flags: Array.isArray(flags) ? flags.filter((flag) => typeof flag === 'string') : [],
    code: typeof code === 'string' ? code : null,
    message: typeof message === 'string' ? message : null,
    at: Object.fromEntries(positions),
    server_time,
  };
}
