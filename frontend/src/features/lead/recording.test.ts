import { expect, test, vi } from 'vitest';
import { StorageError } from '../../db/connection';
import type { OutboxRow } from '../../db/outbox';
import { holding } from '../../operations/checkin';
import { Recording } from './recording.svelte';

const LIFTED = holding('soo', '');

test('two quick taps record once; the next one is another', async () => {
  const enqueue = vi.fn(() => Promise.resolve({} as OutboxRow));
  const recording = new Recording({ enqueue });
  expect(await Promise.all([recording.record(LIFTED, 'Lifted.'), recording.record(LIFTED, 'Lifted.')])).toEqual([true, false]);
  expect([enqueue.mock.calls.length, recording.told, recording.problem]).toEqual([1, 'Lifted.', null]);
  expect(await recording.record(LIFTED, 'Again.')).toBe(true);
  expect([enqueue.mock.calls.length, recording.told]).toEqual([2, 'Again.']);
});

test('what is not stored is said, and can be tapped again', async () => {
  const enqueue = vi.fn(() => Promise.resolve({} as OutboxRow)).mockRejectedValueOnce(new StorageError('full'));
  const recording = new Recording({ enqueue });
  expect([await recording.record(LIFTED, 'Lifted.'), recording.told]).toEqual([false, '']);
  expect(recording.problem).toBe('This phone is full. Delete some photos or apps, then try again.');
  expect([await recording.record(LIFTED, 'Lifted.'), recording.told, recording.problem]).toEqual([true, 'Lifted.', null]);
});
