// The public API, as any front-end may use it: answers as they come, and what went wrong as one of two errors.

const PATIENCE = 15_000; // Milliseconds until a request counts as lost.

/** The API understood and said no. `details` are texts for people, in the page's language. */
export class Refused extends Error {
  constructor(status, errors) {
    super(errors.map((each) => each.detail).join(" "));
    this.status = status;
    this.errors = errors; // [{code, detail, attr}]
  }

  has(code) {
    return this.errors.some((each) => each.code === code);
  }
}

/** No answer, or one that says nothing of what was asked: the network, a proxy, a server in trouble. */
export class Unreachable extends Error {}

const languages = document.documentElement.lang;

async function ask(path, options) {
  let answer;
  let body;
  try {
    answer = await fetch(`/api/${path}`, {
      ...options,
      headers: { Accept: "application/json", "Accept-Language": languages, ...options.headers },
      cache: "no-store",
      credentials: "omit", // As from another site: what the API answers must not hang on our cookies.
      signal: AbortSignal.timeout(PATIENCE),
    });
    body = await answer.json();
  } catch (error) {
    throw new Unreachable(error.message, { cause: error });
  }
  if (answer.ok) return body;
  if (answer.status >= 500 && !body.errors?.some((each) => each.code === "not_configured")) {
    throw new Unreachable(`The server answered ${answer.status}.`);
  }
  throw new Refused(answer.status, body.errors ?? []);
}

const get = (path, parameters) => ask(`${path}?${new URLSearchParams(parameters)}`, { method: "GET" });

const post = (path, parameters) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(parameters),
  });

export const signUp = (person) => post("users", person);
/** With `start` the page opens on that slot. */
export const bookingUrl = (userId, start) => post("booking-url", { userId, ...start });
/** The free times of all coaches, by days of the reader's zone. */
export const slots = (from, to, timeZone) => get("slots", { from, to, timeZone });
export const booking = (userId, bookingId) => get(`bookings/${encodeURIComponent(bookingId)}`, { userId });
export const urlTo = (action, userId, bookingId) => post(`bookings/${action}`, { userId, bookingId });

/** All of a user's bookings, each once: the list may move under us from one page to the next. */
export async function bookings(userId) {
  const found = new Map();
  for (let page = 1; ; page++) {
    let answer;
    try {
      answer = await get("bookings", { userId, page, pageSize: 100 });
    } catch (error) {
      if (page > 1 && error.status === 404 && !error.has("user_not_found")) break; // It has become shorter meanwhile.
      throw error;
    }
    for (const each of answer.results) found.set(each.bookingId, each);
    if (!answer.next) break;
  }
  return [...found.values()];
}

/** Leads the browser to an address the API gave, which comes from outside in the end: pages only, no scripts. */
export function goTo(url) {
  if (!isPage(url)) throw new Unreachable("That is no address of a page.");
  location.assign(url);
}

export function isPage(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
