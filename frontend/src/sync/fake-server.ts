// A server for tests: it plays a script, one answer for each request, and writes down what it was asked.

import type { Change, Operation } from '../contract/protocol';
import { Server, type Fetch } from './server';

export const EPOCH = '0190b0a2-0000-7000-8000-000000000001';
export const OTHER_EPOCH = '0190b0a2-0000-7000-8000-000000000002';
export const NOW = '2026-11-22T10:00:00.000Z';

export interface Request {
  readonly path: string;
  readonly authorization: string | null;
  readonly operations: readonly Operation[];
  readonly pending: number | null;
  readonly compressed: boolean;
  /** The body as it was sent; empty when there was none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type Script = (request: Request) => Response | Promise<Response>;

export class FakeServer {
  readonly requests: Request[] = [];
  #scripts: Script[] = [];

  constructor(private readonly otherwise: Script) {}

  readonly fetch: Fetch = async (url, init) => {
    const body = (await readBody(init)) as Partial<Request>;
    const request: Request = {
      path: url.replace('/api/v1/', ''),
      authorization: new Headers(init.headers).get('Authorization'),
      operations: body.operations ?? [],
      pending: body.pending ?? null,
      body,
      compressed: init.body instanceof ArrayBuffer,
    };
    this.requests.push(request);
    const answer = (this.#scripts.shift() ?? this.otherwise)(request);
    return Promise.race([answer, aborted(init.signal)]);
  };

  readonly server = new Server(this.fetch);

  /** Answers to the next requests, in order; after them the usual one. */
  next(...scripts: Script[]): void {
    this.#scripts.push(...scripts);
  }
}

async function readBody({ body, headers }: RequestInit): Promise<unknown> {
  if (typeof body === 'string') return JSON.parse(body);
  if (!(body instanceof ArrayBuffer)) return {};
  if (new Headers(headers).get('Content-Encoding') !== 'gzip') throw new Error('bytes that are not said to be gzip');
  return new Response(new Blob([body]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('timed out', 'AbortError')));
  });
}

export function json(body: unknown, epoch = EPOCH): Response {
  return Response.json(body, { headers: { 'X-EventSync-Epoch': epoch } });
}

export function refusal(status: number, code: string, extra: { retryAfter?: number; reason?: string } = {}): Response {
  const headers = new Headers({ 'X-EventSync-Epoch': EPOCH });
  if (extra.retryAfter !== undefined) headers.set('Retry-After', String(extra.retryAfter));
  const fields = extra.reason === undefined ? {} : { reason: extra.reason };
  return Response.json({ error: { code, message: `no: ${code}`, fields, request_id: 'r' } }, { status, headers });
}

export function portal(): Response {
  return new Response('<html>Please log in</html>', { headers: { 'Content-Type': 'text/html' } });
}

export function networkError(): Promise<Response> {
  return Promise.reject(new TypeError('Failed to fetch'));
}

export function never(): Promise<Response> {
  return new Promise(() => undefined);
}

/** Accepts everything it is sent. */
export function accepting({ operations }: Request): Response {
  const results = operations.map(({ id }) => ({ id, verdict: 'accepted', flags: [], at: { 'attendance:v': 7 }, replayed: false }));
  return json({ server_time: NOW, results });
}

export interface PageParts {
  readonly stream?: string;
  readonly after?: number;
  readonly head?: number;
  readonly complete?: boolean;
  readonly epoch?: string;
  readonly changes?: readonly Change[];
  readonly count?: number;
  /** When left out, the server does not tell it. */
  readonly checksum?: number;
}

/** NDJSON of a page; `cut` leaves out that many characters at its end. */
export function page(parts: PageParts, cut = 0): Response {
  const { stream = 'roster:e', after = 0, epoch = EPOCH, complete = true, changes = [] } = parts;
  const head = parts.head ?? changes.at(-1)?.seq ?? after;
  const { checksum, count = after === 0 ? changes.length : undefined } = parts;
  const header = { stream, epoch, after, base: 0, head, complete, count, checksum };
  const text = [header, ...changes].map((line) => `${JSON.stringify(line)}\n`).join('');
  return new Response(text.slice(0, text.length - cut), {
    headers: { 'X-EventSync-Epoch': epoch, 'Content-Type': 'application/x-ndjson' },
  });
}

export function put(seq: number, key: string, name = key): Change {
  return { seq, kind: 'person', key, deleted: false, body: { id: key, name } };
}

export function tombstone(seq: number, key: string): Change {
  return { seq, kind: 'person', key, deleted: true };
}
