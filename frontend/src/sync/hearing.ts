import type { Report } from './report';

/**
 * When a push that backs off has a reason to try at once: a pull got through after something did not. Once for each time
 * that the pulls, or the pushes, began to fail: a push that fails while pulls succeed must not be kicked by each of them.
 */
export class Hearing {
  #deaf = { push: false, pull: false };
  #worthATry = false;

  /** Takes a report of a loop; says whether the push is to be woken. */
  wakes(by: 'push' | 'pull', report: Report): boolean {
    if (report.kind === 'offline') {
      this.#worthATry ||= !this.#deaf[by];
      this.#deaf[by] = true;
    }
    if (report.kind !== 'heard') return false;
    this.#deaf[by] = false;
    if (by === 'push') this.#worthATry = false;
    const wake = by === 'pull' && this.#worthATry;
    this.#worthATry &&= !wake;
    return wake;
  }
}
