import { KIOSK, type Enrolment } from '../contract/protocol';
import type { Outbox } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';

/** Which event this phone works for, who holds it, and where. */
export class Session {
  #enrolment = $state.raw<Enrolment | null>(null);
  #actor = $state('');
  #checkpoint = $state<string | null>(null);

  constructor(
    private readonly outbox: Outbox,
    private readonly bulletin: Bulletin,
  ) {}

  async load(): Promise<void> {
    this.#enrolment = (await this.outbox.read('session')) ?? null;
    this.#actor = (await this.outbox.read('actor')) ?? '';
    this.#checkpoint = (await this.outbox.read('checkpoint')) ?? null;
  }

  get enrolment(): Enrolment | null {
    return this.#enrolment;
  }

  get actor(): string {
    return this.#actor;
  }

  get checkpoint(): string | null {
    return this.#checkpoint;
  }

  /** Whether people check themselves in here, with nobody beside them. */
  get alone(): boolean {
    return this.#enrolment?.profile.name === KIOSK;
  }

  may(kind: string): boolean {
    return this.#enrolment?.operations.includes(kind) ?? false;
  }

  async name(actor: string): Promise<void> {
    await this.outbox.remember('actor', actor);
    await this.#changed();
  }

  async standAt(checkpoint: string): Promise<void> {
    await this.outbox.remember('checkpoint', checkpoint);
    await this.#changed();
  }

  async #changed(): Promise<void> {
    await this.load();
    this.bulletin.post({ topic: 'session' });
  }
}
