import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { StorageError } from './connection';
import { Outbox, type Draft, type Era, type Settled } from './outbox';

const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: { checkpoint: 'c', person: 'p', method: 'search' } };
const EPOCH = 'epoch-1';
const ERA: Era = { epoch: EPOCH, beginnings: 1 };
const ACCEPTED: Settled = {
  verdict: 'accepted', flags: [], code: null, message: null, at: { s: 3 }, server_time: '2026-11-22T10:00:00.000Z',
}; // prettier-ignore

let outbox: Outbox;

beforeEach(async () => {
  vi.restoreAllMocks();
  globalThis.indexedDB = new IDBFactory();
  outbox = new Outbox();
  await outbox.beginEpoch(EPOCH);
});

test('append numbers operations from 1, without a gap, also when they come at once', async () => {
  const rows = await Promise.all([1, 2, 3, 4].map(() => outbox.append(ARRIVE)));
  expect(rows.map(({ seq }) => seq).sort()).toEqual([1, 2, 3, 4]);
  expect((await outbox.all()).map(({ operation }) => operation.seq)).toEqual([1, 2, 3, 4]);
});

test('append goes on numbering after a restart', async () => {
  await outbox.append(ARRIVE);
  await outbox.close();
  expect((await new Outbox().append(ARRIVE)).seq).toBe(2);
});

test('append stamps the clock, its offset and the volunteer of that moment', async () => {
  const at = Date.parse('2026-11-22T09:00:00.000Z');
  const before = await outbox.append(ARRIVE, at);
  await outbox.remember('offset', 1500);
  await outbox.remember('actor', 'Maria');
  const after = await outbox.append(ARRIVE, at);
  expect(before.operation).toMatchObject({ occurred_at: '2026-11-22T09:00:00.000Z', offset_ms: null, actor: null });
  expect(after.operation).toMatchObject({ offset_ms: 1500, actor: 'Maria' });
  expect((await outbox.all())[0]).toEqual(before);
});

test('at a kiosk nobody’s name is stamped', async () => {
  await outbox.remember('actor', 'Maria');
  const session = { token: 't', event: { id: 'e', slug: 'e', name: 'E', tz: 'UTC' }, operations: [] };
  const names: unknown[] = [];
  for (const name of ['door', 'kiosk', 'door']) {
    await outbox.remember('session', { ...session, profile: { name, retain_hours: 72, roster_hours: 72 } });
    names.push((await outbox.append(ARRIVE)).operation.actor);
  }
  expect(names).toEqual(['Maria', null, 'Maria']);
});

test('append is a strict transaction and resolves after its commit', async () => {
  const opened = vi.spyOn(IDBDatabase.prototype, 'transaction');
  const row = await outbox.append(ARRIVE);
  expect(opened).toHaveBeenCalledWith(['operations', 'meta'], 'readwrite', { durability: 'strict' });
  expect(await new Outbox().some([row.id])).toEqual([row]);
});

test('what belongs together is stored in order, all of it', async () => {
  const rows = await outbox.appendAll([ARRIVE, ARRIVE, ARRIVE]);
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(await outbox.all()).toEqual(rows);
  expect((await outbox.append(ARRIVE)).seq).toBe(4);
});

test('of what belongs together nothing is stored when a part of it is not', async () => {
  const real = IDBObjectStore.prototype.add;
  let calls = 0;
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, value: unknown) {
    if (++calls === 2) throw new DOMException('full', 'QuotaExceededError');
    return real.call(this, value);
  });
  await expect(outbox.appendAll([ARRIVE, ARRIVE, ARRIVE])).rejects.toEqual(new StorageError('full'));
  expect(await outbox.all()).toEqual([]);
  vi.restoreAllMocks();
  expect((await outbox.append(ARRIVE)).seq).toBe(1);
});

test('append rejects, and stores nothing, when the phone is full', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  await expect(outbox.append(ARRIVE)).rejects.toEqual(new StorageError('full'));
  vi.restoreAllMocks();
  expect(await outbox.all()).toEqual([]);
  expect((await outbox.append(ARRIVE)).seq).toBe(1);
});

test('append opens the database again when the browser lost it', async () => {
  const lost = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
    throw new DOMException('connection lost', 'InvalidStateError');
  });
  expect((await outbox.append(ARRIVE)).seq).toBe(1);
  expect(lost).toHaveBeenCalledTimes(2);
});

test('append gives up in plain words when the connection stays lost', async () => {
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new DOMException('connection lost', 'InvalidStateError');
  });
  await expect(outbox.append(ARRIVE)).rejects.toEqual(new StorageError('lost'));
});

test('without IndexedDB it says so', async () => {
  Reflect.deleteProperty(globalThis, 'indexedDB');
  await expect(new Outbox().prove()).rejects.toEqual(new StorageError('unavailable'));
});

