/// <reference lib="webworker" />
import { fileOf, keep, newestPage } from './plans';
import { cacheName, fits, isOfApp, isOutdated, isRescue, sourceOf, type Precache } from './policy';

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: Precache;
const precache = __PRECACHE__;
importScripts('/static/dist/notices.js'); // src/sw/notices.ts: what it does when a push comes
const PATIENCE_MS = 5_000;

self.addEventListener('install', (event) => event.waitUntil(install()));

self.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
  if (event.data === 'keep the app') answer(event, hold().then(() => true));
  if (event.data.keep) answer(event, keep(event.data.keep));
});

// null: it could not be done, and is asked for again.
function answer(event: ExtendableMessageEvent, done: Promise<unknown>): void {
  event.waitUntil(done.catch(() => null).then((said) => event.ports[0]?.postMessage(said)));
}

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  switch (sourceOf({ method, mode, origin, path: pathname }, precache, self.location.origin)) {
    case 'shell':
      return event.respondWith(stored(precache.shell, event.request));
    case 'asset':
      return event.respondWith(stored(pathname, event.request));
    case 'rescue':
      return event.respondWith(newest(pathname, event.request));
    case 'plan':
      return event.respondWith(newestPage(event.request));
    case 'plan file':
      return event.respondWith(fileOf(event.request));
    case 'network':
      return;
  }
});

// A family's phone needs no app, and has nothing that an update could harm. A phone with the app gets all of the new one.
async function install(): Promise<void> {
  if (await isWanted()) await store();
  else await self.skipWaiting();
}

async function isWanted(): Promise<boolean> {
  if ((await caches.keys()).some(isOfApp)) return true;
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  return pages.some(({ url }) => new URL(url).pathname.startsWith(precache.shell));
}

// For a phone that opens the app when the worker is there already. The page comes last, so with it everything is there.
async function hold(): Promise<void> {
  const cache = await caches.open(cacheName(precache));
  if ((await cache.match(precache.shell)) === undefined) await store();
}

// All or nothing: a version that is not complete is not installed, and the browser tries again later.
async function store(): Promise<void> {
  const page = await fetch(precache.shell, { cache: 'reload', credentials: 'omit', redirect: 'error' });
  if (!page.ok || !fits(await page.clone().text(), precache)) throw new Error('the page is of another version');
  const cache = await caches.open(cacheName(precache));
  const files = [...precache.assets, ...precache.rescue];
  await cache.addAll(files.map((path) => new Request(path, { cache: 'reload', credentials: 'omit' })));
  await cache.put(precache.shell, page);
}

// Then it serves the page that installed it, too: what that has not loaded yet must be there without a network.
async function tidy(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => isOutdated(name, precache)).map((name) => caches.delete(name)));
}

// The newest rescue that can be had: it may mend what the stored version cannot.
async function newest(path: string, request: Request): Promise<Response> {
  try {
    const answer = await fetch(path, { cache: 'no-cache', credentials: 'omit', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok && isRescue(await answer.clone().text())) return answer;
  } catch {
    // No network: that is what the stored copy is for.
  }
  return stored(path, request);
}

async function stored(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName(precache));
  return (await cache.match(path)) ?? fetch(request);
}
