import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Loop, type Outcome } from './loop';

const REST: Outcome = { kind: 'rest', ms: 5_000 };
const FAILED: Outcome = { kind: 'failed', retryAfterMs: null };

let rounds: number[];
let outcomes: (Outcome | Error)[];

function loop(random = 1): Loop {
  const round = async (): Promise<Outcome> => {
    rounds.push(Date.now());
    const outcome = outcomes.shift() ?? REST;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return new Loop(round, () => random);
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.spyOn(console, 'error').mockReturnValue();
  rounds = [];
  outcomes = [];
});

afterEach(() => {
  vi.useRealTimers();
});

test('rests as long as the round says', async () => {
  loop().kick();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(rounds).toEqual([0, 5_000, 10_000]);
});

test('backs off from 1 s, doubling, up to 5 minutes, and never stops', async () => {
  outcomes = Array.from({ length: 20 }, () => FAILED);
  loop().kick();
  await vi.advanceTimersByTimeAsync(3_600_000);
  const gaps = rounds.slice(1).map((at, index) => at - (rounds[index] ?? 0));
  expect(gaps.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1000));
});

test('the backoff is jittered in full', async () => {
  outcomes = [FAILED, FAILED];
  loop(0.25).kick();
  await vi.advanceTimersByTimeAsync(800);
  expect(rounds).toEqual([0, 250, 750]);
});

test('a round that throws is a failure with a timer armed', async () => {
  outcomes = [new Error('bug')];
  loop().kick();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(rounds).toEqual([0, 1_000]);
});

test('a success starts the backoff anew', async () => {
  outcomes = [FAILED, FAILED, REST, FAILED];
  loop().kick();
  await vi.advanceTimersByTimeAsync(9_500);
  expect(rounds).toEqual([0, 1_000, 3_000, 8_000, 9_000]);
});

test('a kick runs at once and starts the backoff anew', async () => {
  outcomes = [FAILED, FAILED, FAILED, FAILED, FAILED];
  const looping = loop();
  looping.kick();
  await vi.advanceTimersByTimeAsync(8_000);
  looping.kick();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rounds).toEqual([0, 1_000, 3_000, 7_000, 8_000, 9_000]);
});

test('nobody is asked sooner than it said, whoever kicks', async () => {
  outcomes = [{ kind: 'failed', retryAfterMs: 30_000 }];
  const looping = loop();
  looping.kick();
  await vi.advanceTimersByTimeAsync(10_000);
  looping.kick();
  await vi.advanceTimersByTimeAsync(20_500);
  expect(rounds).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rounds).toEqual([0, 31_000]);
});

test('a clock that is set back makes nobody wait longer', async () => {
  outcomes = [{ kind: 'failed', retryAfterMs: 30_000 }];
  const looping = loop();
  looping.kick();
  await vi.advanceTimersByTimeAsync(10_000);
  vi.setSystemTime(-3 * 3_600_000);
  looping.kick();
  await vi.advanceTimersByTimeAsync(22_000);
  expect(rounds.length).toBe(2);
});

test('a kick during a round makes another one follow, never two at once', async () => {
  let running = 0;
  let most = 0;
  const looping = new Loop(async () => {
    most = Math.max(most, ++running);
    rounds.push(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 100));
    running--;
    return REST;
  });
  looping.kick();
  await vi.advanceTimersByTimeAsync(50);
  looping.kick();
  looping.kick();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([rounds.length, most]).toEqual([2, 1]);
});

test('a round hears whether it was kicked, also while another one ran, or whether only time has passed', async () => {
  const told: boolean[] = [];
  const looping = new Loop(async (kicked) => {
    told.push(kicked);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return told.length === 4 ? FAILED : REST;
  }, () => 1); // prettier-ignore
  looping.kick();
  await vi.advanceTimersByTimeAsync(5_150);
  expect(told).toEqual([true, false]);
  looping.kick();
  await vi.advanceTimersByTimeAsync(150);
  expect(told).toEqual([true, false, true]);
  await vi.advanceTimersByTimeAsync(7_000);
  expect(told).toEqual([true, false, true, false, false]);
});

test('a stopped loop is silent', async () => {
  const looping = loop();
  looping.kick();
  looping.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(rounds).toEqual([]);
});
