import { PROTOCOL } from '../contract/protocol';
import type { OutboxRow } from '../db/outbox';

/** The body of a push. Without operations it only tells something about this phone. */
export function envelope(batch: readonly OutboxRow[]): Readonly<Record<string, unknown>> {
  return { protocol: PROTOCOL, sent_at: new Date().toISOString(), operations: batch.map(({ operation }) => operation) };
}
