import type { Outbox } from '../db/outbox';
import type { Answer } from './server';

const LASTS_MS = 600_000;
const SLOW_MS = 2_000;
/** Coarse clocks and drift; less is not worth a write. */
const SLACK_MS = 250;

/**
 * Learns the server's clock from an answer. It was read between leaving and hearing, so half the round trip is the most
 * by which the middle can be wrong: a request that waited in the server for long says little, and replaces nothing better.
 */
export async function hear(outbox: Outbox, { sentAt, heardAt }: Answer, serverTime: string): Promise<void> {
  const offset = Math.round(Date.parse(serverTime) - (sentAt + heardAt) / 2);
  const uncertainty = (heardAt - sentAt) / 2;
  // Somebody set the phone's clock in between.
  if (uncertainty < 0) return;
  const [known, sample] = await Promise.all([outbox.read('offset'), outbox.read('clock')]);
  if (known !== undefined && sample !== undefined) {
    const age = heardAt - sample.heardAt;
    const old = (age > LASTS_MS || age < 0) && heardAt - sentAt <= SLOW_MS;
    // Both cannot be true: one of the clocks was set.
    const set = Math.abs(offset - known) > uncertainty + sample.uncertainty + SLACK_MS;
    if (!old && !set && uncertainty >= sample.uncertainty / 2) return;
  }
  await outbox.remember('offset', offset);
  await outbox.remember('clock', { uncertainty, heardAt });
}
