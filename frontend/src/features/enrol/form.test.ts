import { afterEach, expect, test, vi } from 'vitest';
import { StorageError } from '../../db/connection';
import { Form } from './form.svelte';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a code that works is sent as it is meant, and says nothing', async () => {
  const enrol = vi.fn(() => Promise.resolve(null));
  const form = new Form(' ABC ', enrol);
  await form.submit();
  expect([enrol.mock.calls, form.problem, form.busy]).toEqual([[['ABC']], null, false]);
});

test('what the server says against it is shown', async () => {
  const form = new Form('ABC', () => Promise.resolve('This code is no longer good.'));
  await form.submit();
  expect([form.problem, form.busy]).toEqual(['This code is no longer good.', false]);
});

test('a full phone says so, and the button can be pressed again', async () => {
  const form = new Form('ABC', () => Promise.reject(new StorageError('full')));
  const submitting = form.submit();
  expect(form.busy).toBe(true);
  await submitting;
  expect([form.problem, form.busy]).toEqual(['This phone is full. Delete some photos or apps, then try again.', false]);
});

test('a bug is written down, told in plain words, and blocks nothing', async () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const form = new Form('ABC', () => Promise.reject(new TypeError('x is not a function')));
  await form.submit();
  expect([form.problem, form.busy, written.mock.calls.length]).toEqual(['That was not saved. Please try again.', false, 1]);
});

test('without a code nothing is sent', async () => {
  const enrol = vi.fn(() => Promise.resolve(null));
  const form = new Form('  ', enrol);
  await form.submit();
  expect([enrol.mock.calls, form.problem]).toEqual([[], 'Please type the code first.']);
});
