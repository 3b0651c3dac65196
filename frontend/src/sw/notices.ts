/// <reference lib="webworker" />
import { answerOf, notificationOf, type Told } from './notices/rules';
import { Shown } from './notices/shown';
import { Telling } from './notices/telling';
import { Joined } from './notices/joined';

declare const self: ServiceWorkerGlobalScope;

// Imported by the worker of all pages (worker.ts): what it does when a push comes, also with no page open.
const shown = new Shown();
const telling = new Telling();
const joined = new Joined(self.registration, telling);

self.addEventListener('push', (event) => {
  event.waitUntil(show(notificationOf(event.data?.text() ?? '')));
});

// One on the screen for each tag, always the newest; something is always shown, or browsers take the right away.
async function show(told: Told): Promise<void> {
  const { told: newest, isNews, over } = await shown.newest(told);
  const { title, ...options } = newest.notification;
  await self.registration.showNotification(title, isNews ? options : { ...options, silent: true, requireInteraction: false });
  await Promise.all(over.map(takeAway));
  if (isNews && newest.delivery !== null) await telling.tell('notice.shown', newest.delivery);
}

async function takeAway(tag: string): Promise<void> {
  for (const each of await self.registration.getNotifications({ tag })) each.close();
}

self.addEventListener('notificationclick', (event) => {
  const { action, notification } = event;
  notification.close();
  event.waitUntil(answered(answerOf(action, notification.data)));
});

async function answered({ said, delivery, open }: ReturnType<typeof answerOf>): Promise<void> {
  const opening = open === null ? null : goTo(open);
  if (delivery !== null) await telling.tell(said, delivery);
  await opening;
}

async function goTo(address: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window' });
  const there = pages.find(({ url }) => new URL(url).pathname === new URL(address).pathname);
  if (there === undefined) await self.clients.openWindow(address);
  else await there.focus().then((page) => page.navigate(page.url));
}

self.addEventListener('pushsubscriptionchange', (event) => {
  (event as ExtendableEvent).waitUntil(joined.check());
});

// Browsers are not to be relied on to say that they have moved. Whoever opens a page, be it of the desk, is looked at.
self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.waitUntil(joined.checkOnce());
});

self.addEventListener('sync', (event) => {
  (event as ExtendableEvent).waitUntil(telling.flush());
});

self.addEventListener('message', (event) => {
  const { joined: said, tell, steps, keep } = event.data as Asked;
  if (said !== undefined) answer(event, joined.remember(said));
  if (tell !== undefined && steps) event.waitUntil(inSteps(tell, (step) => event.ports[0]?.postMessage(step)));
  else if (tell !== undefined) answer(event, telling.tell(tell.kind, tell.delivery));
  if (keep !== undefined) event.waitUntil(Promise.all([telling.flush(), joined.check()]));
});

interface Asked {
  readonly joined?: unknown;
  readonly tell?: { readonly kind: string; readonly delivery: string };
  /** It says each: that it is kept, that it is heard. */
  readonly steps?: boolean;
  readonly keep?: string;
}

async function inSteps({ kind, delivery }: NonNullable<Asked['tell']>, say: (step: string | null) => void): Promise<void> {
  const isHeard = await telling.heard(kind, delivery, () => say('kept')).catch(() => null);
  if (isHeard) say('heard');
  if (isHeard === null) say(null);
}

// Of what a page waits for; null: it could not be done.
function answer(event: ExtendableMessageEvent, done: Promise<boolean>): void {
  event.waitUntil(done.catch(() => null).then((said) => event.ports[0]?.postMessage(said)));
}
