// The next free times, to book one of them with one click. Whoever wants another goes on to the whole calendar.

import * as api from "./api.js";
import * as words from "./words.js";
import { show, write } from "./words.js";

const DAYS_AHEAD = 14;
const DAYS_SHOWN = 3;
const TIMES_SHOWN = 3; // Of one day, spread over it.

const iso = (at) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

/** Some of them, from the first to the last. */
function spread(all, most) {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, number) => all[Math.round((number * (all.length - 1)) / (most - 1))]);
}

export class Slots {
  #choose;
  #shown = "";

  /** `choose(start, button)` books that time. */
  constructor(choose) {
    this.#choose = choose;
    this.section = document.getElementById("slots");
  }

  /** Looks again. Where the times can't be had there is the calendar, so nothing is said. */
  async refresh(now = new Date()) {
    const last = new Date(now.getFullYear(), now.getMonth(), now.getDate() + DAYS_AHEAD);
    try {
      this.#render(await api.slots(iso(now), iso(last), words.zone));
    } catch {
      show(this.section, false);
      this.#shown = "";
    }
  }

  #render({ days, stale }) {
    const free = days.filter((day) => day.slots.length > 0).slice(0, DAYS_SHOWN);
    const picked = free.map((day) => spread(day.slots, TIMES_SHOWN).map(({ start }) => start));
    show(this.section, picked.length > 0);
    write(
      document.getElementById("slots-note"),
      stale ? gettext("These times are a few minutes old: Cal.com can't be reached right now.") : "",
    );
    if (this.#shown === JSON.stringify(picked)) return; // Whoever is about to press one must not lose it.
    this.#shown = JSON.stringify(picked);
    document.getElementById("slots-days").replaceChildren(...picked.map((starts) => this.#day(starts)));
  }

  #day(starts) {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.className = "slots-day";
    label.textContent = words.date(new Date(starts[0]));
    const times = document.createElement("span");
    times.className = "slots-times";
    times.append(...starts.map((start) => this.#time(start)));
    item.append(label, times);
    return item;
  }

  #time(start) {
    const at = new Date(start);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "slot";
    button.textContent = words.time(at);
    const values = { date: words.date(at), time: words.time(at) };
    button.setAttribute("aria-label", interpolate(gettext("%(date)s, %(time)s"), values, true));
    button.addEventListener("click", () => this.#choose(start, button));
    return button;
  }
}
