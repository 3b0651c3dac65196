// Reads what the server sent. An answer of another shape is null: it counts as no answer at all.

import type { Change, Description, PageHeader, Profile, StreamHead } from '../contract/protocol';
import type { Settled } from '../db/outbox';

type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

export interface Described {
  readonly description: Description;
  readonly serverTime: string;
}

/** What the server tells of this phone, when it is enrolled and when it asks. */
export function readDescribed(body: unknown): Described | null {
  const [event, operations, serverTime] = ['event', 'operations', 'server_time'].map((name) => field(body, name));
  const [id, slug, name, tz] = ['id', 'slug', 'name', 'tz'].map((part) => field(event, part));
  if (!isText(id) || !isText(name) || !isText(tz) || !isTime(serverTime)) return null;
  return {
    serverTime,
    description: {
      profile: readProfile(field(body, 'profile')),
      event: { id, slug: isText(slug) ? slug : '', name, tz },
      operations: texts(operations),
    },
  };
}

export function readToken(body: unknown): string | null {
  return textOrNull(field(body, 'token'));
}

/** The last `profile` record (protocol 9) among `changes`; null without one. */
export function readProfileRecord(changes: readonly Change[]): Profile | null {
  const record = changes.filter(({ kind, deleted }) => kind === 'profile' && !deleted).at(-1);
  return record === undefined ? null : readProfile(record.body);
}

function readProfile(value: unknown): Profile {
  const [retain, roster] = ['retain_hours', 'roster_hours'].map((name) => Number(field(value, name) ?? 0));
  const [name, phone] = ['name', 'phone'].map((said) => textOrNull(field(value, said)) ?? undefined);
  return { name: name ?? '', retain_hours: retain || 0, roster_hours: roster || 0, phone };
}

export interface Verdicts {
  readonly serverTime: string;
  readonly settled: ReadonlyMap<string, Settled>;
}

/** The verdicts on `ids`, in order; an operation that is to be sent again is missing. */
export function readVerdicts(body: unknown, ids: readonly string[]): Verdicts | null {
  const serverTime = field(body, 'server_time');
  const results = field(body, 'results');
  if (!isTime(serverTime) || !Array.isArray(results) || results.length !== ids.length) return null;
  if (!ids.every((id, at) => field(results[at], 'id') === id)) return null;
  const settled = new Map<string, Settled>();
  results.forEach((result, at) => {
    const id = ids[at];
    const verdict = readSettled(result, serverTime);
    if (id !== undefined && verdict !== null) settled.set(id, verdict);
  });
  return { serverTime, settled };
}

// A verdict this version has never heard of settles nothing: the operation is kept and sent again.
function readSettled(result: unknown, serverTime: string): Settled | null {
  const verdict = field(result, 'verdict');
  switch (verdict) {
    case 'accepted':
    case 'flagged':
    case 'refused':
    case 'quarantined':
      return {
        verdict,
        flags: texts(field(result, 'flags')),
        code: textOrNull(field(result, 'code')),
        message: textOrNull(field(result, 'message')),
        at: positions(field(result, 'at')),
        server_time: serverTime,
      };
    default:
      return null;
  }
}

/** The `verdict` records (protocol 9) among `changes`: by operation, the verdict that is in force after a re-run. */
export function readRevised(changes: readonly Change[], serverTime: string): ReadonlyMap<string, Settled> {
  const revised = new Map<string, Settled>();
  for (const { kind, key, body } of changes) {
    const settled = kind === 'verdict' ? readSettled(body, serverTime) : null;
    if (settled !== null) revised.set(key, settled);
  }
  return revised;
}

export interface Heads {
  readonly serverTime: string;
  readonly durable: string | null;
  readonly streams: readonly StreamHead[];
}

export function readHeads(body: unknown): Heads | null {
  const serverTime = field(body, 'server_time');
  const durable = field(body, 'durable');
  const listed = field(body, 'streams');
  if (!isTime(serverTime) || !Array.isArray(listed)) return null;
  const streams: StreamHead[] = [];
  for (const entry of listed) {
    const [stream, head] = [field(entry, 'stream'), field(entry, 'head')];
    if (!isText(stream) || !isCount(head)) return null;
    streams.push({ stream, head, ...readSum(entry) });
  }
  return { serverTime, durable: isTime(durable) ? durable : null, streams };
}

export function readPageHeader(line: unknown): PageHeader | null {
  const [stream, epoch, after, head] = ['stream', 'epoch', 'after', 'head'].map((name) => field(line, name));
  const complete = field(line, 'complete');
  if (!isText(stream) || !isText(epoch) || !isCount(after) || !isCount(head) || typeof complete !== 'boolean') return null;
  return { stream, epoch, after, head, complete, ...readSum(line) };
}

function readSum(value: unknown): Pick<StreamHead, 'count' | 'checksum'> {
  const [count, checksum] = [field(value, 'count'), field(value, 'checksum')];
  return { count: isCount(count) ? count : null, checksum: isCount(checksum) ? checksum : null };
}

export function readChange(line: unknown): Change | null {
  const [seq, kind, key, deleted] = ['seq', 'kind', 'key', 'deleted'].map((name) => field(line, name));
  if (!isCount(seq) || !isText(kind) || !isText(key)) return null;
  if (deleted === true) return { seq, kind, key, deleted };
  const body = field(line, 'body');
  return isObject(body) ? { seq, kind, key, deleted: false, body } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): value is string {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

function textOrNull(value: unknown): string | null {
  return isText(value) ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}

function positions(value: unknown): Record<string, number> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => isCount(entry[1])));
}
