// How a request goes out: against a real server where the browser's part matters, and else by what it was told.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Enrolment } from '../contract/protocol';
import { accepting, EPOCH, FakeServer } from './fake-server';
import { Server } from './server';

const SESSION: Enrolment = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: [],
};

const requests: readonly (readonly [string, (server: Server) => Promise<{ readonly kind: string }>])[] = [
  ['enrolment', (server) => server.enrol({ code: 'c' })],
  ['push', (server) => server.push(SESSION, { operations: [] })],
  ['push of a lot', (server) => server.push(SESSION, { operations: [], sent_at: 'x'.repeat(9_999) })],
  ['question about itself', (server) => server.device(SESSION)],
  ['question about streams', (server) => server.streams(SESSION)],
  ['page', (server) => server.changes(SESSION, 'roster:e', 'after=0')],
];

/** Answers as our server would, epoch and all, but sends whatever comes to /api/ to another place first. */
async function redirecting(status: number, ask: (server: Server) => Promise<{ readonly kind: string }>): Promise<[string, string[]]> {
  const asked: string[] = [];
  const host = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const headers = { 'X-EventSync-Epoch': EPOCH, 'Content-Type': 'application/json', Connection: 'close' };
    if (path.startsWith('/api/')) response.writeHead(status, { ...headers, Location: '/elsewhere' });
    else response.writeHead(200, headers);
    response.end('{}');
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const { kind } = await ask(new Server((path, init) => fetch(origin + path, init)));
  await new Promise((resolve) => host.close(resolve));
  return [kind, asked];
}

test.each(requests.flatMap(([name, ask]) => [301, 302, 307, 308].map((status) => [name, status, ask] as const)))(
  'a redirect counts as offline and is not followed: %s, %i',
  async (_, status, ask) => {
    const [kind, asked] = await redirecting(status, ask);
    expect([kind, asked.length]).toEqual(['offline', 1]);
  },
);

test.each(requests)('no cookie goes along and no cache answers: %s', async (_, ask) => {
  const said: RequestInit[] = [];
  const { fetch } = new FakeServer(accepting);
  await ask(new Server((path, init) => (said.push(init), fetch(path, init))));
  expect(said.map(({ credentials, cache }) => [credentials, cache])).toEqual([['omit', 'no-store']]);
});
