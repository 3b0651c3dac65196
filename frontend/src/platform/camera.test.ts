import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CameraError, openCamera, type Camera } from './camera';

/** A camera of a phone that can do so much; as browsers do it, it rejects what it cannot obey. */
class FakeTrack extends EventTarget {
  stopped = false;
  readonly applied: unknown[] = [];
  hot = false;
  getCapabilities: (() => object) | undefined;

  constructor(abilities: object | null) {
    super();
    if (abilities !== null) this.getCapabilities = () => abilities;
  }

  getSettings(): object {
    return { deviceId: 'back' };
  }

  async applyConstraints(wish: unknown): Promise<void> {
    if (this.hot) throw new DOMException('too hot', 'OverconstrainedError');
    this.applied.push(wish);
  }

  stop(): void {
    this.stopped = true;
  }
}

let track: FakeTrack;
let wished: unknown[];

async function opened(abilities: object | null, preferred = 'environment', ended: () => void = () => undefined): Promise<Camera> {
  track = new FakeTrack(abilities);
  const stream = { getVideoTracks: () => [track], getTracks: () => [track] };
  vi.stubGlobal('navigator', {
    mediaDevices: {
      getUserMedia: async (wish: unknown) => {
        wished.push(wish);
        return stream;
      },
    },
  });
  return openCamera(preferred, ended);
}

beforeEach(() => {
  wished = [];
});
afterEach(() => vi.unstubAllGlobals());

test.each([
  ['neither', {}, { torch: false, zoom: null }],
  ['a browser that tells nothing', null, { torch: false, zoom: null }],
  ['a light', { torch: true }, { torch: true, zoom: null }],
  ['a light that cannot be switched', { torch: false }, { torch: false, zoom: null }],
  ['a zoom', { zoom: { min: 1, max: 8, step: 0.5 } }, { torch: false, zoom: { min: 1, max: 8, step: 0.5 } }],
  ['a zoom without steps', { zoom: { min: 1, max: 8 } }, { torch: false, zoom: { min: 1, max: 8, step: 0.1 } }],
  ['a zoom that moves nowhere', { zoom: { min: 1, max: 1, step: 0.1 } }, { torch: false, zoom: null }],
])('offers what the camera has: %s', async (_, has, offered) => {
  expect((await opened(has)).abilities()).toEqual(offered);
});

test('what it can do is asked anew each time: some know it only after the first picture', async () => {
  const camera = await opened({});
  track.getCapabilities = () => ({ torch: true });
  expect(camera.abilities().torch).toBe(true);
});

test('the light goes on and off, and the zoom goes where it is told', async () => {
  const camera = await opened({ torch: true, zoom: { min: 1, max: 8, step: 0.5 } });
  await camera.light(true);
  await camera.zoom(2.5);
  await camera.light(false);
  expect(track.applied).toEqual([{ advanced: [{ torch: true }] }, { advanced: [{ zoom: 2.5 }] }, { advanced: [{ torch: false }] }]);
});

test('a light that does not obey says so', async () => {
  const camera = await opened({ torch: true });
  track.hot = true;
  await expect(camera.light(true)).rejects.toThrow('too hot');
});

test.each([
  ['environment', { facingMode: { ideal: 'environment' } }],
  ['user', { facingMode: { ideal: 'user' } }],
  ['an-id', { deviceId: { ideal: 'an-id' } }],
])('asked for %s', async (preferred, wish) => {
  const camera = await opened({}, preferred);
  expect([camera.id, wished]).toEqual(['back', [{ video: expect.objectContaining(wish) }]]);
});

test('stopping lets go of it; one that is taken away says so', async () => {
  const ended = vi.fn();
  const camera = await opened({}, 'environment', ended);
  track.dispatchEvent(new Event('ended'));
  camera.stop();
  expect([ended.mock.calls.length, track.stopped]).toEqual([1, true]);
});

test.each([
  ['NotAllowedError', 'refused'],
  ['SecurityError', 'refused'],
  ['NotFoundError', 'absent'],
  ['OverconstrainedError', 'absent'],
  ['NotReadableError', 'busy'],
  ['AbortError', 'busy'],
  ['TypeError', 'broken'],
])('%s is a camera that is %s', async (name, fault) => {
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('', name)) } });
  await expect(openCamera('environment', () => undefined)).rejects.toEqual(new CameraError(fault as CameraError['fault']));
});

test.each([
  [true, 'absent'],
  [false, 'insecure'],
])('no cameras at all, on a page whose address is safe: %s', async (safe, fault) => {
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('isSecureContext', safe);
  await expect(openCamera('environment', () => undefined)).rejects.toMatchObject({ fault });
});
