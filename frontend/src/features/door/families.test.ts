import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Row } from '../../db/records';
import { credentialDigest } from '../../rules/codes';
import { SIGNALS, type Signal } from '../../ui/signals';
import type { Desk } from './desk.svelte';
import { checkpoint, EVENT, fakeDesk, person, type FakeDesk } from './fake-desk';
import type { Ticking } from './ticking.svelte';

const EKS = 'TICKET/7';

let tools: FakeDesk;
let desk: Desk;
let signals: Signal[];

async function member(id: string, name: string, family: string, ...codes: string[]): Promise<Row> {
  return person(id, name, await Promise.all(codes.map((code) => credentialDigest(EVENT, code))), { family });
}

beforeEach(async () => {
  const eks = [member('ann', 'Ann Ek', 'F7', EKS), member('bo', 'Bo Ek', 'F7'), member('cleo', 'Cleo Ek', 'F7')];
  const lis = [member('lin', 'Lin Li', 'F8', 'BAND-1'), member('mei', 'Mei Li', 'F8', 'BAND-2')];
  const alone = [member('gus', 'Gus', 'F9', 'BAND-3'), member('hal', 'Hal', '', 'BAND-4')];
  const door = checkpoint({ id: 'door', name: 'Door', policy: 'once', tz: 'UTC' });
  tools = await fakeDesk(await Promise.all([...eks, ...lis, ...alone]), [door]);
  ({ desk, signals } = tools);
  tools.attendance.choose('door');
});

afterEach(() => tools.close());

function ticking(): Ticking {
  const { ticking } = desk.gathering;
  if (ticking === null) throw new Error('no group is open');
  return ticking;
}

test('a code of a whole family shows all of them, ticked, and records nobody by itself', async () => {
  await desk.code(EKS, 'scan');
  expect([desk.group?.name, desk.result, tools.outbox.rows]).toEqual(['Family of Ann Ek', null, []]);
  expect([ticking().chosen, desk.announcement, signals]).toEqual([3, 'Family of Ann Ek. 0 of 3 in.', [SIGNALS.choose]]);
});

test('its owner is recorded by the code that was seen, the others by name, all of them as scanned', async () => {
  await desk.code(EKS, 'scan');
  const family = ticking();
  family.tick('cleo', false);
  await family.record();
  const payloads = tools.outbox.rows.map(({ operation }) => operation.payload);
  const same = { checkpoint: 'door', method: 'scan', group: payloads[0]?.['group'] };
  expect(payloads).toEqual([{ ...same, credential: await credentialDigest(EVENT, EKS) }, { ...same, person: 'bo' }]);
  expect([tools.attendance.headcount.present, family.parts.open.map(({ person }) => person.id)]).toEqual([2, ['cleo']]);
});

test('when all of them are in, that is what ears hear', async () => {
  await desk.code(EKS, 'scan');
  await ticking().record();
  desk.open(null);
  await desk.code(EKS, 'scan');
  expect([desk.announcement, signals.at(-1)]).toEqual(['Family of Ann Ek. 3 of 3 in.', SIGNALS.already]);
});

test.each([
  ['BAND-1', 'who has a code of their own', 'lin'],
  ['BAND-3', 'who is the only one of a family on the list', 'gus'],
  ['BAND-4', 'who came alone', 'hal'],
])('%s lets in one person: %s', async (code, _, id) => {
  await desk.code(code, 'scan');
  expect([desk.group, desk.result?.kind, tools.attendance.presenceOf({ kind: 'person', id })?.state]).toEqual([null, 'in', 'present']);
});

test('a camera that sees the code again changes no tick; a family that was let in makes room for the next person', async () => {
  await desk.code(EKS, 'scan');
  const { group } = desk;
  await desk.code(EKS, 'scan');
  await desk.code('BAND-4', 'scan');
  expect([desk.group === group, desk.result?.kind]).toEqual([true, 'in']);
  desk.clear();
  await ticking().record();
  await desk.code('BAND-1', 'scan');
  expect([desk.group, desk.result?.name]).toEqual([null, 'Lin Li']);
});

test.each([
  ['the beginning of the code', 'KET/7', EKS, 'Family of Ann Ek'],
  ['what a person typed before', EKS, `ann${EKS}`, 'Family of Ann Ek'],
  ['somebody’s name', 'aria', 'Gus', undefined],
])('a reader that stutters: what comes before is %s', async (_, text, whole, name) => {
  expect(await desk.read(text, whole)).toBe(name !== undefined);
  expect([desk.group?.name, desk.result]).toEqual([name, null]);
});

test('a reader that stops for long in its code: what stands in the box is the whole of it', async () => {
  expect([await desk.read('T/7-of-2026', 'T/7-of-2026', EKS), desk.group?.name]).toEqual([true, 'Family of Ann Ek']);
});

test('a code of nobody that came with a stutter is shown whole', async () => {
  await desk.read('ET/99', 'TICKET/99');
  expect(desk.result).toMatchObject({ kind: 'unlisted', code: 'TICKET/99' });
});

test('another screen takes no tick away; what was recorded makes room, and so does everything at another place', async () => {
  desk.standAt('e|door');
  await desk.code(EKS, 'scan');
  ticking().tick('cleo', false);
  desk.leave();
  desk.standAt('e|door');
  expect(ticking().chosen).toBe(2);
  await ticking().record();
  ticking().tick('cleo', true);
  desk.leave();
  expect(ticking().chosen).toBe(1);
  await ticking().record();
  desk.leave();
  expect(desk.group).toBeNull();
  desk.welcome('Ada Walker', null);
  desk.leave();
  expect(desk.form?.name).toBe('Ada Walker');
  desk.standAt('e|bus');
  expect(desk.form).toBeNull();
});
