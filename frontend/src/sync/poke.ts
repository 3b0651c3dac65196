import { isObject } from './answers';

const FIRST_MS = 1_000;
const LAST_MS = 60_000;
// A socket can look open for ever after its network is gone; the server pings each 20 s.
const SILENCE_MS = 45_000;
// The token is not known, or revoked (docs/protocol.md, section 5): a pull hears which, and what that means.
const REFUSED = [4401, 4403];

export interface PokeTools {
  readonly open: () => WebSocket;
  readonly token: () => Promise<string | null>;
  /** Something may be new: a stream moved, or nobody listened for a while. */
  readonly onNews: () => void;
  readonly random?: () => number;
}

/**
 * The socket on which the server says "pull". It carries no data and may fail at any time: the loops go on without it.
 *
 * Waiting (a timer is armed) → connecting → alive (the server has spoken) → lost, by closing or by silence → waiting.
 */
export class Poke {
  #socket: WebSocket | null = null;
  #alive = false;
  #connecting = false;
  #refused = false;
  #stopped = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tools: PokeTools) {}

  /** Whether the server was heard on it within the time in which it must be. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Connects now, if it is not connected: the screen lit up, the phone was enrolled. */
  wake(): void {
    if (this.#socket !== null || this.#connecting || this.#stopped) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
    clearTimeout(this.#timer);
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    try {
      const token = await this.tools.token();
      if (token === null || this.#stopped) return;
      const socket = this.tools.open();
      this.#socket = socket;
      socket.onopen = () => socket.send(JSON.stringify({ token }));
      socket.onmessage = ({ data }) => this.#hear(data);
      socket.onclose = ({ code }) => this.#closed(code);
    } catch (error) {
      console.warn('the socket could not be opened', error);
    } finally {
      this.#connecting = false;
      if (this.#socket === null) this.#wait();
      else this.#armSilence();
    }
  }

  #hear(data: unknown): void {
    this.#armSilence();
    const first = !this.#alive;
    this.#alive = true;
    this.#refused = false;
    this.#failures = 0;
    if (first || isPoke(data)) this.tools.onNews();
  }

  #armSilence(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #closed(code: number): void {
    this.#lost();
    // Once: the next attempts will hear the same.
    if (!REFUSED.includes(code) || this.#refused) return;
    this.#refused = true;
    this.tools.onNews();
  }

  #lost(): void {
    this.#drop();
    this.#wait();
  }

  #drop(): void {
    this.#alive = false;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.wake(), (this.tools.random ?? Math.random)() * ceiling);
  }
}

function isPoke(data: unknown): boolean {
  if (typeof data !== 'string') return false;
  try {
    const message: unknown = JSON.parse(data);
    return isObject(message) && 'poke' in message;
  } catch {
    return false;
  }
}
