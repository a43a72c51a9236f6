// What pages of the stand-in do where a browser runs scripts; every page works without.
"use strict";

// The reader's time zone: asked of the browser once, then remembered in the cookie that the server sets.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (here && document.querySelector("[data-detect-zone]")) {
  const address = new URL(location.href);
  if (address.searchParams.get("cal.tz") !== here) { // Else the server doesn't know it, and asking again won't help.
    address.searchParams.set("cal.tz", here);
    location.replace(address);
  }
}
const zoneForm = document.querySelector("[data-zone-form]");
if (zoneForm) {
  zoneForm.elements["cal.tz"].addEventListener("change", () => zoneForm.requestSubmit());
  zoneForm.classList.add("alone");
}

// Leads back to the front-end after some seconds, which can be stopped.
const back = document.querySelector("[data-return]");
if (back) {
  const count = back.querySelector("[data-count]");
  let left = Number(back.dataset.seconds);
  const tick = setInterval(() => {
    left -= 1;
    count.textContent = left;
    if (left <= 0) {
      clearInterval(tick);
      location.assign(back.dataset.return);
    }
  }, 1000);
  const stop = () => {
    clearInterval(tick);
    back.querySelector(".count").hidden = true;
  };
  back.querySelector(".count").hidden = false;
  back.querySelector("[data-stay]").addEventListener("click", () => {
    stop();
    back.querySelector("a").focus();
  });
  window.addEventListener("pagehide", stop);
}

// A second click sends nothing: the first may wait for the webhook's answer.
for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.classList.add("busy");
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) {
    delete form.dataset.sent;
    form.classList.remove("busy");
  }
});

for (const slider of document.querySelectorAll("[data-percent]")) {
  slider.addEventListener("input", () => {
    document.querySelector(`output[for="${slider.id}"]`).textContent = `${slider.value}%`;
  });
}
