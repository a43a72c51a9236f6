// The list of bookings: one card each, patched with each answer of the API, never rebuilt, so that focus stays.

import * as api from "./api.js";
import * as words from "./words.js";
import { mark, show, write } from "./words.js";

const SOON = 50 * 60_000; // Milliseconds before the meeting opens from which joining is what one comes for.

const ICONS = {
  PENDING: "clock",
  BOOKING_CREATED: "check",
  BOOKING_CANCELLED: "cross",
  MEETING_ENDED: "flag",
  NO_SHOW: "absent",
};

const moment = (text) => (text ? new Date(text) : null);
const isOpen = (booking) => ["PENDING", "BOOKING_CREATED"].includes(booking.status);
const isUpcoming = (booking, now) => isOpen(booking) && !(moment(booking.endTime) <= now && booking.endTime);
export const isUnpaid = (booking) => booking.status === "PENDING" && booking.payment.state === "due";

/** "Tuesday, 25 November, 14:30", or that nobody told. */
export function whenIs(booking) {
  const start = moment(booking.startTime);
  if (!start) return gettext("Time not known yet");
  return interpolate(gettext("%(date)s, %(time)s"), { date: words.date(start), time: words.time(start) }, true);
}

function coachOf(booking) {
  return booking.coach?.name || gettext("Coach not known yet");
}

function payment(booking, now) {
  const { state, stateLabel, listPrice, currency } = booking.payment;
  if (listPrice === 0 && state !== "paid") return gettext("Free");
  const price = listPrice === null ? "" : words.money(listPrice, currency);
  const dueNow = isUnpaid(booking) && isUpcoming(booking, now);
  const known = {
    paid: gettext("Paid"),
    presumed: gettext("Paid"), // Cal.com confirms a priced booking only once it is paid.
    due: dueNow ? gettext("Not paid yet") : gettext("Not paid"),
    unknown: "",
  };
  return [price, known[state] ?? stateLabel].filter(Boolean).join(" · ");
}

/** What the status alone doesn't say; "" where it says all. */
function note(booking, now, awaited) {
  if (booking.status === "PENDING") {
    if (!isUpcoming(booking, now)) return gettext("It was never confirmed, so it didn't take place.");
    if (awaited) return gettext("We're waiting for word of your payment. It takes a few seconds.");
    if (booking.reason === "payment_due") return gettext("It's confirmed once you have paid.");
    if (booking.reason === "unconfirmed") return gettext("It's waiting to be confirmed.");
    return booking.reasonLabel;
  }
  if (booking.status === "NO_SHOW") {
    if (booking.reason === "client_absent") return gettext("You were marked as absent.");
    if (booking.reason === "coach_absent") return gettext("Your coach was marked as absent.");
    return booking.reasonLabel;
  }
  if (booking.status === "BOOKING_CANCELLED") {
    const paid = ["paid", "presumed"].includes(booking.payment.state) && booking.payment.listPrice !== 0;
    const why = {
      rejected: gettext("The coach declined it."),
      superseded: gettext("It was moved to another time."),
    }[booking.reason];
    const refund = paid ? gettext("Refunds are made outside this page and aren't shown here.") : "";
    return words.sentences([why, refund]);
  }
  return "";
}

export class Bookings {
  #cards = new Map(); // By bookingId.
  #shown = null; // The last answer, by bookingId; null before the first.
  #user;
  #options;

  /**
   * `announce(text)` says something to screen readers, `stale()` asks for a fresh list, and `isAwaited(booking)` tells
   * whether its payment was made a moment ago.
   */
  constructor(options) {
    this.#options = options;
    this.template = document.getElementById("booking-template").content;
    this.lists = { upcoming: document.getElementById("upcoming"), past: document.getElementById("past") };
  }

