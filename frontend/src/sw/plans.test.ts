import { beforeEach, expect, test, vi } from 'vitest';
import { fileOf, keep, newestPage, pageOf, type Plan } from './plans';

const ORIGIN = 'https://games.example';
const COPY = '/schedule/games/copy.json?lang=en';
const PLAN: Plan = {
  release: 3,
  tz: 'Europe/Helsinki',
  start: '/schedule/games/',
  days: ['2026-07-04', '2026-07-05'],
  files: ['/static/schedule/schedule.css?v2', '/static/dist/schedule.js?v2'],
  extras: [],
  missing: 'missing',
  pages: { '/schedule/games/2026-07-04/': 'Saturday', '/schedule/games/2026-07-05/': 'Sunday', '/schedule/games/help/': 'help' },
};

/** Caches as browsers have them, as far as plans need them. */
class FakeCache {
  readonly #stored = new Map<string, Response>();
  static readonly address = (asked: Request | string): string => new URL(typeof asked === 'string' ? asked : asked.url, ORIGIN).href;

  match = async (asked: Request | string): Promise<Response | undefined> => this.#stored.get(FakeCache.address(asked))?.clone();
  keys = async (): Promise<{ url: string }[]> => [...this.#stored.keys()].map((url) => ({ url }));
  delete = async (asked: Request | string): Promise<boolean> => this.#stored.delete(FakeCache.address(asked));
  put = async (asked: Request | string, answer: Response): Promise<void> => {
    this.#stored.delete(FakeCache.address(asked));
    this.#stored.set(FakeCache.address(asked), answer);
  };
  addAll = async (asked: readonly Request[]): Promise<void> => {
    const answers = await Promise.all(asked.map((each) => fetch(each)));
    if (answers.some((answer) => !answer.ok)) throw new TypeError('not all came');
    await Promise.all(asked.map((each, index) => this.put(each, answers[index] as Response)));
  };
}

/** `request` with an address below our origin. */
class LocalRequest extends Request {
  constructor(path: string, init?: RequestInit) {
    super(new URL(path, ORIGIN), init);
  }
}

type Answer = () => Response | Promise<Response>;
let server: Record<string, Answer>;
let asked: string[];
let store: FakeCache;

const noNetwork: Answer = () => Promise.reject(new TypeError('no network'));
const html = (page: string, status = 200): Response => new Response(page, { status, headers: { 'EventSync-Plan': '3' } });
const copy = (plan: Plan, etag: string): Response =>
  new Response(JSON.stringify(plan), { headers: { 'EventSync-Plan': String(plan.release), ETag: etag } });

async function read(path: string): Promise<string> {
  return (await newestPage(new LocalRequest(path))).text();
}

beforeEach(() => {
  store = new FakeCache();
  asked = [];
  server = { [COPY]: () => copy(PLAN, '"one"') };
  for (const file of [...PLAN.files, '/static/dist/schedule.js?v3']) server[file] = () => new Response(file);
  vi.stubGlobal('caches', { open: async () => store });
  vi.stubGlobal('Request', LocalRequest);
  vi.stubGlobal('fetch', async (request: Request | string) => {
    const { pathname, search } = new URL(FakeCache.address(request));
    asked.push(pathname + search);
    return (server[pathname + search] ?? noNetwork)();
  });
  vi.setSystemTime('2026-07-04T21:30:00Z'); // half past midnight on Sunday, in Helsinki
  return () => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  };
});

test('without a network every page is as it was kept, and the first one that of today at the event', async () => {
  expect(await keep(COPY)).toBe(3);
  expect(await read('/schedule/games/2026-07-04/?lang=en')).toBe('Saturday');
  expect(await read('/schedule/games/help/?lang=en&seen=2')).toBe('help');
  expect(await read('/schedule/games/?lang=en')).toBe('Sunday');
  expect(await read('/schedule/games/places/gone/?lang=en')).toBe('missing');
});

test.each([
  ['before the event', '2026-06-01', 'Saturday'],
  ['after it', '2026-08-01', 'Sunday'],
])('the first page %s', (_, today, page) => {
  expect(pageOf(PLAN, '/schedule/games/', today)).toBe(page);
});

test('with a network the page is the server’s, also where it says that there is no such page', async () => {
  await keep(COPY);
  server['/schedule/games/help/?lang=en'] = () => html('newest help');
  server['/schedule/games/old/?lang=en'] = () => html('gone', 404);
  expect(await read('/schedule/games/help/?lang=en')).toBe('newest help');
  expect(await read('/schedule/games/old/?lang=en')).toBe('gone');
});

test('what a captive portal or a broken server says instead is no page of ours', async () => {
  await keep(COPY);
  server['/schedule/games/help/?lang=en'] = () => new Response('Welcome to our WiFi');
  expect(await read('/schedule/games/help/?lang=en')).toBe('help');
  server['/schedule/games/help/?lang=en'] = () => html('broken', 503);
  expect(await read('/schedule/games/help/?lang=en')).toBe('help');
  server[COPY] = () => new Response('Welcome to our WiFi');
  await expect(keep(COPY)).rejects.toThrow();
  expect(await read('/schedule/games/2026-07-04/?lang=en')).toBe('Saturday');
});

test('of an event that was never visited nothing is made up', async () => {
  await expect(newestPage(new LocalRequest('/schedule/other/'))).rejects.toThrow('no network');
});

