import { expect, test } from 'vitest';
import type { Operation } from '../contract/protocol';
import { asEntry, happenedAt } from './checkin';

const ARRIVAL: Operation = {
  id: 'a',
  kind: 'checkin.arrive',
  seq: 1,
  occurred_at: '2026-11-22T10:00:00.000Z',
  offset_ms: 120_000,
  actor: 'Bob',
  refers_to: null,
  payload: { checkpoint: 'door', person: 'p' },
};

test('when it happened is told by the server’s clock, of whatever kind it is', () => {
  expect(happenedAt(ARRIVAL)).toBe('2026-11-22T10:02:00.000Z');
  expect(happenedAt({ ...ARRIVAL, kind: 'checkin.void' })).toBe('2026-11-22T10:02:00.000Z');
  expect(asEntry(ARRIVAL)?.entry.at).toBe('2026-11-22T10:02:00.000Z');
});
