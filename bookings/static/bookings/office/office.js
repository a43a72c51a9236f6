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
