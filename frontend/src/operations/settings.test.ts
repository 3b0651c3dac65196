import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Settings } from './settings.svelte';

const DEFAULTS = { fullScreen: true, sound: true, vibration: true, scan: false, camera: '', kioskCamera: '', leaving: '' };
let stored: string | null;

function storage(setItem: (name: string, value: string) => void): void {
  vi.stubGlobal('localStorage', { getItem: () => stored, setItem });
}

beforeEach(() => {
  stored = null;
  storage((_, value) => (stored = value));
});
afterEach(() => vi.unstubAllGlobals());

test('what is chosen is there again', () => {
  new Settings().choose({ sound: false, camera: 'back' });
  expect(new Settings().choices).toEqual({ ...DEFAULTS, sound: false, camera: 'back' });
});

test.each([
  ['nothing', null, {}],
  ['no JSON', '{', {}],
  ['no object', 'null', {}],
  ['values of other kinds', '{"sound":"no","camera":7,"vibration":false}', { vibration: false }],
  ['names that nobody knows', '{"volume":9}', {}],
])('stored is %s', (_, text, differs) => {
  stored = text;
  expect(new Settings().choices).toEqual({ ...DEFAULTS, ...differs });
});

test('a browser that keeps nothing keeps it as long as the page', () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  storage(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  const settings = new Settings();
  settings.choose({ sound: false });
  expect([settings.choices.sound, warned.mock.calls.length]).toEqual([false, 1]);
});
