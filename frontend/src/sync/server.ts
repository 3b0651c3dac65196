import type { Enrolment } from '../contract/protocol';
import { say } from '../words/words.svelte';
import { field, isObject, isText } from './answers';

export type RefusalCode =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'device_revoked'
  | 'not_found'
  | 'version_conflict'
  | 'cursor_expired'
  | 'too_large'
  | 'upgrade_required'
  | 'slow_down'
  | 'unavailable';

/** The server said no, in its own words. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: RefusalCode;
  readonly message: string;
  readonly reason: string | null;
  readonly retryAfterMs: number | null;
  readonly epoch: string;
}

/** Nobody answered, or somebody who is not our server: a captive portal, a proxy, a broken deployment. */
export interface Offline {
  readonly kind: 'offline';
  readonly why: string;
}

export interface Answer {
  readonly kind: 'answer';
  readonly body: unknown;
  readonly epoch: string;
  /** Device clock, ms, when the request left and when its answer had begun. */
  readonly sentAt: number;
  readonly heardAt: number;
}

/** An answer of lines, still arriving. Reading it throws when it is cut short. */
export interface Lines {
  readonly kind: 'lines';
  readonly lines: AsyncGenerator<string>;
  readonly epoch: string;
}

const TIMEOUT_MS = 20_000;
const WORTH_COMPRESSING = 1024;
const BASE = '/api/v1/';
// The codes of docs/protocol.md section 1 and the only status each may come with.
const STATUS_OF: Readonly<Record<RefusalCode, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  device_revoked: 403,
  not_found: 404,
  version_conflict: 409,
  cursor_expired: 410,
  too_large: 413,
  upgrade_required: 426,
  slow_down: 429,
  unavailable: 503,
};

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Speaks HTTP. Every way in which a request can end is one of the kinds above; it never throws. */
export class Server {
  constructor(private readonly fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {}

  enrol(request: Readonly<Record<string, unknown>>): Promise<Answer | Refusal | Offline> {
    return this.#exchange('enrol', null, request);
  }

  push(session: Enrolment, envelope: Readonly<Record<string, unknown>>): Promise<Answer | Refusal | Offline> {
    return this.#exchange('push', session.token, envelope);
  }

  /** What the server says of this phone. */
  device(session: Enrolment): Promise<Answer | Refusal | Offline> {
    return this.#exchange('device', session.token, null);
  }

  streams(session: Enrolment): Promise<Answer | Refusal | Offline> {
    return this.#exchange('streams', session.token, null);
  }

  /** A page of changes. The time limit starts again with every piece that arrives: a slow line is not a dead one. */
  async changes(session: Enrolment, stream: string, query: string): Promise<Lines | Refusal | Offline> {
    const patience = new Patience();
    const path = `streams/${encodeURIComponent(stream)}/changes?${query}`;
    const reply = await this.#request(path, session.token, null, patience);
    if (reply.kind !== 'reply') {
      patience.end();
      return reply;
    }
    return { kind: 'lines', epoch: reply.epoch, lines: readLines(reply.response, patience) };
  }

  async #exchange(path: string, token: string | null, body: unknown): Promise<Answer | Refusal | Offline> {
    const patience = new Patience();
    const sentAt = Date.now();
    try {
      const reply = await this.#request(path, token, body, patience);
      if (reply.kind !== 'reply') return reply;
      const heardAt = Date.now();
      return { kind: 'answer', body: await reply.response.json(), epoch: reply.epoch, sentAt, heardAt };
    } catch (error) {
      return offline(error);
    } finally {
      patience.end();
    }
  }

  async #request(path: string, token: string | null, body: unknown, patience: Patience): Promise<Reply> {
    const authorization: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
    try {
      const { headers, ...written } = body === null ? { headers: {} } : await writtenBody(JSON.stringify(body));
      const init: RequestInit = { method: body === null ? 'GET' : 'POST', ...written, headers: { ...authorization, ...headers } };
      const options: RequestInit = { signal: patience.signal, redirect: 'error', credentials: 'omit', cache: 'no-store' };
      const response = await this.fetch(BASE + path, { ...init, ...options });
      return await classified(response);
    } catch (error) {
      return offline(error);
    }
  }
}

type Reply = { readonly kind: 'reply'; readonly response: Response; readonly epoch: string } | Refusal | Offline;

/** A body of JSON, compressed where the browser can and where it is worth it: the line up is often the narrow one. */
async function writtenBody(text: string): Promise<Pick<RequestInit, 'body'> & { headers: Record<string, string> }> {
  const headers = { 'Content-Type': 'application/json' };
  if (text.length < WORTH_COMPRESSING || !('CompressionStream' in globalThis)) return { headers, body: text };
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  // Whole, for a body that is a stream cannot be sent over HTTP/1.
  return { headers: { ...headers, 'Content-Encoding': 'gzip' }, body: await new Response(packed).arrayBuffer() };
}

async function classified(response: Response): Promise<Reply> {
  const epoch = response.headers.get('X-EventSync-Epoch');
  if (!epoch) return { kind: 'offline', why: say('trouble.no_server', { status: response.status }) };
  if (isHtml(response)) return { kind: 'offline', why: say('trouble.web_page') };
  if (response.ok) return { kind: 'reply', response, epoch };
  return refusal(response, epoch, await response.json());
}

function refusal(response: Response, epoch: string, body: unknown): Refusal | Offline {
  const error = field(body, 'error');
  const code = field(error, 'code');
  if (!isRefusalCode(code) || STATUS_OF[code] !== response.status) {
    return { kind: 'offline', why: say('trouble.status', { status: response.status }) };
  }
  const message = field(error, 'message');
  const reason = field(field(error, 'fields'), 'reason');
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  return {
    kind: 'refusal',
    code,
    epoch,
    message: isText(message) ? message : code,
    reason: isText(reason) ? reason : null,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  };
}

function isRefusalCode(code: unknown): code is RefusalCode {
  return isText(code) && Object.hasOwn(STATUS_OF, code);
}

function isHtml(response: Response): boolean {
  return response.headers.get('Content-Type')?.includes('html') ?? false;
}

function offline(error: unknown): Offline {
  const why = isObject(error) && error['name'] === 'AbortError' ? say('trouble.timeout', { seconds: TIMEOUT_MS / 1000 }) : say('trouble.no_connection');
  return { kind: 'offline', why };
}

async function* readLines(response: Response, patience: Patience): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) break;
      patience.renew();
      const lines = (rest + piece.value).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    patience.end();
    await reader?.cancel().catch(() => undefined);
  }
}

/** A time limit that can be started again. */
class Patience {
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), TIMEOUT_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
