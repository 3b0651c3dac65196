import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Camera, Decoder, Fault } from './ports';
import { Scanner } from './scanner.svelte';

/** A phone whose camera, decoder and clock do as they are told. */
class FakePhone {
  time = 0;
  opened: string[] = [];
  stopped = 0;
  awake = 0;
  fault: Fault | null = null;
  sees: () => readonly { text: string; linear: boolean; x: number; y: number }[] = () => [];
  loads = true;
  loaded = 0;
  readonly video = { readyState: 2, srcObject: null as unknown, play: () => Promise.resolve() };
  readonly met: string[] = [];
  takeAway: () => void = () => undefined;
  #pauses: (() => void)[] = [];
  pauses: number[] = [];

  readonly scanner = new Scanner({
    openCamera: (preferred, ended) => {
      this.opened.push(preferred);
      this.takeAway = ended;
      return this.fault === null ? Promise.resolve(this.#camera(preferred)) : Promise.reject({ fault: this.fault });
    },
    listCameras: () => Promise.resolve([{ id: 'back', name: 'Back' }]),
    loadDecoder: () => {
      this.loaded++;
      return this.loads ? Promise.resolve(this.#decode) : Promise.reject(new Error('no signal'));
    },
    keepAwake: () => {
      this.awake++;
      return Promise.resolve(() => void this.awake--);
    },
    now: () => this.time,
    pause: (ms) => {
      this.pauses.push(ms);
      return new Promise((resolve) => this.#pauses.push(resolve));
    },
  });

  readonly #decode: Decoder = () => Promise.resolve(this.sees());

  #camera(id: string): Camera {
    return {
      id,
      stream: {} as MediaStream,
      abilities: () => ({ torch: true, zoom: null }),
      light: (on) => (on ? Promise.resolve() : Promise.reject(new Error('hot'))),
      zoom: () => Promise.reject(new Error('no zoom')),
      stop: () => void this.stopped++,
    };
  }

  async scan(preferred = 'back'): Promise<void> {
    await this.scanner.open(preferred);
    void this.scanner.watch(this.video as unknown as HTMLVideoElement, (text) => this.met.push(text));
    await settle();
  }

  /** The next picture, `ms` later. */
  async next(ms = 100): Promise<void> {
    this.time += ms;
    this.#pauses.shift()?.();
    await settle();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const code = (text: string): { text: string; linear: boolean; x: number; y: number } => ({ text, linear: false, x: 0, y: 0 });

let phone: FakePhone;

beforeEach(() => {
  // What goes wrong on purpose is told to developers, too.
  for (const level of ['warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  phone = new FakePhone();
});

afterEach(() => void vi.restoreAllMocks());

test('codes are met once each, and the screen stays on', async () => {
  await phone.scan();
  phone.sees = () => [code('A')];
  await phone.next();
  await phone.next();
  phone.sees = () => [code('B')];
  await phone.next();
  expect([phone.met, phone.scanner.state.kind, phone.scanner.abilities.torch, phone.scanner.cameras.length, phone.awake]).toEqual([
    ['A', 'B'], 'on', true, 1, 1,
  ]);
});

test('closing lets go of camera, light and screen, and reads no more', async () => {
  await phone.scan();
  await phone.scanner.light(true);
  expect(phone.scanner.lit).toBe(true);
  phone.scanner.close();
  phone.sees = () => [code('A')];
  await phone.next();
  expect([phone.met, phone.stopped, phone.awake, phone.scanner.lit, phone.scanner.state.kind]).toEqual([[], 1, 0, false, 'off']);
});

test('a camera that is closed before it has opened is stopped', async () => {
  const opening = phone.scanner.open('back');
  phone.scanner.close();
  await opening;
  expect([phone.stopped, phone.awake, phone.scanner.state.kind]).toEqual([1, 0, 'off']);
});

test('opening twice leaves one camera on', async () => {
  await Promise.all([phone.scanner.open('back'), phone.scanner.open('front')]);
  const { state } = phone.scanner;
  expect([phone.opened, phone.stopped, state.kind === 'on' && state.camera.id, phone.awake]).toEqual([['back', 'front'], 1, 'front', 1]);
});

test('a code stays known when the screen was off for a moment', async () => {
  phone.sees = () => [code('A')];
  await phone.scan();
  phone.scanner.close();
  phone.time += 1_000;
  await phone.scan();
  expect(phone.met).toEqual(['A']);
});

test.each(['refused', 'absent', 'busy', 'insecure', 'broken'] as const)('a camera that is %s says so', async (fault) => {
  phone.fault = fault;
  await phone.scan();
  expect(phone.scanner.state).toEqual({ kind: 'fault', fault });
});

test('without a decoder no camera stays on', async () => {
  phone.loads = false;
  await phone.scan();
  expect([phone.scanner.state, phone.stopped]).toEqual([{ kind: 'fault', fault: 'unread' }, 1]);
  phone.loads = true;
  await phone.scan();
  expect(phone.scanner.state.kind).toBe('on');
});

test('a decoder is loaded once, and anew after it broke', async () => {
  await phone.scan();
  await phone.scan();
  expect(phone.loaded).toBe(1);
  phone.sees = () => {
    throw new Error('out of memory');
  };
  await phone.next();
  await phone.next();
  await phone.scan();
  expect(phone.loaded).toBe(2);
});

test('a decoder that breaks while it reads', async () => {
  await phone.scan();
  phone.sees = () => {
    throw new Error('out of memory');
  };
  await phone.next();
  expect([phone.scanner.state, phone.stopped, phone.awake]).toEqual([{ kind: 'fault', fault: 'unread' }, 1, 0]);
});

test('a camera that is taken away', async () => {
  await phone.scan();
  phone.takeAway();
  expect([phone.scanner.state, phone.stopped]).toEqual([{ kind: 'fault', fault: 'broken' }, 1]);
});

test('a camera that was let go has no say any more', async () => {
  await phone.scan();
  const { takeAway } = phone;
  await phone.scanner.open('front');
  takeAway();
  expect(phone.scanner.state.kind).toBe('on');
});

test('ten seconds without a picture are a broken camera', async () => {
  phone.video.readyState = 0;
  await phone.scan();
  await phone.next(10_000);
  expect(phone.scanner.state.kind).toBe('on');
  await phone.next(1);
  expect(phone.scanner.state).toEqual({ kind: 'fault', fault: 'broken' });
});

test('it never looks without a rest, and rests longer when nobody comes', async () => {
  await phone.scan();
  await phone.next(30_001);
  phone.sees = () => [code('A')];
  await phone.next();
  expect(phone.pauses).toEqual([100, 333, 100]);
});

test('a light or a zoom that does not obey stops nothing', async () => {
  await phone.scan();
  await phone.scanner.light(true);
  await phone.scanner.light(false);
  await phone.scanner.zoom(2);
  expect([phone.scanner.lit, phone.scanner.state.kind]).toEqual([true, 'on']);
});
