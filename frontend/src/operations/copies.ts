import type { Outbox, OutboxRow } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';
import { canShare, download, share } from '../platform/share';
import { say } from '../words/words.svelte';
import { Assembly, writeFrames } from './frames';
import { MOST_BYTES, readOutboxFile, writeOutboxFile, type OutboxFile } from './outboxfile';
import { canPack, pack, unpack } from './packing';

/** What came of it, for a person. */
export interface Told {
  readonly good: boolean;
  readonly text: string;
}

/** What waits on this phone, as codes that another phone's camera reads. */
export interface Shown {
  readonly count: number;
  /** Null when there are too many: that is what files are for. */
  readonly frames: readonly string[] | null;
}

/** What came of one code: nothing, some of a handover, or all of it. */
export type Seen = { readonly held: number; readonly of: number } | Told | null;


/** What a phone recorded, out of it as a file and into another phone: for the day that a phone breaks or the network stays away. */
export class Copies {
  constructor(
    private readonly outbox: Outbox,
    private readonly bulletin: Bulletin,
    /** Something new waits to be sent. */
    private readonly recorded: () => void,
  ) {}

  /** Whether this browser can hand a file to other apps. */
  get sharable(): boolean {
    return canShare();
  }

  async keep(): Promise<Told> {
    const { count, file } = await this.#write();
    download(file);
    return { good: true, text: say('copy.kept', { count }) };
  }

  async share(): Promise<Told> {
    const { count, file } = await this.#write();
    switch (await share(file)) {
      case 'shared':
        return { good: true, text: say('copy.shared', { count }) };
      case 'dismissed':
        return { good: false, text: say('copy.dismissed') };
      case 'refused':
        return this.keep();
    }
  }

  /** Whether this browser can make codes of what waits, and read another phone's. */
  get showable(): boolean {
    return canPack;
  }

  /** Whatever has no verdict yet, taken over from others or not. It stays here until it has one. */
  async show(): Promise<Shown> {
    const { count, file } = await this.#write(({ settled }) => settled === null);
    return { count, frames: count === 0 ? [] : writeFrames(await pack(file.text)) };
  }

  /** Reads another phone's codes, one after the other. What is whole is stored as a file's content would be. */
  reader(): (text: string) => Promise<Seen> {
    const assembly = new Assembly();
    return async (text) => {
      const taken = assembly.take(text);
      switch (taken.kind) {
        case 'nothing':
          return null;
        case 'newer':
          return { good: false, text: say('handover.newer') };
        case 'more':
          return taken;
        case 'whole': {
          const content = await unpack(taken.bytes, MOST_BYTES);
          return content === null ? { good: false, text: say('handover.broken') } : this.#take(content);
        }
      }
    };
  }

  /** Stores what another phone recorded, to be sent as that phone's. */
  async takeOver(file: Blob): Promise<Told> {
    return file.size > MOST_BYTES ? { good: false, text: say('copy.too_much') } : this.#take(await file.text());
  }

  async #take(content: string): Promise<Told> {
    const event = (await this.outbox.read('session'))?.event.id ?? null;
    const reading = readOutboxFile(content, event);
    if (reading.kind === 'unreadable') return { good: false, text: reading.why };
    const fresh = await this.outbox.carry(reading.operations);
    if (fresh.length > 0) this.bulletin.post({ topic: 'outbox', ids: 'all' });
    this.recorded();
    const text = [taken(reading.operations.length, fresh.length), lost(reading.missing)].filter(Boolean).join(' ');
    return { good: reading.missing === 0, text };
  }

  async #write(chosen: (row: OutboxRow) => boolean = () => true): Promise<{ count: number; file: OutboxFile }> {
    const [device, session, all] = await Promise.all([this.outbox.device(), this.outbox.read('session'), this.outbox.all()]);
    const rows = all.filter(chosen);
    return { count: rows.length, file: writeOutboxFile({ device, event: session?.event ?? null }, rows, Date.now()) };
  }
}

function taken(held: number, fresh: number): string {
  if (held === 0) return say('copy.unreadable');
  if (fresh === 0) return say('copy.nothing_new', { count: held });
  const taken = say('copy.taken', { count: fresh });
  return held === fresh ? taken : `${taken} ${say('copy.known', { count: held - fresh })}`;
}

function lost(missing: number): string {
  return missing === 0 ? '' : say('copy.lost', { count: missing });
}
