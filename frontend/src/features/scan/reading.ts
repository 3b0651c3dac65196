/** One code in a picture. `x` and `y` lead from the middle of the picture to the code's; its shorter side is 1. */
export interface Sighting {
  readonly text: string;
  readonly linear: boolean;
  readonly x: number;
  readonly y: number;
}

/** How long a code must have been out of sight before it counts as shown again. */
export const COOL_MS = 3_000;
/** Half the side of the box on the screen: what lies outside belongs to somebody else in the queue. */
export const BOX = 0.4;

/** Which codes a person holds before the camera, each once for as long as it stays in view. */
export class Reading {
  #seen = new Map<string, number>();
  #row = '';

  /** The code that was shown anew in the picture of the time `now`, ms; of several the one nearest the middle. */
  take(sightings: readonly Sighting[], now: number): string | null {
    const inside = sightings.filter(({ text, x, y }) => text.trim() !== '' && Math.abs(x) <= BOX && Math.abs(y) <= BOX);
    const nearest = inside.sort((a, b) => Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y))[0];
    const sure = nearest !== undefined && this.#sure(nearest);
    this.#row = nearest?.linear ? nearest.text : '';
    const fresh = nearest !== undefined && !this.#warm(nearest.text, now);
    for (const { text } of inside) if (this.#warm(text, now)) this.#seen.set(text, now);
    if (!sure || !fresh) return null;
    this.#seen.set(nearest.text, now);
    return nearest.text;
  }

  /** Whether it is the same code, still or again: in sight a moment ago. */
  #warm(text: string, now: number): boolean {
    return now - (this.#seen.get(text) ?? -Infinity) <= COOL_MS;
  }

  // Bars count when two pictures in a row agree.
  #sure({ linear, text }: Sighting): boolean {
    return !linear || this.#row === text;
  }
}
