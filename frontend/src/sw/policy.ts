/** What the app needs to start without a network; made by vite.worker.config.ts. */
export interface Precache {
  readonly version: string;
  readonly shell: string;
  readonly assets: readonly string[];
  /** The page for a phone on which the app does not start, and its files. */
  readonly rescue: readonly string[];
}

export interface Asked {
  readonly method: string;
  readonly mode: string;
  readonly origin: string;
  readonly path: string;
}

/** Where an answer comes from: the stored page, a stored file, the network before what is stored, or as if no worker were there. */
export type Source = 'shell' | 'asset' | 'rescue' | 'plan' | 'plan file' | 'network';

/** What the pages for families need; the door app needs none of it. */
const PLAN_FILE = /^\/(static\/(dist\/)?schedule|symbols\/|maps\/)/;

export function sourceOf(asked: Asked, precache: Precache, ownOrigin: string): Source {
  if (asked.method !== 'GET' || asked.origin !== ownOrigin) return 'network';
  if (precache.assets.includes(asked.path)) return 'asset';
  if (precache.rescue.includes(asked.path)) return 'rescue';
  if (PLAN_FILE.test(asked.path)) return 'plan file';
  if (asked.mode !== 'navigate') return 'network';
  if (asked.path.startsWith(precache.shell)) return 'shell';
  return asked.path.startsWith('/schedule/') ? 'plan' : 'network';
}

const PREFIX = 'eventsync-app-';

export function cacheName(precache: Precache): string {
  return PREFIX + precache.version;
}

/** Whether a cache has a version of the app. */
export function isOfApp(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Caches of other versions of the app; never anybody else's. */
export function isOutdated(name: string, precache: Precache): boolean {
  return isOfApp(name) && name !== cacheName(precache);
}

/** Whether this is one of our own rescue files, and not what a captive portal says instead: each names itself. */
export function isRescue(text: string): boolean {
  return text.includes('EventSync rescue');
}

/** Whether the page belongs to these assets: during a deployment an old process may answer. */
export function fits(page: string, precache: Precache): boolean {
  const entry = precache.assets.filter((path) => path.endsWith('.js'));
  return entry.some((path) => page.includes(path));
}
