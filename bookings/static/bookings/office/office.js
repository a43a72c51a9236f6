// Tells the server the zone that this browser shows times in. The first page of all is read again with it.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`viewer_zone=${zone}`)) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `viewer_zone=${zone}; path=/admin/; max-age=31536000; samesite=lax${secure}`;
  const kept = document.cookie.includes(`viewer_zone=${zone}`);
  if (kept && !document.querySelector("#login-form") && performance.getEntriesByType("navigation")[0]?.type !== "reload")
    location.reload();
})();

// Names for what the theme leaves without: icons are words in a font of icons, and would be read aloud.
document.addEventListener("DOMContentLoaded", () => {
  const words = document.querySelector("meta[name=office-words]")?.dataset ?? {};
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);
  each(".material-symbols-outlined", (icon) => icon.setAttribute("aria-hidden", "true"));
  // On a tablet each value stands beside its heading, of which the theme makes "Cal.Com Uid".
  each("#result_list [data-label]", (cell) => {
    cell.dataset.label = cell.dataset.label.replace(/^./u, (letter) => letter.toUpperCase());
  });
  each("#searchbar-submit, #command-submit", (button) => button.setAttribute("aria-label", words.search));
  each("[data-simplebar]", (box) => box.setAttribute("data-simplebar-aria-label", words.more));
  each("#nav-sidebar a:has(+ * #site-name)", (link) => {
    link.setAttribute("aria-hidden", "true"); // The sign of the house: its name beside it leads there too.
    link.tabIndex = -1;
  });
});

// Buttons that copy what stands beside them.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const label = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = label), 1500);
});
