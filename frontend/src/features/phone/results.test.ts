// The switches of how a result is told: each is one choice. It is drawn as text.

import { render } from 'svelte/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Settings } from '../../operations/settings.svelte';
import Results from './Results.svelte';

/** Which boxes are ticked, by their words. */
function ticked(settings: Settings): Record<string, boolean> {
  const { body } = render(Results, { props: { settings, signal: () => undefined } });
  const labels = [...body.matchAll(/<label[^>]*>.*?<input([^>]*)\/>.*?<span[^>]*>([^<]+)/g)];
  return Object.fromEntries(labels.map(([, attributes = '', words = '']) => [words, / checked/.test(attributes)]));
}

beforeEach(() => vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined }));
afterEach(() => vi.unstubAllGlobals());

test.each([
  ['fullScreen', 'Fill the screen with the result'],
  ['sound', 'Sound'],
  ['vibration', 'Vibration'],
] as const)('%s is “%s”, by itself', (name, words) => {
  const settings = new Settings();
  const all = { 'Fill the screen with the result': true, Sound: true, Vibration: true };
  expect(ticked(settings)).toEqual(all);
  settings.choose({ [name]: false });
  expect(ticked(settings)).toEqual({ ...all, [words]: false });
});
