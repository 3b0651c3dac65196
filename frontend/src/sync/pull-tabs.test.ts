// Two tabs of a browser without locks: the slower one takes nothing back, and brings nothing back that was erased.

import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ABC, FakePhone, heads, REST, STREAM } from './fake-phone';
import { page, put, refusal, type Script } from './fake-server';
import { Pull } from './pull';

let phone: FakePhone;

beforeEach(async () => {
  phone = await FakePhone.enrolled();
});

afterEach(() => phone.bulletin.close());

test.each([
  ['of a stream that was never held', false],
  ['in the place of what is held', true],
])('a snapshot %s takes nothing back of what a quicker tab has seen', async (_, before) => {
  if (before) phone = await FakePhone.pulled();
  if (before) await phone.records.dropCursors();
  const quicker = async (): Promise<Response> => {
    phone.fakeServer.next(() => heads(7), () => page({ changes: [...ABC, put(7, 'd')] }));
    expect(await new Pull(phone.tools).round(true)).toEqual(REST);
    return page({ changes: ABC });
  };
  phone.fakeServer.next(() => heads(3), quicker);
  expect(await phone.pull.round(true)).toEqual(REST);
  expect([await phone.cursor(), await phone.keys()]).toEqual([7, ['a', 'b', 'c', 'd']]);
});

test('a snapshot from before another tab erased the stream is not put in place', async () => {
  const erased = async (): Promise<Response> => {
    await phone.records.erase(STREAM);
    return page({ changes: ABC });
  };
  phone.fakeServer.next(() => heads(3), erased);
  expect(await phone.pull.round(true)).toEqual(REST);
  expect([await phone.cursor(), await phone.keys()]).toEqual([undefined, []]);
});

test.each<[string, Script]>([
  ['that this phone was revoked', () => refusal(403, 'device_revoked')],
  ['that the stream is not its any more', () => heads(0, { streams: [] })],
])('a first snapshot is not put in place after another tab heard %s', async (_, said) => {
  const meanwhile = async (): Promise<Response> => {
    phone.fakeServer.next(said);
    await new Pull(phone.tools).round(true);
    return page({ changes: ABC });
  };
  phone.fakeServer.next(() => heads(3), meanwhile);
  expect(await phone.pull.round(true)).toEqual(REST);
  expect([await phone.cursor(), await phone.keys()]).toEqual([undefined, []]);
});
