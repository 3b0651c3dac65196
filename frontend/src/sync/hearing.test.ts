import { expect, test } from 'vitest';
import { Hearing } from './hearing';
import type { Report } from './report';

const OFFLINE: Report = { kind: 'offline', why: 'no connection' };
const HEARD: Report = { kind: 'heard', by: 'pull' };
type Said = readonly ['push' | 'pull', Report];

/** Which of the reports wake the push. */
function wakes(...said: Said[]): boolean[] {
  const hearing = new Hearing();
  return said.map(([by, report]) => hearing.wakes(by, report));
}

test('a pull that gets through wakes the push after a failure of either, once', () => {
  expect(wakes(['push', OFFLINE], ['pull', HEARD], ['pull', HEARD])).toEqual([false, true, false]);
  expect(wakes(['pull', OFFLINE], ['pull', HEARD], ['pull', HEARD])).toEqual([false, true, false]);
});

test('nothing that failed, nothing to wake', () => {
  expect(wakes(['pull', HEARD], ['push', HEARD], ['pull', HEARD])).toEqual([false, false, false]);
});

test('a push that fails while pulls succeed is woken once and then left to its own backoff', () => {
  const turns = Array.from({ length: 5 }, (): Said[] => [['push', OFFLINE], ['pull', HEARD]]).flat(); // prettier-ignore
  expect(wakes(...turns).filter(Boolean).length).toBe(1);
});

test('each time that the network goes and comes it is woken again', () => {
  const outage: Said[] = [['push', OFFLINE], ['pull', OFFLINE], ['push', OFFLINE], ['pull', HEARD]];
  expect(wakes(...outage, ...outage, ...outage).filter(Boolean).length).toBe(3);
});

test('a push that got through by itself needs no waking', () => {
  expect(wakes(['push', OFFLINE], ['push', HEARD], ['pull', HEARD])).toEqual([false, false, false]);
});

test('a verdict that asks for a retry is no failure of the network', () => {
  expect(wakes(['push', HEARD], ['pull', HEARD], ['push', HEARD], ['pull', HEARD])).toEqual([false, false, false, false]);
});