test('settle takes an operation out of the queue and keeps it', async () => {
  const [first, second] = [await outbox.append(ARRIVE), await outbox.append(ARRIVE)];
  expect(await outbox.settle(new Map([[first.id, ACCEPTED]]), ERA)).toBe(true);
  expect(await outbox.queuedAfter(0, 10)).toEqual([second]);
  expect((await outbox.all()).map(({ settled }) => settled)).toEqual([{ ...ACCEPTED, epoch: ERA.epoch }, null]);
});

test('a verdict after a re-run stays, although the first answer comes later', async () => {
  const row = await outbox.append(ARRIVE);
  const aside: Settled = { ...ACCEPTED, verdict: 'quarantined', code: 'unknown_kind', message: 'Unknown.' };
  await outbox.settle(new Map([[row.id, aside]]), ERA);
  for (const told of [ACCEPTED, aside]) await outbox.settle(new Map([[row.id, told]]), ERA);
  expect((await outbox.all()).map(({ settled }) => settled)).toEqual([{ ...ACCEPTED, epoch: ERA.epoch }]);
});

test('settle ignores verdicts of another epoch', async () => {
  const row = await outbox.append(ARRIVE);
  await outbox.beginEpoch('epoch-2');
  expect(await outbox.settle(new Map([[row.id, ACCEPTED]]), ERA)).toBe(false);
  expect(await outbox.countUnsettled()).toBe(1);
});

test('an answer that was on its way when everything was to be sent again settles nothing', async () => {
  const row = await outbox.append(ARRIVE);
  const asked = await outbox.era();
  await outbox.sendAllAgain();
  expect(await outbox.settle(new Map([[row.id, ACCEPTED]]), asked)).toBe(false);
  await outbox.beginEpoch(EPOCH);
  expect(await outbox.settle(new Map([[row.id, ACCEPTED]]), asked)).toBe(false);
  expect(await outbox.settle(new Map([[row.id, ACCEPTED]]), await outbox.era())).toBe(true);
});

test('an answer that names an epoch begins it only in the era that it was asked in', async () => {
  const asked = await outbox.era();
  await outbox.beginEpoch('epoch-2', asked);
  await outbox.beginEpoch('epoch-0', asked);
  expect(await outbox.era()).toEqual({ epoch: 'epoch-2', beginnings: 2 });
});

test('a new epoch makes everything that is held unsettled again, once', async () => {
  const [first, second] = [await outbox.append(ARRIVE), await outbox.append(ARRIVE)];
  await outbox.settle(new Map([[first.id, ACCEPTED]]), ERA);
  await outbox.setAside(second.id, 'unreadable');
  await outbox.beginEpoch(EPOCH);
  expect(await outbox.queuedAfter(0, 10)).toEqual([]);
  await outbox.beginEpoch('epoch-2');
  expect(await outbox.queuedAfter(0, 10)).toEqual([first, second]);
});

test('an operation set aside stays, with the reason, until it is taken up again', async () => {
  const row = await outbox.append(ARRIVE);
  await outbox.setAside(row.id, 'unreadable');
  expect(await outbox.queuedAfter(0, 10)).toEqual([]);
  expect((await outbox.all())[0]).toMatchObject({ settled: null, stuck: 'unreadable' });
  expect(await outbox.countUnsettled()).toBe(1);
  await outbox.takeUpAgain();
  expect(await outbox.queuedAfter(0, 10)).toEqual([row]);
});

test('prune lets go only of what was settled before', async () => {
  const [gone, later, never, stuck, unsettled] = await outbox.appendAll(Array<Draft>(5).fill(ARRIVE));
  const settled = (server_time: string): Settled => ({ ...ACCEPTED, server_time });
  await outbox.settle(
    new Map([
      [gone!.id, settled('2026-11-09T23:59:59.999Z')],
      [later!.id, settled('2026-11-10T00:00:00.000Z')],
      [never!.id, settled('some day')],
    ]),
    ERA,
  );
  await outbox.setAside(stuck!.id, 'unreadable');
  expect(await outbox.prune(Date.parse('2026-11-10T00:00:00.000Z'))).toEqual([gone!.id]);
  const kept = (await outbox.all()).map(({ id }) => id);
  expect(kept).toEqual([later, never, stuck, unsettled].map((row) => row!.id));
});

test('the device has one id for ever, a UUID of version 7', async () => {
  const device = await outbox.device();
  expect(device).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  await outbox.close();
  expect(await new Outbox().device()).toBe(device);
});

test('the canary is read back through a new connection', async () => {
  const opened = vi.spyOn(indexedDB, 'open');
  await outbox.prove();
  expect(opened).toHaveBeenCalledTimes(1);
  expect(await outbox.read('canary')).toBeTypeOf('string');
});
