// Who uses this page, remembered on this device. There is no login, by the owner's wish: a userId is all there is.

const ME = "careercoach.me";
const KNOWN = "careercoach.known";
const AWAITED = "careercoach.awaited";

/** A storage that may be refused (private windows, settings): then this page alone remembers. */
function kept(storage) {
  const own = new Map();
  return {
    read(key) {
      if (own.has(key)) return own.get(key);
      try {
        return JSON.parse(storage().getItem(key));
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        if (value === null) storage().removeItem(key);
        else storage().setItem(key, JSON.stringify(value));
        own.delete(key);
      } catch {
        own.set(key, value);
      }
    },
  };
}

const device = kept(() => localStorage);
const tab = kept(() => sessionStorage);

const isPerson = (each) => ["userId", "name", "email"].every((key) => typeof each?.[key] === "string");

export function me() {
  const found = device.read(ME);
  return isPerson(found) ? found : null;
}

/** Those who were signed in on this device, the latest first. */
export function known() {
  const found = device.read(KNOWN);
  return Array.isArray(found) ? found.filter(isPerson) : [];
}

export function remember({ userId, name, email }) {
  device.write(ME, { userId, name, email });
  device.write(KNOWN, [{ userId, name, email }, ...known().filter((each) => each.userId !== userId)].slice(0, 3));
}

export function signOut() {
  device.write(ME, null);
}

/** The server doesn't know them any more. */
export function forget(userId) {
  device.write(KNOWN, known().filter((each) => each.userId !== userId));
  device.write(ME, null);
}

/** Calls back when another tab signs in or out. */
export function onChange(callback) {
  addEventListener("storage", (event) => {
    if (event.key === ME || event.key === null) callback();
  });
}

/** The booking one comes back from, {uid, since}, until it is seen; a reload or another language doesn't lose it. */
export const awaited = () => tab.read(AWAITED);
export const setAwaited = (value) => tab.write(AWAITED, value);
