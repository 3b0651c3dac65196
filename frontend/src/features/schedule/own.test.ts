import { beforeEach, expect, test, vi } from 'vitest';
import { Own } from './own';

const ORIGIN = 'https://games.example';
const BEAR = '/schedule/games/mine/bear/copy.json?lang=en';
const HARE = '/schedule/games/mine/hare/copy.json?lang=en';
const EVERYBODY = '/schedule/games/copy.json?lang=en';

const copy = (name: string, etag: string): Response =>
  new Response(JSON.stringify({ name, start: `/schedule/games/mine/${name}/` }), { headers: { 'EventSync-Plan': '3', ETag: etag } });
const gone = (): Response => new Response('gone', { status: 404, headers: { 'EventSync-Plan': '3' } });
const whole = (address: string): string => new URL(address, ORIGIN).href;

let stored: Map<string, Response>;
let server: Record<string, (etag: string) => Response>;
const own = new Own();

beforeEach(() => {
  stored = new Map();
  server = { [BEAR]: () => copy('bear', '"one"') };
  const store = {
    keys: async () => [...stored.keys()].map((url) => ({ url })),
    match: async (address: string) => stored.get(whole(address))?.clone(),
    put: async (address: string, answer: Response) => void stored.set(whole(address), answer),
    delete: async (address: string) => stored.delete(whole(address)),
  };
  vi.stubGlobal('window', { caches: {} });
  vi.stubGlobal('location', { origin: ORIGIN });
  vi.stubGlobal('caches', { open: async () => store });
  vi.stubGlobal('fetch', async (address: string, { headers }: { headers: Record<string, string> }) => {
    const { pathname, search } = new URL(address);
    const answer = server[pathname + search];
    if (answer === undefined) throw new TypeError('no network');
    return answer(headers['If-None-Match'] ?? '');
  });
  return () => void vi.unstubAllGlobals();
});

test('a day is kept, asked for by what is held of it, and known by its name', async () => {
  expect(await own.keep(BEAR)).toBe(true);
  const asked: string[] = [];
  server[BEAR] = (etag) => {
    asked.push(etag);
    return new Response(null, { status: 304, headers: { 'EventSync-Plan': '3' } });
  };
  expect(await own.keep(BEAR)).toBe(true);
  expect(asked).toEqual(['"one"']);
  expect(await own.days()).toEqual([{ start: '/schedule/games/mine/bear/', name: 'bear' }]);
});

test('a day that was taken back goes, from any page, and nobody else’s', async () => {
  stored.set(whole(EVERYBODY), copy('all', '"all"'));
  stored.set(whole(HARE), copy('hare', '"hare"'));
  server[HARE] = gone;
  expect(await own.keep(BEAR)).toBe(true);
  expect([...stored.keys()]).toEqual([EVERYBODY, BEAR].map(whole));
  server[BEAR] = gone;
  expect(await own.keep(undefined)).toBe(true);
  expect([...stored.keys()]).toEqual([whole(EVERYBODY)]);
  expect(await own.keep(BEAR)).toBe(false);
});

test.each([
  ['no network', undefined],
  ['a captive portal', () => new Response('Welcome to our WiFi')],
  ['a captive portal without the page', () => new Response('Not here', { status: 404 })],
  ['a broken server', () => new Response('broken', { status: 503, headers: { 'EventSync-Plan': '3' } })],
])('%s takes nothing away', async (_, answer) => {
  await own.keep(BEAR);
  if (answer === undefined) delete server[BEAR];
  else server[BEAR] = answer;
  expect(await own.keep(BEAR)).toBe(true);
  expect(await own.days()).toHaveLength(1);
});
