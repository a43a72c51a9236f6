// The page: who is here, booking, coming back from Cal.com, and the list that keeps itself fresh.

import * as api from "./api.js";
import { Bookings, isUnpaid, problem, whenIs } from "./bookings.js";
import { Live } from "./live.js";
import * as session from "./session.js";
import { Slots } from "./slots.js";
import * as words from "./words.js";
import { show, write } from "./words.js";

const PACE = 4_000; // Milliseconds between two looks at the list,
const SLOTS_PACE = 60_000; // Between two looks at the free times,
const HURRY = 1_500; // and while somebody waits for a confirmation.
const GRACE = 30_000; // How long a payment just made may still be on its way to us.
const LATE = 60_000; // After this we say that it takes longer than it should.
const FORGOTTEN = 10 * 60_000; // A reload after this is no return any more.

const $ = (selector) => document.querySelector(selector);
const given = (id) => JSON.parse(document.getElementById(id).textContent);

let me = null;
let nextLook = Date.now() + 10_000; // Rarely needed, so not at once.
let awaited = null; // The booking one comes back from: {uid, since}.

// --- Saying ----------------------------------------------------------------------------------------------------------

const toSay = [];

/** To screen readers, when they come to it. Texts of the same moment are said together, none in place of another. */
function announce(text) {
  if (toSay.push(text) > 1) return;
  $("#announcer").textContent = ""; // So that the same text twice is said twice.
  setTimeout(() => ($("#announcer").textContent = words.sentences(toSay.splice(0))), 100);
}

// --- Coming back from Cal.com ----------------------------------------------------------------------------------------

function comeBack() {
  const uid = new URLSearchParams(location.search).get("uid");
  if (uid) session.setAwaited({ uid, since: Date.now() });
  if (location.search) history.replaceState(null, "", location.pathname);
  awaited = session.awaited();
  if (awaited && Date.now() - awaited.since > FORGOTTEN) dismiss();
}

const isFresh = () => awaited !== null && Date.now() - awaited.since < GRACE;
const isAwaited = (booking) => awaited?.uid === booking.uid && isUnpaid(booking) && isFresh();

/** Is there still something to wait for? */
const isWaiting = () => awaited !== null && $("#notice").dataset.tone === "waiting";

function dismiss() {
  awaited = null;
  session.setAwaited(null);
  show($("#notice"), false);
}

/** What to say of the booking that was just made, as the last answer has it. */
function verdict(booking) {
  const late = Date.now() - awaited.since > LATE;
  if (!me) {
    return {
      tone: "waiting",
      title: gettext("Your booking is on its way"),
      text: gettext("Tell us who you are, with the e-mail address you booked with, and you'll find it here."),
    };
  }
  if (!booking || isAwaited(booking)) {
    return {
      tone: "waiting",
      title: gettext("Waiting for the confirmation…"),
      text: late
        ? gettext("This takes longer than usual. You don't need to book again: your session appears here as soon as we hear of it.")
        : gettext("Cal.com is telling us about your booking. It takes a few seconds."),
    };
  }
  const values = { when: whenIs(booking), coach: booking.coach?.name };
  const say = (text) => interpolate(text, values, true);
  switch (booking.status) {
    case "BOOKING_CREATED":
      return {
        tone: "good",
        title: gettext("You're booked"),
        text: values.coach ? say(gettext("%(when)s, with %(coach)s. See you then!")) : say(gettext("%(when)s. See you then!")),
      };
    case "PENDING":
      return isUnpaid(booking)
        ? {
            tone: "open",
            title: gettext("Not paid yet"),
            text: say(gettext("Your session on %(when)s is confirmed once you have paid.")),
            pay: booking.links.manage,
          }
        : {
            tone: "open",
            title: gettext("Almost there"),
            text: say(gettext("Your session on %(when)s still has to be confirmed. We'll show it here.")),
          };
    case "BOOKING_CANCELLED":
      return {
        tone: "over",
        title: gettext("This session is cancelled"),
        text: say(gettext("The session on %(when)s doesn't take place.")),
      };
    default:
      return { tone: "over", icon: "flag", title: booking.statusLabel, text: say(gettext("This was your session on %(when)s.")) };
  }
}

