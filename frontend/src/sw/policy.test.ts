import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cacheName, fits, isOutdated, isRescue, sourceOf, type Precache } from './policy';

const ORIGIN = 'https://door.example';
const PRECACHE: Precache = {
  version: 'v2',
  shell: '/app/',
  assets: ['/static/dist/assets/main-abc.js', '/app/manifest.webmanifest'],
  rescue: ['/rescue', '/static/rescue/rescue.js'],
};

test.each([
  ['the app', 'GET', 'navigate', '/app/', 'shell'],
  ['a page below the app', 'GET', 'navigate', '/app/anything', 'shell'],
  ['a stored file', 'GET', 'cors', '/static/dist/assets/main-abc.js', 'asset'],
  ['the manifest', 'GET', 'cors', '/app/manifest.webmanifest', 'asset'],
  ['a file of another version', 'GET', 'cors', '/static/dist/assets/main-old.js', 'network'],
  ['the rescue page', 'GET', 'navigate', '/rescue', 'rescue'],
  ['a rescue file', 'GET', 'cors', '/static/rescue/rescue.js', 'rescue'],
  ['the API', 'GET', 'cors', '/api/v1/streams', 'network'],
  ['a push', 'POST', 'cors', '/api/v1/push', 'network'],
  ['the admin', 'GET', 'navigate', '/admin/', 'network'],
  ['a page for families', 'GET', 'navigate', '/schedule/games/', 'plan'],
  ['its file', 'GET', 'no-cors', '/static/schedule/schedule.css', 'plan file'],
  ['its script', 'GET', 'no-cors', '/static/dist/schedule.js', 'plan file'],
  ['a symbol of an event’s own', 'GET', 'no-cors', '/symbols/0a.svg', 'plan file'],
  ['a map of a place', 'GET', 'no-cors', '/maps/0a.webp', 'plan file'],
  ['all pages at once', 'GET', 'cors', '/schedule/games/copy.json', 'network'],
  ['a form sent to the app', 'POST', 'navigate', '/app/', 'network'],
])('%s', (_, method, mode, path, source) => {
  expect(sourceOf({ method, mode, origin: ORIGIN, path }, PRECACHE, ORIGIN)).toBe(source);
});

test('another origin is never answered from here', () => {
  const asked = { method: 'GET', mode: 'navigate', origin: 'https://other.example', path: '/app/' };
  expect(sourceOf(asked, PRECACHE, ORIGIN)).toBe('network');
});

test('only the app’s own older caches are thrown away', () => {
  const names = ['eventsync-app-v1', cacheName(PRECACHE), 'somebody-else'];
  expect(names.filter((name) => isOutdated(name, PRECACHE))).toEqual(['eventsync-app-v1']);
});

test('a page of another version is not stored with these files', () => {
  expect(fits('<script src="/static/dist/assets/main-abc.js">', PRECACHE)).toBe(true);
  expect(fits('<script src="/static/dist/assets/main-old.js">', PRECACHE)).toBe(false);
});

test('every rescue file is known as ours, and a portal’s page is not', () => {
  const root = new URL('../../../', import.meta.url);
  const files = ['templates/rescue.html', ...readdirSync(new URL('static/rescue/', root)).map((name) => `static/rescue/${name}`)];
  expect(files.filter((name) => !isRescue(readFileSync(new URL(name, root), 'utf8')))).toEqual([]);
  expect(isRescue('<html>Welcome to our WiFi</html>')).toBe(false);
});
