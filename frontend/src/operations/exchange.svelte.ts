import type { Report } from '../sync/report';

/** What the last exchanges with the server told, in a person's words. */
export class Exchange {
  #heardAt = $state<number | null>(null);
  #trouble = $state<string | null>(null);
  #enrolAgain = $state(false);
  #revoked = $state(false);
  #loading = $state.raw<{ done: number; total: number | null } | null>(null);

  get heardAt(): number | null {
    return this.#heardAt;
  }

  /** Why the last request failed; null when it did not. Information, never an obstacle. */
  get trouble(): string | null {
    return this.#trouble;
  }

  get enrolAgain(): boolean {
    return this.#enrolAgain;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** A list that is arriving. */
  get loading(): { done: number; total: number | null } | null {
    return this.#loading;
  }

  enrolled(): void {
    this.#enrolAgain = false;
    this.#revoked = false;
    this.#loading = null;
    this.#trouble = null;
  }

  take(report: Report): void {
    switch (report.kind) {
      case 'heard':
        this.#heardAt = Date.now();
        this.#trouble = null;
        if (report.by === 'pull') this.enrolled();
        return;
      case 'offline':
        this.#trouble = report.why;
        this.#loading = null;
        return;
      case 'refused':
      case 'storage':
        this.#trouble = report.message;
        return;
      case 'enrol_again':
        this.#enrolAgain = true;
        return;
      case 'revoked':
        this.#revoked = true;
        return;
      case 'loading':
        this.#loading = { done: report.done, total: report.total };
        return;
    }
  }
}
