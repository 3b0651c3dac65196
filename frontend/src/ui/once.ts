/** Each thing once at a time: while it is on its way to the disk, a second tap is the same tap. */
export class Once {
  readonly #underWay = new Set<string>();

  /** Whether it may begin: not when it has begun already. */
  begin(key: string): boolean {
    if (this.#underWay.has(key)) return false;
    this.#underWay.add(key);
    return true;
  }

  end(key: string): void {
    this.#underWay.delete(key);
  }
}
