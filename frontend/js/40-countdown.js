// <p data-countdown="2026-11-22T20:00:00Z" data-countdown-text="Kalan süre: %s saniye"><span aria-hidden="true">…</span></p>
// Shows the seconds left; speaks only at 60 s and at the end (data-countdown-minute, data-countdown-over), not every second.
for (const clock of document.querySelectorAll("[data-countdown]")) {
  const end = Date.parse(clock.dataset.countdown);
  const skew = Number(clock.dataset.countdownNow ? Date.parse(clock.dataset.countdownNow) - Date.now() : 0);
  const shown = document.createElement("span");
  shown.setAttribute("aria-hidden", "true");
  const spoken = document.createElement("span");
  spoken.className = "ds-sr-only";
  spoken.setAttribute("role", "status");
  clock.replaceChildren(shown, spoken);
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now() - skew) / 1000));
    shown.textContent = left > 0 ? clock.dataset.countdownText.replace("%s", String(left)) : clock.dataset.countdownOver;
    if (left === 60) spoken.textContent = clock.dataset.countdownMinute || "";
    if (left === 0) {
      spoken.textContent = clock.dataset.countdownOver;
      return;
    }
    setTimeout(tick, 1000);
  };
  tick();
}
