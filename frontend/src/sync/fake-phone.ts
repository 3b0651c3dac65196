// A phone for tests of pulling: real databases, a server that plays a script.

import { IDBFactory } from 'fake-indexeddb';
import { Outbox } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import type { Sum } from '../rules/checksum';
import { EPOCH, FakeServer, json, NOW, page, put } from './fake-server';
import { Pull, type PullTools } from './pull';
import type { Report } from './report';

export const STREAM = 'roster:e';
export const REST = { kind: 'rest', ms: 5_000 };
export const FAILED = { kind: 'failed', retryAfterMs: null };
export const ABC = [put(1, 'a'), put(2, 'b'), put(3, 'c')];

const SESSION = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: [],
};

export interface HeadParts {
  readonly durable?: string;
  readonly epoch?: string;
  readonly streams?: readonly string[];
  /** When left out, the server does not tell it. */
  readonly sum?: Sum;
}

/** The server's list of streams, all at `head`. */
export function heads(head: number, { durable, epoch, streams = [STREAM], sum }: HeadParts = {}): Response {
  const listed = streams.map((stream) => ({ stream, head, count: sum?.held, checksum: sum?.checksum }));
  return json({ epoch: EPOCH, server_time: NOW, durable: durable ?? null, streams: listed }, epoch);
}

export class FakePhone {
  readonly outbox = new Outbox();
  readonly records = new Records();
  readonly bulletin = new Bulletin();
  readonly reports: Report[] = [];
  readonly fakeServer = new FakeServer(() => heads(0));
  visible = true;
  poked = false;
  repushed = 0;
  readonly tools: PullTools = {
    server: this.fakeServer.server,
    outbox: this.outbox,
    records: this.records,
    bulletin: this.bulletin,
    report: (report) => this.reports.push(report),
    isVisible: () => this.visible,
    isPoked: () => this.poked,
    repush: () => this.repushed++,
  };
  readonly pull = new Pull(this.tools);

  static async enrolled(): Promise<FakePhone> {
    globalThis.indexedDB = new IDBFactory();
    const phone = new FakePhone();
    await phone.outbox.beginEpoch(EPOCH);
    await phone.outbox.remember('session', SESSION);
    return phone;
  }

  /** A phone that holds a, b and c at 3. */
  static async pulled(): Promise<FakePhone> {
    const phone = await FakePhone.enrolled();
    phone.fakeServer.next(() => heads(3), () => page({ changes: ABC }));
    await phone.pull.round();
    phone.fakeServer.requests.length = 0;
    phone.reports.length = 0;
    return phone;
  }

  async keys(): Promise<string[]> {
    const buckets = await this.records.buckets(STREAM, 'all');
    return buckets.flatMap(({ rows }) => rows.map(({ key }) => key)).sort();
  }

  async cursor(): Promise<number | undefined> {
    return (await this.records.cursors()).find(({ stream }) => stream === STREAM)?.seq;
  }

  /** What the server was asked, the stream of the roster called S. */
  asked(): string[] {
    return this.fakeServer.requests.map(({ path }) => path.replace(encodeURIComponent(STREAM), 'S').replace('&limit=10000', ''));
  }
}