const NOTICE_ICONS = { waiting: "clock", good: "check", open: "clock", over: "cross" };

function renderNotice() {
  const notice = $("#notice");
  if (!awaited) return show(notice, false);
  const { tone, icon, title, text, pay } = verdict(bookings.find(awaited.uid));
  const news = notice.hidden || $("#notice-title").textContent !== title;
  notice.dataset.tone = tone;
  write($("#notice-title"), title);
  write(notice.querySelector("[data-text]"), text);
  notice.querySelector("[data-icon]").setAttribute("href", `#icon-${icon ?? NOTICE_ICONS[tone]}`);
  const button = notice.querySelector("[data-pay]");
  const payable = Boolean(pay) && api.isPage(pay);
  if (payable) button.href = pay;
  show(button, payable);
  show(notice.querySelector("[data-dismiss]"), tone !== "waiting" || Date.now() - awaited.since > LATE);
  show(notice, true);
  if (news) announce(`${title}: ${text}`);
}

/** A booking that was moved meanwhile is listed by its newest uid; the API finds it by any. */
async function lookForAwaited() {
  if (!awaited || !me || bookings.find(awaited.uid) || Date.now() < nextLook) return;
  nextLook = Date.now() + 10_000;
  try {
    const { uid } = await api.booking(me.userId, awaited.uid);
    if (awaited && uid !== awaited.uid) {
      awaited = { ...awaited, uid };
      session.setAwaited(awaited);
    }
  } catch {
    // Not there yet.
  }
}

// --- The list --------------------------------------------------------------------------------------------------------

const bookings = new Bookings({ announce, isAwaited, stale: () => live.now() });

async function refresh() {
  const whose = me;
  if (!whose) return;
  let answer;
  try {
    answer = await api.bookings(whose.userId);
  } catch (error) {
    if (whose === me) failed(error);
    throw error;
  }
  if (whose !== me) return; // Somebody else sits here now.
  write($("#trouble"), "");
  show($("#loading"), false);
  show($("#sessions"), true);
  bookings.render(answer);
  await lookForAwaited();
  if (whose === me) renderNotice();
}

function failed(error) {
  if (error instanceof api.Refused && error.has("user_not_found")) {
    const { name, email, userId } = me;
    session.forget(userId);
    arrive(null);
    $("#name").value = name;
    $("#email").value = email;
    write($("#sign-up-problem"), gettext("We don't know this account any more. Continue to make it anew."));
    return;
  }
  if (error instanceof api.Refused) write($("#trouble"), problem(error));
  else if ($("#sessions").hidden) write($("#trouble"), gettext("We can't reach Career Coach right now. We keep trying."));
  else write($("#trouble"), gettext("We can't reach Career Coach right now. What you see may be out of date; we keep trying."));
  bookings.renderAgain(); // The clock goes on all the same.
  renderNotice();
}

const live = new Live(refresh, () => (isWaiting() && Date.now() - awaited.since < LATE ? HURRY : PACE));

const slots = new Slots((start, button) => busily(button, () => book(start)));
const freeTimes = new Live(() => slots.refresh(), () => SLOTS_PACE);

// --- Who is here -----------------------------------------------------------------------------------------------------

/** Shows the page as it is for this person, or for nobody. */
function arrive(person) {
  me = person;
  live.stop();
  freeTimes.stop();
  bookings.reset(person);
  for (const each of document.querySelectorAll(".problem, .field-problem, .trouble")) write(each, "");
  show($("#welcome"), !person);
  show($("#home"), Boolean(person));
  show($("#me"), Boolean(person));
  show($("#sessions"), false);
  show($("#loading"), true);
  if (person) {
    write($("#me [data-name]"), person.name);
    words.person($("#me [data-avatar]"), person.name);
    write($("[data-greeting]"), interpolate(gettext("Hello, %(name)s"), { name: callName(person.name) }, true));
    live.start();
    freeTimes.start();
  } else {
    renderPeople();
  }
  renderNotice();
}

