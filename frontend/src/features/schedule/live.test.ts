import { beforeEach, expect, test, vi } from 'vitest';
import { Live } from './live';

class Socket {
  static all: Socket[] = [];
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: () => void = () => undefined;
  closed = false;

  constructor(readonly address: string) {
    Socket.all.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

let heard = 0;
const live = (): Live => new Live('wss://games.example/ws/v1/plan/games', () => (heard += 1));

beforeEach(() => {
  Socket.all = [];
  heard = 0;
  vi.stubGlobal('WebSocket', Socket);
  return () => void vi.unstubAllGlobals();
});

test('a poke is news, a ping is none', () => {
  live().listen();
  const [socket] = Socket.all;
  expect(socket?.address).toBe('wss://games.example/ws/v1/plan/games');
  socket?.onmessage({ data: '{"ping":"2026-07-04T12:00:00Z"}' });
  expect(heard).toBe(0);
  socket?.onmessage({ data: '{"poke":{}}' });
  expect(heard).toBe(1);
});

test('one socket at a time, and another once it is closed', () => {
  const page = live();
  page.listen();
  page.listen();
  expect(Socket.all).toHaveLength(1);
  Socket.all[0]?.onclose();
  page.listen();
  expect(Socket.all).toHaveLength(2);
});

test('while nobody looks there is none, and an old one that ends late takes no newer one with it', () => {
  const page = live();
  page.rest();
  page.listen();
  page.rest();
  expect(Socket.all[0]?.closed).toBe(true);
  page.listen();
  Socket.all[0]?.onclose();
  page.listen();
  expect(Socket.all).toHaveLength(2);
});
