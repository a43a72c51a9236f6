// Money, times and names as people read them, in the page's language and the reader's own time zone.

const language = document.documentElement.lang;

/** The reader's own flavour of the page's language (en-GB on an English page), else the page's. */
const locale =
  navigator.languages.find((each) => {
    try {
      const [theirs, ours] = [each, language].map((tag) => new Intl.Locale(tag).maximize());
      return theirs.language === ours.language && theirs.script === ours.script;
    } catch {
      return false;
    }
  }) ?? language;

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Cal.com counts no hundredths of these, and takes all others for hundredths.
const WITHOUT_HUNDREDTHS = new Set(
  "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split(" "),
);

/** 4900, "usd" → $49.00; 5000, "jpy" → ¥5,000. */
export function money(minor, currency) {
  const code = currency.toUpperCase();
  const digits = WITHOUT_HUNDREDTHS.has(code) ? 0 : 2;
  const amount = minor / 10 ** digits;
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency: code, ...shown }).format(amount);
  } catch {
    return `${new Intl.NumberFormat(locale, shown).format(amount)} ${code}`.trim(); // No currency's code.
  }
}

/** The price on a price tag: without cents where there are none. */
export function priceTag(minor, currency) {
  return minor === 0 ? gettext("Free") : money(minor, currency).replace(/[.,]00(?!\d)/, "");
}

const formats = new Map();
function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
  return formats.get(key);
}

const part = (at, type, options) => format(options).formatToParts(at).find((each) => each.type === type)?.value ?? "";
const thisYear = (at) => at.getFullYear() === new Date().getFullYear();

export const month = (at) => format({ month: "short" }).format(at);
export const day = (at) => part(at, "day", { day: "numeric" });
export const weekday = (at) => format({ weekday: "short" }).format(at);
export const date = (at) =>
  format({ weekday: "long", day: "numeric", month: "long", ...(thisYear(at) ? {} : { year: "numeric" }) }).format(at);
export const time = (at) => format({ hour: "numeric", minute: "2-digit" }).format(at);
export const span = (from, to) => format({ hour: "numeric", minute: "2-digit" }).formatRange(from, to);
export const moment = (at) =>
  format({ day: "numeric", month: "short", ...(thisYear(at) ? {} : { year: "numeric" }), hour: "numeric", minute: "2-digit" }).format(at);
/** "GMT+1": as of that moment, since summer time may begin between two bookings. */
export const offset = (at) => part(at, "timeZoneName", { timeZoneName: "shortOffset" });
/** "Central European Standard Time", and the name that computers know it by. */
export function zoneName(at = new Date()) {
  const long = part(at, "timeZoneName", { timeZoneName: "longGeneric" });
  return long && !long.startsWith("GMT") ? `${long} (${zone})` : zone;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "in 3 days", "in 25 minutes", "now"; "" once it is over. */
export function untilThen(start, end, now) {
  if (end <= now) return "";
  if (start <= now) return gettext("now");
  const ahead = start - now;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (ahead < HOUR) return relative.format(Math.ceil(ahead / MINUTE), "minute");
  const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate());
  const days = Math.round((midnight(start) - midnight(now)) / DAY); // By the calendar: tomorrow is tomorrow.
  return days === 0 ? relative.format(Math.round(ahead / HOUR), "hour") : relative.format(days, "day");
}

/** Two letters for an avatar: "Ada Lovelace" → AL, 王小明 → 小明. */
export function initials(name) {
  const trimmed = name.trim();
  if (/^\p{Script=Han}+$/u.test(trimmed)) return [...trimmed].slice(-2).join("");
  const words = trimmed.split(/[\s-]+/u).filter((each) => /^[\p{L}\p{N}]/u.test(each));
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((each) => [...each][0]) : [...(words[0] ?? "·")].slice(0, 1);
  return letters.join("").toUpperCase();
}

/** One of six colours, the same for a name everywhere. */
export const colour = (name) => [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 6;

export function person(element, name) {
  write(element, initials(name));
  mark(element, "colour", String(colour(name)));
}

/** What stands between two sentences: in Chinese nothing. */
export const gap = language.startsWith("zh") ? "" : " ";
export const sentences = (texts) => texts.filter(Boolean).join(gap);

/** Writes only what differs: what is the same is left alone, so that no screen reader says it twice. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}
