// The file in which what a phone recorded travels without a network: docs/protocol.md, section 7.5.

import type { Carried, Enrolment, Operation } from '../contract/protocol';
import type { OutboxRow } from '../db/outbox';
import { say } from '../words/words.svelte';

const FORMAT = 'eventsync-outbox';
const VERSION = 1;
// What is not visible yet is folded anew at each tap: 10,000 cost 60–120 ms on a laptop.
const MOST_LINES = 10_000;
/** No honest file of that many lines is larger; a larger one could use up the memory of a small phone. */
export const MOST_BYTES = 32 * 1024 * 1024;

export interface Origin {
  readonly device: string;
  readonly event: Pick<Enrolment['event'], 'id' | 'slug'> | null;
}

export interface OutboxFile {
  readonly name: string;
  readonly text: string;
}

/** Everything in `rows`, as they are stored, each with its author. `now`: ms. */
export function writeOutboxFile({ device, event }: Origin, rows: readonly OutboxRow[], now: number): OutboxFile {
  const at = new Date(now).toISOString();
  const header = {
    format: FORMAT,
    version: VERSION,
    device,
    event: event && { id: event.id, slug: event.slug },
    exported_at: at,
    count: rows.length,
  };
  const lines = [header, ...rows.map(({ operation }) => ({ ...operation, device: operation.device ?? device }))];
  const stamp = at.replace(/[-:]|\.\d+/g, '');
  return { name: `${FORMAT}-${device}-${stamp}.ndjson`, text: lines.map((line) => `${JSON.stringify(line)}\n`).join('') };
}

export type Reading =
  /** `missing`: how many operations the file should hold and does not, or that cannot be read. */
  | { readonly kind: 'read'; readonly operations: readonly Carried[]; readonly missing: number }
  /** `why` is a sentence for a person. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** What an outbox file says to a phone of the event with this id. Whole lines are taken, whatever became of the others. */
export function readOutboxFile(text: string, event: string | null): Reading {
  const [first = '', ...rest] = text.split('\n');
  const why = problemWith(parsed(first), event);
  if (why !== null) return { kind: 'unreadable', why };
  const lines = rest.filter((line) => line.trim() !== '');
  if (lines.length > MOST_LINES) return { kind: 'unreadable', why: say('copy.too_much') };
  const operations = lines.map(parsed).filter(isCarriedOperation).map(withNulls);
  const promised = Number(member(parsed(first), 'count')) || 0;
  if (lines.length === 0 && promised === 0) return { kind: 'unreadable', why: say('copy.empty') };
  return { kind: 'read', operations, missing: Math.max(promised, lines.length) - operations.length };
}

function problemWith(header: unknown, event: string | null): string | null {
  if (member(header, 'format') !== FORMAT) return say('copy.not_ours');
  if (member(header, 'version') !== VERSION) return say('copy.newer');
  const of = member(member(header, 'event'), 'id');
  const other = typeof of === 'string' && event !== null && of !== event;
  return other ? say('copy.other_event') : null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function isCarriedOperation(value: unknown): value is Carried {
  const [id, device, kind, seq, at] = ['id', 'device', 'kind', 'seq', 'occurred_at'].map((name) => member(value, name));
  if (![id, device].every((each) => typeof each === 'string' && UUID.test(each)) || typeof kind !== 'string') return false;
  if (!Number.isSafeInteger(seq) || Number(seq) < 1 || Number(seq) >= 2 ** 52) return false;
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return false;
  const payload = member(value, 'payload');
  return typeof payload === 'object' && payload !== null && isOrNull(value, 'offset_ms', 'number') && hasTexts(value);
}

function hasTexts(value: unknown): boolean {
  return isOrNull(value, 'actor', 'string') && isOrNull(value, 'refers_to', 'string');
}

// Absent or null is the same operation (docs/protocol.md, section 3), and this app reads null.
function withNulls(operation: Carried): Carried {
  const missing: Pick<Operation, 'offset_ms' | 'actor' | 'refers_to'> = { offset_ms: null, actor: null, refers_to: null };
  return { ...missing, ...operation };
}

function isOrNull(value: unknown, name: string, type: 'string' | 'number'): boolean {
  const found = member(value, name) ?? null;
  return found === null || typeof found === type;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
