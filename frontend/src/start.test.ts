import 'fake-indexeddb/auto';
import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from './db/outbox';
import { Begun } from './features/lead/begun.svelte';
import { Chime } from './platform/feel';
import { Parts } from './start';
import { heads } from './sync/fake-phone';
import { EPOCH } from './sync/fake-server';
import { pass, stopTime } from './sync/fake-time';

let parts: Parts;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  parts = new Parts();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('a tick tells how far the clock is off, once that is known', async () => {
  expect(await parts.tick()).toBeNull();
  await new Outbox().remember('offset', 90_000);
  expect(await parts.tick()).toBe(90_000);
});

test('a tick on a phone whose storage fails is told, and goes on with the last offset', async () => {
  await new Outbox().remember('offset', 90_000);
  await parts.tick();
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  const ticked = vi.spyOn(parts.attendance, 'tick');
  expect(await parts.tick()).toBeNull();
  expect(parts.exchange.trouble).toBe('This phone is full. Delete some photos or apps, then try again.');
  expect(ticked).toHaveBeenCalledWith(expect.any(Number), undefined);
});

test.each([
  ['nothing off', {}, ['tones', 'beat']],
  ['the sound off', { sound: false }, ['beat']],
  ['the vibration off', { vibration: false }, ['tones']],
  ['both off', { sound: false, vibration: false }, []],
  ['the full screen off, which is neither', { fullScreen: false }, ['tones', 'beat']],
])('a signal with %s', (_, off, felt) => {
  const told: string[] = [];
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['en'], vibrate: (beat: number[]) => told.push('beat', ...beat.map(String)) });
  vi.spyOn(Chime.prototype, 'play').mockImplementation(async (tones) => void told.push('tones', ...tones.flat().map(String)));
  parts.settings.choose(off);
  parts.signal({ tones: [[784, 80]], beat: [70] });
  const all = { tones: ['tones', '784', '80'], beat: ['beat', '70'] };
  expect(told).toEqual(felt.flatMap((name) => all[name as keyof typeof all]));
});

test('what a lead has begun is there again, and not for whoever takes the phone over', async () => {
  await parts.session.name('Lea');
  const begun = parts.keeping(Begun);
  begun.paper.tick('soo', true);
  begun.still('gate').tick('bo', true);
  begun.text = 'No nuts';
  begun.notes.set('conflict', 'twins');
  const again = parts.keeping(Begun);
  expect([again.paper.ticked, again.still('gate').ticked, again.still('pool').ticked, again.text]).toEqual([new Set(['soo']), new Set(['bo']), new Set(), 'No nuts']);
  expect(again.notes).toEqual(new Map([['conflict', 'twins']]));
  await parts.session.name('Ana');
  expect([parts.keeping(Begun).paper.ticked, parts.keeping(Begun).text]).toEqual([new Set(), '']);
});

/** A page, and how often it asked the server for what is new. */
class Page extends EventTarget {
  visibilityState = 'visible';
  asked = 0;
  turn(state: string): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

test('a page that is shown again catches up at once; hidden, it asks for nothing', async () => {
  stopTime();
  const [page, window] = [new Page(), new EventTarget()];
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', window);
  vi.stubGlobal('location', { origin: 'https://door.example' });
  vi.stubGlobal('WebSocket', class { close(): void {} }); // prettier-ignore
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.endsWith('/streams')) page.asked++;
    return heads(0, { streams: [] });
  });
  const stored = new Outbox();
  await stored.beginEpoch(EPOCH);
  await stored.remember('session', {
    token: 'secret',
    profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
    event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
    operations: [],
  });
  await parts.start();
  await pass(200);
  expect(page.asked).toBe(1);
  await pass(5_000);
  expect(page.asked).toBe(2);
  page.turn('hidden');
  await pass(180_000);
  expect(page.asked).toBe(2);
  page.turn('visible');
  await pass(200);
  expect(page.asked).toBe(3);
  for (const [at, name] of ['online', 'focus', 'pageshow'].entries()) {
    window.dispatchEvent(new Event(name));
    await pass(200);
    expect(page.asked).toBe(4 + at);
  }
});
