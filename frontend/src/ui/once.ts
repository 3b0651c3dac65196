/** Does each thing once at a time: while it is on its way to the disk, a second tap is the same tap. */
export class Once {
  readonly #underWay = new Set<string>();

  async do(key: string, work: () => Promise<void>): Promise<void> {
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    try {
      await work();
    } finally {
      this.#underWay.delete(key);
    }
  }
}