  /** Starts over, for another user. */
  reset(user) {
    this.#user = user;
    this.#shown = null;
    for (const card of this.#cards.values()) card.element.remove();
    this.#cards.clear();
    document.getElementById("home").classList.remove("regular");
  }

  find(uid) {
    return [...(this.#shown?.values() ?? [])].find((each) => each.uid === uid) ?? null;
  }

  /** Shows an answer of the API. */
  render(bookings, now = new Date()) {
    const first = this.#shown === null;
    const before = this.#shown ?? new Map();
    this.#shown = new Map(bookings.map((each) => [each.bookingId, each]));
    if (!first) this.#tell(bookings, before);

    const start = (each) => moment(each.startTime)?.getTime() ?? Infinity;
    const upcoming = bookings.filter((each) => isUpcoming(each, now)).sort((a, b) => start(a) - start(b));
    const past = bookings.filter((each) => !isUpcoming(each, now)).sort((a, b) => start(b) - start(a));

    const focused = document.activeElement;
    for (const [bookingId, card] of this.#cards) {
      if (this.#shown.has(bookingId)) continue;
      card.element.remove();
      this.#cards.delete(bookingId);
    }
    for (const each of bookings) {
      const old = before.get(each.bookingId);
      const card = this.#cards.get(each.bookingId) ?? this.#make(each);
      card.update(each, now, this.#options.isAwaited(each));
      if (!first && old?.status !== each.status) card.flash();
    }
    this.#arrange(this.lists.upcoming, upcoming);
    this.#arrange(this.lists.past, past);
    document.getElementById("home").classList.toggle("regular", upcoming.length > 0);
    show(document.getElementById("none-upcoming"), upcoming.length === 0);
    show(document.getElementById("past-section"), past.length > 0);
    write(
      document.querySelector("#none-upcoming [data-title]"),
      past.length ? gettext("Nothing coming up") : gettext("No sessions yet"),
    );
    this.#keepFocus(focused); // Last: nothing takes the focus while it is hidden.
  }

  /** The same bookings, as the clock has gone on. */
  renderAgain() {
    if (this.#shown) this.render([...this.#shown.values()]);
  }

  #tell(bookings, before) {
    const changed = bookings.filter((each) => before.get(each.bookingId)?.status !== each.status);
    const said = changed.map((each) =>
      interpolate(gettext("Session on %(when)s: %(status)s."), { when: whenIs(each), status: each.statusLabel }, true),
    );
    for (const each of bookings) {
      const old = before.get(each.bookingId);
      if (!old || changed.includes(each)) continue;
      if (old.startTime !== each.startTime) {
        said.push(interpolate(gettext("Your session was moved to %(when)s."), { when: whenIs(each) }, true));
      } else if (old.coach && each.coach && old.coach.name !== each.coach.name) {
        const values = { when: whenIs(each), coach: each.coach.name };
        said.push(interpolate(gettext("Session on %(when)s: your coach is now %(coach)s."), values, true));
      }
    }
    if (said.length) this.#options.announce(words.sentences(said));
  }

  #make(booking) {
    const card = new Card(this.template.firstElementChild.cloneNode(true), booking.bookingId, {
      user: this.#user,
      stale: this.#options.stale,
    });
    this.#cards.set(booking.bookingId, card);
    return card;
  }

  /** Puts the cards in order, and touches only those that are out of place. */
  #arrange(list, bookings) {
    let next = list.firstElementChild;
    for (const each of bookings) {
      const { element } = this.#cards.get(each.bookingId);
      if (element === next) next = next.nextElementSibling;
      else list.insertBefore(element, next);
    }
  }

  #keepFocus(focused) {
    const hidden = focused.closest("[hidden]") !== null; // Browsers notice that later.
    if (focused === document.body || (document.activeElement === focused && !hidden)) return;
    const card = [...this.#cards.values()].find((each) => each.element.contains(focused));
    if (card && !hidden) focused.focus({ preventScroll: true });
    else if (card) card.element.querySelector("h3").focus({ preventScroll: true });
    else if (!focused.isConnected) document.getElementById("upcoming-title").focus({ preventScroll: true });
  }
}

class Card {
  #part = {};
  #booking = null;
  #timelineOf = ""; // What the timeline on the page belongs to.
  #busy = false;

  constructor(element, bookingId, { user, stale }) {
    this.element = element;
    this.bookingId = bookingId;
    this.user = user;
    this.stale = stale;
    for (const found of element.querySelectorAll("*")) {
      for (const name of Object.keys(found.dataset)) if (name !== "act") this.#part[name] = found;
    }
    this.acts = Object.fromEntries([...element.querySelectorAll("[data-act]")].map((each) => [each.dataset.act, each]));

    const id = `booking-${bookingId}`;
    const title = element.querySelector("h3");
    title.id = id;
    this.#part.details.id = `${id}-details`;
    this.#part.more.setAttribute("aria-controls", `${id}-details`);
    for (const control of element.querySelectorAll("a, button")) control.setAttribute("aria-describedby", id);
    for (const [act, button] of Object.entries(this.acts)) button.addEventListener("click", () => this.#lead(act));
    this.#part.more.addEventListener("click", () => this.#toggle());
  }

  update(booking, now, awaited) {
    const was = this.#booking;
    this.#booking = booking;
    const part = this.#part;
    const [start, end] = [moment(booking.startTime), moment(booking.endTime)];

    mark(this.element, "state", booking.status);
    write(part.month, start ? words.month(start) : "");
    write(part.day, start ? words.day(start) : "?");
    write(part.weekday, start ? words.weekday(start) : "");
    write(part.date, start ? words.date(start) : gettext("Time not known yet"));
    write(part.time, start ? (end ? words.span(start, end) : words.time(start)) : "");
    write(part.zone, start ? words.offset(start) : "");
    write(part.relative, start && end && isUpcoming(booking, now) ? words.untilThen(start, end, now) : "");
    write(part.coach, coachOf(booking));
    words.person(part.avatar, booking.coach?.name ?? "");
    write(part.statusLabel, booking.statusLabel);
    const icon = `#icon-${ICONS[booking.status] ?? "clock"}`;
    if (part.statusIcon.getAttribute("href") !== icon) part.statusIcon.setAttribute("href", icon);
    const said = note(booking, now, awaited);
    write(part.note, said);
    show(part.note, said !== "");
    const paid = payment(booking, now);
    write(part.payment, paid);
    show(part.paymentRow, paid !== "");
    write(part.reference, booking.bookingId);

    // What can be done is what the last answer says, nothing else.
    const over = end !== null && end <= now;
    show(this.acts.cancel, booking.can.cancel.allowed && !over);
    show(this.acts.reschedule, booking.can.reschedule.allowed && !over);
    this.#link(part.join, over ? null : booking.links.join); // Before it opens too: its page says when.
    part.join.classList.toggle("second", !(booking.joinOpensAt && moment(booking.joinOpensAt) - now < SOON));
    // Whoever has just paid must not be asked to pay again while the word of it is on its way.
    this.#link(part.pay, isUnpaid(booking) && isUpcoming(booking, now) && !awaited ? booking.links.manage : null);

    if (was && was.status !== booking.status && part.problem.textContent) {
      setTimeout(() => write(part.problem, ""), 10_000); // Once it is read: it was about what is no more.
    }
    if (!part.details.hidden) this.#loadTimeline();
  }

  flash() {
    this.element.classList.remove("changed");
    void this.element.offsetWidth; // So that the animation begins anew.
    this.element.classList.add("changed");
  }

  #link(element, url) {
    const usable = Boolean(url) && api.isPage(url);
    if (usable && element.getAttribute("href") !== url) element.href = url;
    if (!usable) element.removeAttribute("href");
    show(element, usable);
  }

  /** To Cal.com's page on which it is cancelled or moved. */
  async #lead(act) {
    if (this.#busy) return;
    this.#setBusy(act);
    write(this.#part.problem, "");
    try {
      const { url } = await api.urlTo(act, this.user.userId, this.bookingId);
      api.goTo(url); // It stays busy until the page is left.
      addEventListener("pageshow", () => this.#setBusy(null), { once: true }); // Or come back to.
    } catch (error) {
      this.#setBusy(null);
      write(this.#part.problem, problem(error));
      if (error instanceof api.Refused) this.stale(); // What we showed is no more so.
    }
  }

  #setBusy(act) {
    this.#busy = act !== null;
    for (const [name, button] of Object.entries(this.acts)) {
      button.classList.toggle("busy", name === act);
      button.setAttribute("aria-busy", String(name === act));
    }
  }

  #toggle() {
    const open = this.#part.details.hidden;
    show(this.#part.details, open);
    this.#part.more.setAttribute("aria-expanded", String(open));
    if (open) this.#loadTimeline();
  }

  async #loadTimeline() {
    const { detailsNote, timeline } = this.#part;
    const version = [this.#booking.uid, this.#booking.status, this.#booking.reason].join();
    if (version === this.#timelineOf) return;
    this.#timelineOf = version;
    if (!timeline.childElementCount) write(detailsNote, gettext("Loading…"));
    try {
      const answer = await api.booking(this.user.userId, this.bookingId);
      if (this.#timelineOf !== version) return; // A newer question is on its way.
      timeline.replaceChildren(...answer.timeline.map(step));
      write(detailsNote, answer.timeline.length ? "" : gettext("Nothing yet."));
    } catch (error) {
      if (this.#timelineOf !== version) return;
      this.#timelineOf = ""; // The next refresh tries again.
      write(detailsNote, problem(error));
    }
  }
}

function step({ status, statusLabel, reasonLabel, at }) {
  const element = document.createElement("li");
  element.dataset.state = status;
  const label = document.createElement("b");
  label.textContent = statusLabel;
  element.append(label);
  if (reasonLabel && reasonLabel.toLowerCase() !== statusLabel.toLowerCase()) {
    const why = document.createElement("span");
    why.textContent = reasonLabel;
    element.append(" ", why);
  }
  const when = document.createElement("time");
  when.dateTime = at;
  when.textContent = words.moment(new Date(at));
  element.append(" ", when);
  return element;
}

/** What went wrong, for people. */
export function problem(error) {
  if (error instanceof api.Refused && error.message) return error.message;
  return gettext("We can't reach Career Coach right now. Please try again.");
}