test('another language is better than nothing, and is said in the one that was asked for', async () => {
  const others = (fi: string) => `<p class="offline screen" lang="fi" dir="ltr"${fi}>Vain englanti.</p><p class="offline screen" lang="ar" dir="rtl" hidden>`;
  const pages = { '/schedule/games/help/': others(' hidden') };
  server[COPY] = () => copy({ ...PLAN, pages }, '"one"');
  await keep(COPY);
  expect(await read('/schedule/games/help/?seen=2&lang=fi')).toBe(others(''));
  for (const same of ['?lang=en', '', '?lang=']) expect(await read(`/schedule/games/help/${same}`)).toBe(others(' hidden'));
});

const OWN = '/schedule/games/mine/k1/copy.json?lang=en';
const led = (): Response => ({ type: 'opaqueredirect', status: 0, headers: new Headers() }) as Response;

test('where the server leads to another page of ours, it leads; where to something else, the page is as it was kept', async () => {
  await keep(COPY);
  const answers = [led(), Object.defineProperty(html('mine'), 'url', { value: `${ORIGIN}/schedule/games/mine/k1/?lang=en` })];
  server['/schedule/games/mine/?lang=en'] = () => answers.shift() ?? Promise.reject(new TypeError('a portal of another origin'));
  const answer = await newestPage(new LocalRequest('/schedule/games/mine/?lang=en'));
  expect([answer.status, answer.headers.get('Location')]).toEqual([302, `${ORIGIN}/schedule/games/mine/k1/?lang=en`]);
  server['/schedule/games/help/'] = led;
  expect(await read('/schedule/games/help/')).toBe('help');
});

test('without a network “my day” leads to the one that is kept, and of several says which there are', async () => {
  server[OWN] = () => copy({ ...PLAN, start: '/schedule/games/mine/k1/' }, '"mine"');
  server[OWN.replace('en', 'fi')] = server[OWN];
  for (const each of [COPY, OWN, OWN.replace('en', 'fi')]) await keep(each);
  const answer = await newestPage(new LocalRequest('/schedule/games/mine/?lang=fi'));
  expect(answer.headers.get('Location')).toBe(`${ORIGIN}/schedule/games/mine/k1/?lang=fi`);
  server[OWN.replace('k1', 'k2')] = server[OWN];
  await keep(OWN.replace('k1', 'k2'));
  expect(await read('/schedule/games/mine/?lang=fi')).toBe('missing');
});

test('days of one’s own have a copy of their own', async () => {
  await keep(COPY);
  const mine = '/schedule/games/mine/bear/copy.json?lang=en';
  const start = '/schedule/games/mine/bear/';
  const pages = { [`${start}2026-07-05/`]: 'my Sunday', [`${start}2026-07-04/`]: 'my Saturday' };
  await store.put(mine, copy({ ...PLAN, start, missing: 'not mine', pages }, '"mine"'));
  expect(await read(`${start}?lang=en`)).toBe('my Sunday');
  expect(await read(`${start}2026-07-04/?lang=en`)).toBe('my Saturday');
  expect(await read('/schedule/games/?lang=en')).toBe('Sunday');
  expect(await read('/schedule/games/mine/hare/?lang=en')).toBe('missing');
  await expect(read('/schedule/mine/days/?lang=en')).rejects.toThrow('no network');
});

test('a new plan replaces the old one and its files; the same one is written once', async () => {
  await keep(COPY);
  await keep(COPY);
  expect(asked).toEqual([COPY, ...PLAN.files, COPY]);
  const newer = { ...PLAN, release: 4, files: ['/static/schedule/schedule.css?v2', '/static/dist/schedule.js?v3'] };
  server[COPY] = () => copy({ ...newer, pages: { '/schedule/games/help/': 'newer help' } }, '"two"');
  expect(await keep(COPY)).toBe(4);
  expect(await read('/schedule/games/help/?lang=en')).toBe('newer help');
  const kept = (await store.keys()).map(({ url }) => url.replace(ORIGIN, ''));
  expect(kept.sort()).toEqual([COPY, '/static/dist/schedule.js?v3', '/static/schedule/schedule.css?v2'].sort());
});

test('asked for by two pages at once, it comes once', async () => {
  expect(await Promise.all([keep(COPY), keep(COPY)])).toEqual([3, 3]);
  expect(asked.filter((path) => path === COPY)).toHaveLength(1);
});

test('a plan whose files do not all come leaves the one before it', async () => {
  await keep(COPY);
  server[COPY] = () => copy({ ...PLAN, release: 4, files: ['/static/lost.css'], pages: {} }, '"two"');
  await expect(keep(COPY)).rejects.toThrow();
  expect(await read('/schedule/games/help/?lang=en')).toBe('help');
});

test('an event that the server does not know any more is forgotten', async () => {
  await keep(COPY);
  server[COPY] = () => new Response('not found', { status: 404 });
  await expect(keep(COPY)).rejects.toThrow();
  await expect(newestPage(new LocalRequest('/schedule/games/help/?lang=en'))).rejects.toThrow('no network');
});

test('a file is the kept one if it is of the very version', async () => {
  await keep(COPY);
  asked.length = 0;
  expect(await (await fileOf(new LocalRequest('/static/dist/schedule.js?v2'))).text()).toBe('/static/dist/schedule.js?v2');
  expect(asked).toEqual([]);
  expect(await (await fileOf(new LocalRequest('/static/dist/schedule.js?v3'))).text()).toBe('/static/dist/schedule.js?v3');
});
