import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holding } from '../../operations/checkin';
import { credentialDigest } from '../../rules/codes';
import { SIGNALS } from '../../ui/signals';
import { checkpoint, EVENT, fakeDesk, person, type FakeDesk } from './fake-desk';

// What comes between: a second tap, the same wristband again, somebody else.

const CODE = 'ACDEF-GHJKM-NPQRT';

let made: FakeDesk;
let { desk, outbox, signals, tap } = {} as FakeDesk;

beforeEach(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  const people = [person('maria', 'Maria Silva', [await credentialDigest(EVENT, CODE)]), person('soo', 'Soo O')];
  made = await fakeDesk(people, [checkpoint({ id: 'door', name: 'Door', policy: 'once', tz: 'UTC' })]);
  ({ desk, outbox, signals, tap } = made);
  made.attendance.choose('door');
});

afterEach(() => {
  made.close();
  vi.unstubAllGlobals();
});

test('two quick taps on undo undo once, and two on “sent to” send once', async () => {
  await tap('soo');
  const [row] = outbox.rows;
  if (row !== undefined) await Promise.all([desk.undo(row, 'Soo O'), desk.undo(row, 'Soo O')]);
  await outbox.enqueue(holding('soo', 'medical'));
  await tap('soo');
  const { result } = desk;
  if (result !== null) await Promise.all([desk.sendOn(result), desk.sendOn(result)]);
  expect(outbox.rows.map(({ operation }) => operation.kind)).toEqual(['checkin.arrive', 'checkin.void', 'checkin.hold', 'checkin.refuse']);
});

test('a wristband that the camera sees again leaves the open card of its person alone, until something else is true of them', async () => {
  await outbox.enqueue(holding('maria', 'medical'));
  await desk.code(CODE, 'scan');
  const { result } = desk;
  await desk.code(CODE, 'scan');
  expect([desk.result === result, result?.kind, signals]).toEqual([true, 'hold', [SIGNALS.hold, SIGNALS.hold]]);
  await outbox.enqueue(holding('maria', 'lead'));
  await desk.code(CODE, 'scan');
  expect([desk.result === result, desk.result]).toEqual([false, expect.objectContaining({ kind: 'hold', desk: 'lead' })]);
  await outbox.enqueue(holding('maria', ''));
  await desk.code(CODE, 'scan');
  expect(desk.result?.kind).toBe('in');
});

test('who is being written down still is, when somebody else only came between', async () => {
  desk.welcome('Zoé', null);
  const { form } = desk;
  if (form !== null) form.delegation = 'Malta';
  await tap('soo');
  desk.next();
  expect([desk.result, desk.form, desk.form?.delegation]).toEqual([null, form, 'Malta']);
  desk.next();
  expect(desk.form).toBe(null);
});
