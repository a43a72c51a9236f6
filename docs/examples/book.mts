// From signing up to cancelling, on the API alone, with types from docs/openapi.yml. Against the demo:
//
//     make demo                                              # in one terminal
//     cd .ci/client && npm ci && npm run example             # in another
//
// API=https://coach.example.com and API_KEY=… lead it to another deployment. It makes a user there, and books nothing
// by itself: where there is a person, they follow the links; in the demo it follows them as their browser would.

import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "#api";

type Booking = components["schemas"]["Booking"];
type Problem = components["schemas"]["Problem"];

const site = process.env["API"] ?? "http://localhost:8000";
const key = process.env["API_KEY"];
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const userId = `example-${Date.now()}`;

const api = createClient<paths>({ baseUrl: site, headers: key ? { Authorization: `Bearer ${key}` } : {} });

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The data, or an error that says what the API said. */
function must<T>({ data, error, response }: { data?: T | undefined; error?: Problem | undefined; response: Response }): T {
  if (data !== undefined) return data;
  const said = error?.errors.map(({ code, detail, attr }) => [code, attr, detail].filter(Boolean).join(": ")).join("; ");
  throw new Error(`${response.status}: ${said} (request ${error?.requestId})`);
}

/** What may come again does, after as long as the API asks for. */
const patient: Middleware = {
  async onResponse({ request, response }) {
    if (![429, 503].includes(response.status) || request.method !== "GET") return undefined;
    await wait(Number(response.headers.get("Retry-After") ?? 5));
    return fetch(request);
  },
};
api.use(patient);

async function freeTime(): Promise<string> {
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const query = { from: day(1), to: day(14), timeZone };
  const { days, stale } = must(await api.GET("/api/slots", { params: { query } }));
  const starts = days.flatMap(({ slots }) => slots.map(({ start }) => start));
  const start = starts[Math.floor(Math.random() * starts.length)];
  if (!start) throw new Error("Nobody is free in the next two weeks.");
  console.log(`${starts.length} free times${stale ? " (a few minutes old)" : ""}; we take ${start}`);
  return start;
}

/** Until the booking is as one waits for; Cal.com's webhook is a moment behind the browser. */
async function bookingOf(uid: string, isReady: (booking: Booking) => boolean): Promise<Booking> {
  for (let tries = 0; tries < 30; tries++) {
    const { data, error, response } = await api.GET("/api/bookings", { params: { query: { userId, uid } } });
    if (response.status === 202) {
      await wait(Number(response.headers.get("Retry-After")));
      continue;
    }
    const page = must({ data: data && "results" in data ? data : undefined, error, response });
    const booking = page.results[0];
    if (booking && isReady(booking)) return booking;
    await wait(1);
  }
  throw new Error(`Nobody tells of ${uid}.`);
}

const show = ({ bookingId, statusLabel, startTime, coach, history }: Booking) =>
  console.log(`${bookingId}: ${statusLabel}, ${startTime}, with ${coach?.name}, moved ${history.length} times`);

// --- A person's browser, at the demo's stand-in for Cal.com ------------------------------------------------------------

/** Sends the form on a page as it is, and follows to where that leads; `fill` adds what one types or presses. */
async function send(address: string, fill: Record<string, string> = {}): Promise<URL> {
  const page = await fetch(address);
  const html = (await page.text()).replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
  const forms = [...html.matchAll(/<form[^>]*method="post"[^>]*>.*?<\/form>/gs)];
  const form = forms.find(([whole]) => !whole.includes("setlang")); // Another one switches the language.
  if (!form) throw new Error(`No form on ${address}`);
  const action = /action="([^"]*)"/.exec(form[0])?.[1] || page.url;
  const fields = new URLSearchParams();
  for (const [input] of form[0].matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name) fields.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? "");
  }
  for (const [name, value] of Object.entries(fill)) fields.set(name, value);
  const cookie = page.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
  const answer = await fetch(new URL(action, page.url), {
    method: "POST",
    body: fields,
    headers: { Cookie: cookie, Referer: page.url },
  });
  if (!answer.ok) throw new Error(`${answer.status} at ${answer.url}`);
  return new URL(answer.url);
}

const uidIn = (address: URL) => /\/booking\/([^/?]+)/.exec(address.pathname)?.[1] ?? address.searchParams.get("uid");

/** Through the form, and through the payment where there is one. Returns the booking's uid. */
async function bookAt(url: string): Promise<string> {
  let at = await send(url);
  if (at.pathname.includes("/payment/")) at = await send(at.href, { card: "accepted" });
  const uid = uidIn(at);
  if (!uid) throw new Error(`No booking at ${at}`);
  return uid;
}

// --- The story -------------------------------------------------------------------------------------------------------

const person = { userId, name: "Robin Example", email: `${userId}@example.org` };
must(await api.POST("/api/users", { body: person }));

const { url } = must(await api.POST("/api/booking-url", { body: { userId, start: await freeTime(), timeZone } }));
const booked = await bookingOf(await bookAt(url), ({ status }) => status === "BOOKING_CREATED");
show(booked);

const { bookingId } = booked;
if (!booked.can.reschedule.allowed) throw new Error(String(booked.can.reschedule.reasonLabel));
const move = must(await api.POST("/api/bookings/reschedule", { body: { userId, bookingId } }));
const calendar = new URL((await fetch(move.url)).url);
calendar.searchParams.set("slot", new Date(await freeTime()).toISOString());
// A booking that is paid for is confirmed anew by the coach, so it may be pending.
const moved = await bookingOf(await bookAt(calendar.href), ({ history }) => history.length === 1);
show(moved);

const cancel = must(await api.POST("/api/bookings/cancel", { body: { userId, bookingId } }));
await send(cancel.url, { reason: "It was only an example." });
show(await bookingOf(moved.uid, ({ status }) => status === "BOOKING_CANCELLED"));

const listed = must(
  await api.GET("/api/bookings", { params: { query: { userId, status: ["BOOKING_CANCELLED", "NO_SHOW"] } } }),
);
if (!("results" in listed) || listed.results[0]?.bookingId !== bookingId) throw new Error("The list doesn't have it.");
console.log("Booked, moved, cancelled: the list has all of it.");
