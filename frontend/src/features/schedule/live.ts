/** Hears of a new plan as soon as there is one. What it misses is found when the page looks by itself. */
export class Live {
  readonly #address: string;
  readonly #news: () => void;
  #socket: WebSocket | null = null;

  constructor(address: string, news: () => void) {
    this.#address = address;
    this.#news = news;
  }

  /** Unless it does already. */
  listen(): void {
    if (this.#socket !== null) return;
    const socket = new WebSocket(this.#address);
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (data.includes('poke')) this.#news();
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#socket = null;
    };
    this.#socket = socket;
  }

  /** While nobody looks at the page. */
  rest(): void {
    this.#socket?.close();
    this.#socket = null;
  }
}