/** How one is greeted: by the first name, where that is the first of several. */
const callName = (name) => (/^[\p{Script=Latin}\p{M}'’. -]+$/u.test(name) ? name.trim().split(/\s+/)[0] : name);

function enter(person) {
  session.remember(person);
  arrive(session.me() ?? person);
  $("[data-greeting]").focus();
}

function renderPeople() {
  const here = session.known();
  const people = [...here, ...given("demo-users").filter((each) => !here.some((known) => known.userId === each.userId))];
  const buttons = people.map((person) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const avatar = document.createElement("span");
    const text = document.createElement("span");
    const name = document.createElement("b");
    const email = document.createElement("small");
    button.type = "button";
    button.className = "pick";
    avatar.className = "avatar";
    avatar.setAttribute("aria-hidden", "true");
    words.person(avatar, person.name);
    name.textContent = person.name;
    email.textContent = person.email;
    text.append(name, " ", email);
    button.append(avatar, text);
    button.addEventListener("click", () => enter(person));
    item.append(button);
    return item;
  });
  $("#people ul").replaceChildren(...buttons);
  show($("#people"), people.length > 0);
}

async function signUp(form) {
  const person = { name: form.elements.name.value.trim(), email: form.elements.email.value.trim() };
  // Whoever was here before, and left with "Not you?", is the same person with the same address.
  const again = session.known().find((each) => each.email === person.email.toLowerCase());
  if (again) person.userId = again.userId;
  const problems = { name: "", email: "", form: "" };
  try {
    const answer = await api.signUp(person);
    form.reset();
    enter(answer);
  } catch (error) {
    if (!(error instanceof api.Refused)) problems.form = problem(error);
    else {
      for (const { detail, attr } of error.errors) {
        problems[attr in problems ? attr : "form"] ||= detail;
      }
    }
  }
  for (const field of ["name", "email"]) {
    write($(`#${field}-problem`), problems[field]);
    if (problems[field]) form.elements[field].setAttribute("aria-invalid", "true");
    else form.elements[field].removeAttribute("aria-invalid");
  }
  write($("#sign-up-problem"), problems.form);
  const wrong = ["name", "email"].find((field) => problems[field]);
  if (wrong) form.elements[wrong].focus();
}

// --- Booking ---------------------------------------------------------------------------------------------------------

/** On the whole calendar, or at the time that was chosen here. */
async function book(start) {
  const whose = me;
  write($("#book-problem"), "");
  try {
    const { url } = await api.bookingUrl(whose.userId, start && { start, timeZone: words.zone });
    if (whose !== me) return;
    session.setAwaited(null);
    api.goTo(url);
    await new Promise((resolve) => addEventListener("pageshow", resolve, { once: true })); // Busy until one is away.
  } catch (error) {
    if (whose === me) write($("#book-problem"), problem(error));
  }
}

/** Runs what a button starts, once at a time, and shows that it does. */
async function busily(button, work) {
  if (button.classList.contains("busy")) return;
  button.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  await work();
  button.classList.remove("busy");
  button.removeAttribute("aria-busy");
}

// --- Now -------------------------------------------------------------------------------------------------------------

const offer = given("offer");
if (offer) {
  const price = words.priceTag(offer.price, offer.currency);
  write($("[data-price]"), price);
  show($("[data-price]"), true);
  if (offer.price > 0) {
    write($("[data-price-sentence]"), interpolate(gettext("%(price)s for the session."), { price }, true) + words.gap);
  }
}
write($("#sessions [data-zone]"), interpolate(gettext("Times are in your zone: %(zone)s"), { zone: words.zoneName() }, true));

$("#sign-up").addEventListener("submit", (event) => {
  event.preventDefault();
  busily(event.target.querySelector("button"), () => signUp(event.target));
});
$("#book").addEventListener("click", (event) => busily(event.currentTarget, () => book()));
$("#sign-out").addEventListener("click", () => {
  session.signOut();
  dismiss();
  arrive(null);
  $("#welcome h1").focus();
});
$("#notice [data-dismiss]").addEventListener("click", () => {
  dismiss();
  $("#main").focus();
});
session.onChange(() => {
  const now = session.me();
  if (now?.userId !== me?.userId) arrive(now);
});

comeBack();
arrive(session.me());
