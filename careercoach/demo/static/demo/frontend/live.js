// Keeps something fresh while somebody looks: every few seconds, at once on coming back, slower while it fails.

const SLOWEST = 30_000;

export class Live {
  #refresh;
  #pace;
  #timer;
  #running = null;
  #again = false;
  #failures = 0;
  #on = false;

  /** `refresh` does it, and throws if it can't; `pace` gives the milliseconds until the next time. */
  constructor(refresh, pace) {
    this.#refresh = refresh;
    this.#pace = pace;
    document.addEventListener("visibilitychange", () => this.#look());
    for (const event of ["focus", "online", "pageshow"]) addEventListener(event, () => this.#look());
  }

  start() {
    this.#on = true;
    this.#failures = 0;
    return this.now();
  }

  stop() {
    this.#on = false;
    clearTimeout(this.#timer);
  }

  /** Refreshes now; asked while it is running, once more after that, so that no answer is older than the question. */
  now() {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run() {
    do {
      this.#again = false;
      try {
        await this.#refresh();
        this.#failures = 0;
      } catch {
        this.#failures++; // Whoever refreshes has said so on the page.
      }
    } while (this.#again && this.#on);
    if (!this.#on || document.visibilityState === "hidden") return;
    const wait = Math.min(this.#pace() * 2 ** this.#failures, SLOWEST);
    this.#timer = setTimeout(() => this.now(), wait * (0.9 + Math.random() / 5)); // Not all pages at once.
  }

  #look() {
    if (this.#on && !this.#running && document.visibilityState !== "hidden") this.now();
  }
}
