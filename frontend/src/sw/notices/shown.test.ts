import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { notificationOf, type Told } from './rules';
import { Shown } from './shown';

let databases = 0;
const fresh = (): Shown => new Shown(`shown-${databases++}`);

function told(version: number, tag = 'plan:swim', delivery: string | null = `d${version}`, life = 'first'): Told {
  return notificationOf(JSON.stringify({ notification: { title: `v${version}`, tag, data: { delivery, version, life } } }));
}

async function titles(shown: Shown, ...pushes: Told[]): Promise<string[]> {
  const found: string[] = [];
  for (const each of pushes) {
    const { told: newest, isNews } = await shown.newest(each);
    found.push(`${newest.notification.title}${isNews ? '' : ' again'}`);
  }
  return found;
}

test('the newest of a tag stays, in whatever order they come', async () => {
  expect(await titles(fresh(), told(2), told(1), told(3), told(3))).toEqual(['v2', 'v2 again', 'v3', 'v3 again']);
});

test('a server that was put back from a copy is believed, though it counts its releases from there once more', async () => {
  const anew = (version: number): Told => told(version, 'plan:swim', `n${version}`, 'second');
  expect(await titles(fresh(), told(7), told(6), anew(6), anew(5), anew(7))).toEqual(['v7', 'v7 again', 'v6', 'v6 again', 'v7']);
});

test('what another tag says is nothing to it', async () => {
  expect(await titles(fresh(), told(2), told(1, 'plan:relay'))).toEqual(['v2', 'v1']);
});

test('one of several changes takes the place of those of each, and none that comes late is shown beside it', async () => {
  const several = notificationOf(
    JSON.stringify({ notification: { title: 'several', tag: 'plan:games', data: { delivery: 'd', version: 2, life: 'first', also: ['plan:swim', 'plan:relay', 5] } } }),
  );
  const shown = fresh();
  await shown.newest(told(1));
  await shown.newest(told(3, 'plan:relay'));
  expect((await shown.newest(several)).over).toEqual(['plan:swim']);
  expect(await titles(shown, told(1), told(3, 'plan:relay'), several, told(4))).toEqual(['several again', 'v3 again', 'several again', 'v4']);
});

test('a test is always news', async () => {
  expect(await titles(fresh(), told(0, 'test', null), told(0, 'test', null))).toEqual(['v0', 'v0']);
});

test('it is known after the worker was stopped', async () => {
  const name = `shown-${databases++}`;
  await new Shown(name).newest(told(2));
  expect(await titles(new Shown(name), told(1))).toEqual(['v2 again']);
});

test('where nothing can be kept it is shown all the same', async () => {
  vi.stubGlobal('indexedDB', undefined);
  expect(await titles(fresh(), told(1), told(1))).toEqual(['v1', 'v1']);
  vi.unstubAllGlobals();
});
