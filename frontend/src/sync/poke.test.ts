import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Poke } from './poke';

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: string[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  says(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }
}

let sockets: FakeSocket[];
let token: string | null;
let news: number;
let poke: Poke;

beforeEach(async () => {
  vi.useFakeTimers({ now: 0 });
  sockets = [];
  token = 'secret';
  news = 0;
  poke = new Poke({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    token: async () => token,
    onNews: () => news++,
    random: () => 1,
  });
  poke.wake();
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  poke.stop();
  vi.useRealTimers();
});

function connected(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error('no socket was opened');
  socket.onopen?.();
  socket.says({ ping: 'now' });
  return socket;
}

test('sends the token in the first message, and is alive when the server has answered', () => {
  expect(poke.alive).toBe(false);
  const socket = connected();
  expect(socket.sent).toEqual(['{"token":"secret"}']);
  expect(poke.alive).toBe(true);
});

test('there may be news on each connection and each poke, and not on a ping', () => {
  const socket = connected();
  expect(news).toBe(1);
  socket.says({ ping: 'later' });
  expect(news).toBe(1);
  socket.says({ poke: { 'roster:1': 7 } });
  expect(news).toBe(2);
});

test.each(['not json', '[]', 'null', ''])('what makes no sense is not a poke: %j', (text) => {
  const socket = connected();
  socket.says(text);
  expect(news).toBe(1);
});

test('45 seconds of silence are the end of a socket that looks open', async () => {
  const socket = connected();
  await vi.advanceTimersByTimeAsync(44_000);
  socket.says({ ping: 'later' });
  await vi.advanceTimersByTimeAsync(44_000);
  expect(poke.alive).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([poke.alive, socket.closed]).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets.length).toBe(2);
});

test('a socket that never answers is given up as well', async () => {
  await vi.advanceTimersByTimeAsync(46_000);
  expect(sockets.length).toBe(2);
});

test('comes back after 1 s, doubling up to 60 s, for ever, and from 1 s after a success', async () => {
  const opened: number[] = [];
  for (let count = 1; count <= 9; count++) {
    expect(sockets.length).toBe(count);
    opened.push(Date.now());
    sockets.at(-1)?.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(Math.min(60_000, 1_000 * 2 ** (count - 1)));
  }
  connected().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets.length).toBe(11);
});

test('a lit screen does not wait for the timer, nor opens a second socket', async () => {
  sockets[0]?.onclose?.({ code: 1006 });
  poke.wake();
  poke.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets.length).toBe(2);
  poke.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets.length).toBe(2);
});

test('a late word of a socket that was given up changes nothing', async () => {
  const first = connected();
  const { onclose, onmessage } = first;
  await vi.advanceTimersByTimeAsync(45_000);
  expect([first.onclose, first.onmessage]).toEqual([null, null]);
  expect(onclose).not.toBeNull();
  expect(onmessage).not.toBeNull();
});

test('without a token it asks again later', async () => {
  poke.stop();
  token = null;
  poke = new Poke({ open: () => new FakeSocket() as unknown as WebSocket, token: async () => token, onNews: () => news++, random: () => 1 });
  poke.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(poke.alive).toBe(false);
  expect(vi.getTimerCount()).toBe(1);
});

test('stopped, it stays stopped', async () => {
  const socket = connected();
  poke.stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect([socket.closed, sockets.length]).toEqual([true, 1]);
});

test.each([4401, 4403])('a phone that is refused (%i) pulls once, to hear why', async (code) => {
  connected().onclose?.({ code });
  expect(news).toBe(2);
  for (let attempt = 0; attempt < 3; attempt++) {
    await vi.advanceTimersByTimeAsync(60_000);
    sockets.at(-1)?.onclose?.({ code });
  }
  expect(news).toBe(2);
  await vi.advanceTimersByTimeAsync(60_000);
  connected().onclose?.({ code });
  expect(news).toBe(4);
});
