import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { Joined } from './joined';
import type { Telling } from './telling';

const ANSWER = {
  token: 'secret',
  profile: { name: 'family', retain_hours: 72, roster_hours: 72 },
  event: { id: 'games', slug: 'games', name: 'Games', tz: 'UTC' },
  operations: ['notice.read'],
  server_time: '2026-07-04T12:00:00.000Z',
};
const PATH = '/schedule/games/mine/messages/browser/';

interface Asked {
  readonly path: string;
  readonly endpoint: string;
  readonly was: string;
}

const subscription = (endpoint: string) => ({ endpoint, toJSON: () => ({ endpoint }) });

/** A browser whose push service knows it by `endpoint`, or by none; and the server, which answers with `status`. */
class Stage {
  endpoint: string | null = 'https://push.example/1';
  status = 200;
  readonly asked: Asked[] = [];
  readonly keys: unknown[] = [];
  readonly enrolled: unknown[] = [];
  readonly joined: Joined;

  constructor(name = `joined-${Math.random()}`) {
    const pushManager = {
      getSubscription: async () => (this.endpoint === null ? null : subscription(this.endpoint)),
      subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
        this.keys.push(applicationServerKey);
        this.endpoint = 'https://push.example/new';
        return subscription(this.endpoint);
      },
    };
    const telling = { enrol: async (session: unknown) => void this.enrolled.push(session) } as unknown as Telling;
    this.joined = new Joined({ pushManager } as unknown as ServiceWorkerRegistration, telling, name);
    vi.stubGlobal('Notification', { permission: 'granted' });
    vi.stubGlobal('fetch', async (path: string, { body }: { body: string }) => {
      this.asked.push({ path, ...(JSON.parse(body) as { endpoint: string; was: string }) });
      if (this.status === 0) throw new TypeError('no network');
      return new Response(this.status === 204 ? null : JSON.stringify(ANSWER), { status: this.status });
    });
  }

  remember(endpoint: string | null = this.endpoint): Promise<boolean> {
    return this.joined.remember({ path: PATH, key: 'vapid', endpoint, answer: ANSWER });
  }
}

afterEach(() => vi.unstubAllGlobals());

test('who joined is heard of under their own name, and an address that is known is not told again', async () => {
  const stage = new Stage();
  expect(await stage.remember()).toBe(true);
  expect(stage.enrolled).toMatchObject([{ token: 'secret', event: { id: 'games' } }]);
  await stage.joined.check();
  expect(stage.asked).toEqual([]);
});

test('an address that the push service has changed is told once, also after the worker was stopped', async () => {
  const stage = new Stage('joined-moved');
  await stage.remember();
  stage.endpoint = 'https://push.example/2';
  await stage.joined.check();
  expect(stage.asked).toEqual([{ path: PATH, endpoint: 'https://push.example/2', was: 'https://push.example/1' }]);
  const later = new Stage('joined-moved');
  later.endpoint = 'https://push.example/2';
  await later.joined.check();
  expect(later.asked).toEqual([]);
});

test.each([0, 503])('where it cannot be told (%d), it is told at the next look', async (status) => {
  const stage = new Stage();
  await stage.remember();
  [stage.endpoint, stage.status] = ['https://push.example/2', status];
  await stage.joined.check();
  stage.status = 200;
  await stage.joined.check();
  await stage.joined.check();
  expect(stage.asked).toHaveLength(2);
});

test('a browser that has lost its address asks for a new one with the key of its server', async () => {
  const stage = new Stage();
  await stage.remember();
  stage.endpoint = null;
  await stage.joined.check();
  expect([stage.keys, stage.asked]).toEqual([['vapid'], [{ path: PATH, endpoint: 'https://push.example/new', was: 'https://push.example/1' }]]);
});

test('nothing is asked for by whoever did not join, or took the permission back', async () => {
  const stage = new Stage();
  await stage.joined.check();
  await stage.remember(null); // messages without a push
  await stage.joined.check();
  await stage.remember();
  stage.endpoint = null;
  vi.stubGlobal('Notification', { permission: 'denied' });
  await stage.joined.check();
  expect([stage.keys, stage.asked]).toEqual([[], []]);
});

test('an answer that is none enrols nobody', async () => {
  const stage = new Stage();
  expect(await stage.joined.remember({ path: PATH, key: 'vapid', endpoint: stage.endpoint, answer: { token: 5 } })).toBe(false);
  await stage.joined.check();
  expect([stage.enrolled, stage.asked]).toEqual([[], []]);
});

const STAFF = { path: '/control/phone/browser/', key: 'vapid', answer: null };

test('a browser of the staff that has moved says so too, and answers in nobody’s name', async () => {
  const stage = new Stage();
  await stage.joined.remember({ ...STAFF, endpoint: stage.endpoint });
  [stage.endpoint, stage.status] = ['https://push.example/2', 204];
  await stage.joined.check();
  await stage.joined.check();
  expect(stage.asked).toEqual([{ path: STAFF.path, endpoint: 'https://push.example/2', was: 'https://push.example/1' }]);
  expect(stage.enrolled).toEqual([]);
});

test('where a family and somebody of the staff share a browser, both are followed', async () => {
  const stage = new Stage();
  await stage.remember();
  await stage.joined.remember({ ...STAFF, endpoint: stage.endpoint });
  stage.endpoint = 'https://push.example/2';
  await stage.joined.check();
  expect(stage.asked.map(({ path }) => path)).toEqual([PATH, STAFF.path]);
});

test.each([[403, 1], [0, 2], [500, 2]])('who has stopped it is forgotten, who is not signed in is not (%d)', async (status, asked) => {
  const stage = new Stage();
  await stage.joined.remember({ ...STAFF, endpoint: stage.endpoint });
  [stage.endpoint, stage.status] = ['https://push.example/2', status];
  await stage.joined.check();
  await stage.joined.check();
  expect(stage.asked).toHaveLength(asked);
});

test('pages that are opened have it looked once in the life of a worker', async () => {
  const stage = new Stage();
  await stage.remember();
  [stage.endpoint, stage.status] = ['https://push.example/2', 0];
  await stage.joined.checkOnce();
  await stage.joined.checkOnce();
  expect(stage.asked).toHaveLength(1);
});
