// What the viewfinder offers of a camera. It is drawn as text: what its buttons do is the scanner's (scanner.test.ts).

import { render } from 'svelte/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Settings } from '../../operations/settings.svelte';
import type { Zoom } from './ports';
import { Scanner } from './scanner.svelte';
import Viewfinder from './Viewfinder.svelte';

let scanner: Scanner;

/** Open, and seen through, with a camera that can do so much. */
async function drawn(abilities: { readonly torch: boolean; readonly zoom: Zoom | null }, { small = false, lit = false } = {}): Promise<string> {
  scanner = new Scanner({
    openCamera: async (id) => ({
      id, stream: {} as MediaStream, abilities: () => abilities, light: async () => undefined, zoom: async () => undefined, stop: () => undefined,
    }),
    listCameras: async () => [],
    loadDecoder: async () => async () => [],
    keepAwake: async () => () => undefined,
    now: () => 0,
    pause: () => new Promise(() => undefined),
  }); // prettier-ignore
  await scanner.open('environment');
  void scanner.watch({ play: async () => undefined, readyState: 0 } as unknown as HTMLVideoElement, () => undefined);
  await new Promise((resolve) => setTimeout(resolve));
  if (lit) await scanner.light(true);
  return render(Viewfinder, { props: { scanner, settings: new Settings(), met: () => undefined, small, always: true } }).body;
}

const light = (body: string): string | undefined => /<button[^>]*aria-pressed="(\w+)"[^>]*>Light<\/button>/.exec(body)?.[1];
const range = (body: string): string | undefined => /<input type="range"[^>]*>/.exec(body)?.[0];

beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null });
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => vi.unstubAllGlobals());

test('a camera without light and zoom offers neither', async () => {
  const body = await drawn({ torch: false, zoom: null });
  expect([body.includes('<video'), light(body), range(body)]).toEqual([true, undefined, undefined]);
});

test('a camera with a light offers it, and says whether it is on', async () => {
  expect(light(await drawn({ torch: true, zoom: null }))).toBe('false');
  expect(light(await drawn({ torch: true, zoom: null }, { lit: true }))).toBe('true');
});

test('a zoom goes as far as the camera does, in its steps, and begins where the camera does', async () => {
  const body = await drawn({ torch: false, zoom: { min: 1.5, max: 8, step: 0.25 } });
  expect(light(body)).toBeUndefined();
  for (const told of ['min="1.5"', 'max="8"', 'step="0.25"', 'value="1.5"']) expect(range(body)).toContain(told);
});

test('a picture in the corner has no controls', async () => {
  const body = await drawn({ torch: true, zoom: { min: 1, max: 8, step: 1 } }, { small: true });
  expect([body.includes('<video'), light(body), range(body)]).toEqual([true, undefined, undefined]);
});
