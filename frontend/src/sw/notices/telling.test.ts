import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import type { Enrolment } from '../../contract/protocol';
import { Server } from '../../sync/server';
import { Telling } from './telling';

const SESSION = {
  token: 'secret',
  profile: { name: 'family', retain_hours: 72, roster_hours: 72 },
  event: { id: 'games', slug: 'games', name: 'Games', tz: 'UTC' },
  operations: ['notice.read'],
} as unknown as Enrolment;

interface Sent {
  readonly id: string;
  readonly kind: string;
  readonly payload: { readonly delivery: string };
}

/** A server that keeps what it gets by id, and is not there while `offline`. */
class FakeServer {
  offline = false;
  loseAnswer = false;
  flags: string[] = [];
  readonly kept = new Map<string, string>();

  fetch = async (_url: string, { body, headers }: RequestInit): Promise<Response> => {
    if (this.offline) throw new TypeError('no network');
    expect(new Headers(headers).get('Authorization')).toBe('Bearer secret');
    const { operations } = JSON.parse(body as string) as { operations: Sent[] };
    for (const { id, kind, payload } of operations) this.kept.set(id, `${kind} ${payload.delivery}`);
    if (this.loseAnswer) throw new TypeError('cut');
    const results = operations.map(({ id }) => ({ id, verdict: 'accepted', flags: this.flags, at: {}, replayed: false }));
    const answer = { server_time: '2026-07-04T12:00:00.000Z', results };
    return new Response(JSON.stringify(answer), { headers: { 'X-EventSync-Epoch': 'one', 'Content-Type': 'application/json' } });
  };
}

let databases = 0;

async function joined(): Promise<{ telling: Telling; server: FakeServer; woken: string[] }> {
  const server = new FakeServer();
  const woken: string[] = [];
  vi.stubGlobal('registration', { sync: { register: async (tag: string) => void woken.push(tag) } });
  const telling = new Telling(`telling-${databases++}`, new Server(server.fetch));
  await telling.enrol(SESSION);
  return { telling, server, woken };
}

test('what somebody says is at the server at once', async () => {
  const { telling, server } = await joined();
  expect(await telling.tell('notice.read', 'd1')).toBe(true);
  expect([...server.kept.values()]).toEqual(['notice.read d1']);
});

test('without a network it is kept, sent later, and the browser is asked to wake the worker', async () => {
  const { telling, server, woken } = await joined();
  server.offline = true;
  expect(await telling.tell('notice.read', 'd1')).toBe(true);
  expect([server.kept.size, woken]).toEqual([0, ['eventsync-messages']]);
  server.offline = false;
  await telling.flush();
  expect([...server.kept.values()]).toEqual(['notice.read d1']);
});

test('whether somebody hears it is said truthfully: not while it waits, nor where it has no effect', async () => {
  const { telling, server } = await joined();
  const kept = vi.fn();
  expect(await telling.heard('notice.help', 'd1', kept)).toBe(true);
  server.offline = true;
  expect(await telling.heard('notice.help', 'd2', kept)).toBe(false);
  server.offline = false;
  server.flags = ['no_effect'];
  expect(await telling.heard('notice.help', 'd3', kept)).toBe(false);
  expect(kept).toHaveBeenCalledTimes(3);
  const unknown = new Telling(`telling-${databases++}`, new Server(server.fetch));
  expect(await unknown.heard('notice.help', 'd4', kept)).toBe(null);
  expect(kept).toHaveBeenCalledTimes(3);
});

test('a lost answer costs nothing: the same is said again', async () => {
  const { telling, server } = await joined();
  server.loseAnswer = true;
  await telling.tell('notice.shown', 'd1');
  server.loseAnswer = false;
  await Promise.all([telling.flush(), telling.flush(), telling.tell('notice.read', 'd1')]);
  expect([...server.kept.values()]).toEqual(['notice.shown d1', 'notice.read d1']);
});

test('a phone that nobody knows says nothing, and says so', async () => {
  const server = new FakeServer();
  const telling = new Telling(`telling-${databases++}`, new Server(server.fetch));
  expect(await telling.tell('notice.read', 'd1')).toBe(false);
  await telling.flush();
  expect(server.kept.size).toBe(0);
});
