import { StorageError } from '../db/connection';
import { exclusively } from '../platform/lock';
import { Hearing } from './hearing';
import { Loop, type Outcome } from './loop';
import { Poke } from './poke';
import { Pull, type PullTools } from './pull';
import { Push, type PushTools } from './push';
import type { Report, Reporter } from './report';

const OTHER_TAB_MS = 5_000;
const AFTER_PAINT_MS = 150;

/** What the engine stands on. */
export interface EngineTools extends Omit<PushTools, 'records'>, Omit<PullTools, 'repush' | 'isPoked'> {
  readonly openSocket: () => WebSocket;
}

/** The two loops, and the socket that wakes one of them. Neither waits for the other, and neither's failures stop the other. */
export class Engine {
  #push: Loop;
  #pull: Loop;
  #poke: Poke;
  #hearing = new Hearing();

  constructor(tools: EngineTools) {
    this.#poke = new Poke({
      open: tools.openSocket,
      token: async () => (await tools.outbox.read('session'))?.token ?? null,
      onNews: () => this.#pull.kick(),
    });
    const reporters = { push: this.#reporter('push', tools.report), pull: this.#reporter('pull', tools.report) };
    const push = new Push({ ...tools, report: reporters.push });
    const pull = new Pull({ ...tools, report: reporters.pull, repush: () => this.#push.kick(), isPoked: () => this.#poke.alive });
    this.#push = new Loop(() => alone('eventsync-push', () => push.round(), tools.report));
    this.#pull = new Loop((kicked) => alone('eventsync-pull', () => pull.round(kicked), tools.report));
  }

  /** Something was recorded. The screen says so first. */
  push(): void {
    this.#push.kick(AFTER_PAINT_MS);
  }

  /** Now: the screen lit up, the network came back, a person asked. */
  both(): void {
    this.#push.kick();
    this.#pull.kick();
    this.#poke.wake();
  }

  /** Passes on what a loop reports, and lets one that got through wake the other. */
  #reporter(by: 'push' | 'pull', report: Reporter): Reporter {
    return (said: Report) => {
      report(said);
      if (this.#hearing.wakes(by, said)) this.#push.kick();
      if (by === 'push' && said.kind === 'heard') this.#pull.kick();
    };
  }

  stop(): void {
    this.#push.stop();
    this.#pull.stop();
    this.#poke.stop();
  }
}

/** One round, unless another tab is at it. */
async function alone(name: string, round: () => Promise<Outcome>, report: Reporter): Promise<Outcome> {
  try {
    return (await exclusively(name, round)) ?? { kind: 'rest', ms: OTHER_TAB_MS };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    report({ kind: 'storage', message: error.message });
    return { kind: 'failed', retryAfterMs: null };
  }
}
