import type { Outbox } from '../db/outbox';
import type { Answer } from './server';

const WORTH_STORING_MS = 250;

/** Learns the server's clock from an answer: it was read about half-way between leaving and hearing. */
export async function hear(outbox: Outbox, reply: Answer, serverTime: string): Promise<void> {
  const offset = Math.round(Date.parse(serverTime) - (reply.sentAt + reply.heardAt) / 2);
  const known = await outbox.read('offset');
  if (known === undefined || Math.abs(known - offset) > WORTH_STORING_MS) await outbox.remember('offset', offset);
}
