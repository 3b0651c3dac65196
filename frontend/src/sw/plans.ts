import { dayIn } from '../rules/day';

/** All pages of an event in one language, as the server hands them out to be kept (eventsync/schedule/pages/copies.py). */
export interface Plan {
  readonly release: number;
  readonly tz: string;
  /** The path of the page that shows today. */
  readonly start: string;
  readonly days: readonly string[];
  readonly files: readonly string[];
  /** What pages are whole without: the page brings it (features/schedule/keeper.ts). */
  readonly extras: readonly string[];
  readonly missing: string;
  readonly pages: Readonly<Record<string, string>>;
}

const STORE = 'eventsync-plans';
/** On every page of a plan; what a captive portal says instead lacks it. */
const MARK = 'EventSync-Plan';
const PATIENCE_MS = 4_000;

/** The page at a path, on that day at the event; whatever the plan has no page for is said to be missing. */
export function pageOf(plan: Plan, path: string, today: string): string {
  const day = plan.days.find((each) => each >= today) ?? plan.days.at(-1);
  return plan.pages[path] ?? (path === plan.start ? plan.pages[`${path}${day}/`] : undefined) ?? plan.missing;
}

const keeping = new Map<string, Promise<number>>();

/** Keeps what is at this address, if it is new; resolves to its release. Rejects when it cannot be had. */
export function keep(address: string): Promise<number> {
  const begun = keeping.get(address);
  if (begun !== undefined) return begun;
  const ours = bring(address).finally(() => keeping.delete(address));
  keeping.set(address, ours);
  return ours;
}

async function bring(address: string): Promise<number> {
  const answer = await fetch(address, { cache: 'no-cache', credentials: 'omit', redirect: 'error' });
  const store = await caches.open(STORE);
  if (answer.status === 404) await store.delete(address);
  if (!isOurs(answer)) throw new Error('no plan came');
  const plan = (await answer.clone().json()) as Plan;
  const known = await store.match(address);
  if (known?.headers.get('ETag') !== answer.headers.get('ETag')) {
    await store.addAll(plan.files.map((file) => new Request(file, { credentials: 'omit' })));
    await store.put(address, answer);
    await forget(store, plan.files);
  }
  return plan.release;
}

function isOurs(answer: Response): boolean {
  return answer.headers.has(MARK) && answer.status < 500;
}

// The same files of another version.
async function forget(store: Cache, files: readonly string[]): Promise<void> {
  const paths = files.map((file) => file.split('?')[0]);
  for (const { url } of await store.keys()) {
    const { pathname, search } = new URL(url);
    if (paths.includes(pathname) && !files.includes(pathname + search)) await store.delete(url);
  }
}

/** The page from the server, or else as it was kept, which says so itself. */
export async function newestPage(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (isOurs(answer)) return answer;
    return (answer.type === 'opaqueredirect' ? await further(request.url) : null) ?? (await keptPage(request)) ?? answer;
  } catch (error) {
    const kept = await keptPage(request);
    if (kept === null) throw error;
    return kept;
  }
}

// Where an answer leads only a browser may see: to another page of ours, or to a captive portal's.
async function further(address: string): Promise<Response | null> {
  const page = await fetch(address, { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE_MS) });
  return isOurs(page) ? Response.redirect(page.url) : null;
}

async function keptPage({ url }: Request): Promise<Response | null> {
  const mine = await onlyDay(new URL(url));
  if (mine !== null) return Response.redirect(mine);
  const plan = await keptPlan(url);
  if (plan === null) return null;
  const page = pageOf(plan, new URL(url).pathname, dayIn(plan.tz, Date.now()));
  return new Response(saying(page, languageIn(url)), { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
}

// Of the one card that this phone has: to that day the server leads, too.
async function onlyDay({ pathname, href, search }: URL): Promise<string | null> {
  if (!pathname.endsWith('/mine/')) return null;
  const days = (await (await caches.open(STORE)).keys()).flatMap(({ url }) => /.*\/mine\/[^/]+\/(?=copy)/.exec(url)?.[0] ?? []);
  const [day, ...others] = new Set(days.filter((each) => each.startsWith(href.replace(search, ''))));
  return day === undefined || others.length > 0 ? null : day + search;
}

// Where it was kept in another language only, it says so in the one that is asked for.
function saying(page: string, language: string | undefined): string {
  return page.replace(new RegExp(`(<p class="offline screen" lang="${language}"[^>]*) hidden>`), '$1>');
}

function languageIn(asked: string): string | undefined {
  return /lang=(\w+)/.exec(asked)?.[1];
}

// In the language that is asked for, or else in the one that was read last. One's own pages have a copy of their own, or else
// the plan's says that they are not there.
async function keptPlan(asked: string): Promise<Plan | null> {
  const store = await caches.open(STORE);
  const all = await store.keys();
  const starts = /(\/schedule\/[^/]+)(\/mine\/[^/]+)?/.exec(asked)!;
  const copies = starts.map((start) => all.filter(({ url }) => url.includes(`${start}/copy`))).find(({ length }) => length);
  const kept = copies?.find(({ url }) => url.endsWith(`lang=${languageIn(asked)}`)) ?? copies?.at(-1);
  return kept ? ((await (await store.match(kept))!.json()) as Plan) : null;
}

/** A file of the pages, of the very version that a page names. */
export async function fileOf(request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  return (await store.match(request)) ?? fetch(request);
}
