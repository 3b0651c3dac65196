import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../db/outbox';
import { en } from '../../words/en';
import { tell } from './words';

/** The flags that docs/protocol.md, section 3, says a verdict may carry. */
function documented(): string[] {
  const protocol = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');
  const section = /^## 3\. .*?(?=^## 4\. )/ms.exec(protocol)?.[0] ?? '';
  const list = /what a person should know:(.*?)\. Flags given/s.exec(section)?.[1] ?? '';
  return [...list.matchAll(/`(\w+)`/g)].map(([, flag]) => flag ?? '');
}

test('every flag of the protocol has a sentence, and no other has', () => {
  const flags = Object.keys(en).flatMap((key) => /^flag\.(.*)/.exec(key)?.[1] ?? []);
  expect(documented()).toContain('second_admission');
  expect(flags.sort()).toEqual(documented().sort());
});

test('every kind that a phone records has a word', () => {
  const sources = ['checkin', 'safety'].map((name) => readFileSync(new URL(`../../operations/${name}.ts`, import.meta.url), 'utf8'));
  const kinds = [...sources.join('').matchAll(/'checkin\.(\w+)'/g)].map(([, kind]) => `deed.${kind ?? ''}`);
  expect(kinds).toContain('deed.register');
  expect(kinds.filter((key) => !(key in en))).toEqual([]);
});

test('an override says what happened, and invents nobody who decided it', () => {
  expect(en['flag.override']).toBe('Let in with a reason, although something spoke against it.');
});

const ROW = { id: 'a', seq: 1, stuck: null, operation: {} } as unknown as OutboxRow;
const ASIDE = { verdict: 'quarantined', flags: [], at: {}, server_time: '' } as const;

test.each([
  ['a code that is known', 'wrong_event', 'Not of this event: 0190b0a2.', 'It belongs to another event.'],
  ['a code that is not', 'too_late', 'It is too late for that.', 'It is too late for that.'],
  ['nothing to say', null, null, 'No reason given.'],
])('what the server sets aside with %s', (_, code, message, why) => {
  expect(tell({ ...ROW, settled: { ...ASIDE, code, message } })).toEqual({
    standing: 'quarantined',
    title: 'Kept aside by the server',
    why: [why, 'Organisers see it; nothing is lost.'],
  });
});

test.each([
  ['by its code', 'too_large', 'This record is too large for the server.'],
  ['as an older version wrote it', 'The body is too large.', 'The body is too large.'],
])('what was set aside here is told %s', (_, stuck, why) => {
  expect(tell({ ...ROW, settled: null, stuck })).toEqual({ standing: 'stuck', title: 'Set aside on this phone', why: [why] });
});
