// How the door shows a result. It is drawn as text: what it does is the desk's (desk.test.ts).

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { createRawSnippet } from 'svelte';
import { render } from 'svelte/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from '../../db/outbox';
import { Records } from '../../db/records';
import { Attendance } from '../../operations/attendance.svelte';
import { Exchange } from '../../operations/exchange.svelte';
import { Holds } from '../../operations/holds.svelte';
import { OutboxView } from '../../operations/outbox.svelte';
import { Roster } from '../../operations/roster.svelte';
import { Session } from '../../operations/session.svelte';
import { Settings, type Choices } from '../../operations/settings.svelte';
import { Bulletin } from '../../platform/bulletin';
import { searchKey } from '../../rules/search';
import { Desk } from './desk.svelte';
import Door from './Door.svelte';

const SOO = { id: 'soo', name: 'Soo O', search: searchKey('Soo O'), delegation: 'Norway', role: '', credentials: [] };
const DOOR = { id: 'door', name: 'Door', policy: 'once', tz: 'UTC' };
const CURSOR = { seq: 5, epoch: 'e', count: null, pulledAt: 0 };

let bulletin: Bulletin;
let desk: Desk;
let signals: number;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  bulletin = new Bulletin('test');
  const records = new Records();
  await records.replace({ ...CURSOR, stream: 'roster:e' }, [{ kind: 'person', key: 'soo', seq: 1, body: SOO }]);
  await records.replace({ ...CURSOR, stream: 'attendance:v' }, [{ kind: 'checkpoint', key: 'door', seq: 1, body: DOOR }]);
  const outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => attendance.cursors);
  const attendance = new Attendance(records, outbox, roster);
  await roster.load('roster:e', 'all');
  await attendance.load('attendance:v', 'all');
  await attendance.loadCursors();
  attendance.choose('door');
  const holds = new Holds(outbox, attendance, roster);
  signals = 0;
  const signal = (): void => void signals++;
  desk = new Desk({ event: () => 'e', roster, attendance, holds, guardians: () => null, outbox, settings: new Settings(), signal });
});

afterEach(() => {
  bulletin.close();
  vi.unstubAllGlobals();
});

/** Whether the door gives the screen to the result, and so does the result's card. */
function fills(): boolean[] {
  const camera = createRawSnippet(() => ({ render: () => '<i></i>' }));
  const props = { desk, session: new Session(new Outbox(), bulletin), exchange: new Exchange(), listFrom: Date.now(), camera };
  const { body } = render(Door, { props });
  return [/<main class="([^"]*)"/, /<section class="(result [^"]*)"/].map((start) => /\bfull\b/.test(start.exec(body)?.[1] ?? ''));
}

test.each<[string, boolean, Partial<Choices>]>([
  ['nothing', true, {}],
  ['sound and vibration', true, { sound: false, vibration: false }],
  ['the full screen', false, { fullScreen: false }],
])('with %s off, a result fills the screen: %s', async (_, filling, off) => {
  desk.tools.settings.choose(off);
  expect(fills()).toEqual([false, false]);
  await desk.look('soo');
  const [first] = desk.found;
  if (first !== undefined) await desk.tap(first);
  expect([desk.result?.kind, fills(), signals]).toEqual(['in', [filling, filling], 1]);
});
