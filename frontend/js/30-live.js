// <div data-live="/address/" data-live-seconds="2">: asks for a piece of page again and again and shows it in its place,
// until the answer says "X-Live: done" or the page has asked long enough. Without script the page itself offers a link to look again.
for (const place of document.querySelectorAll("[data-live]")) {
  const pause = Number(place.dataset.liveSeconds || 2) * 1000;
  let asked = 0;
  const ask = async () => {
    asked += 1;
    let done = asked > 150;
    try {
      const answer = await fetch(place.dataset.live, { headers: { "X-Live": "yes" }, credentials: "same-origin" });
      if (answer.redirected) done = true;
      else if (answer.ok) {
        const text = await answer.text();
        if (text !== place.dataset.last) {
          place.dataset.last = text;
          place.replaceChildren(document.createRange().createContextualFragment(text));
        }
        done = done || answer.headers.get("X-Live") === "done";
        const onward = answer.headers.get("X-Live-Location");
        if (onward) window.location.assign(onward);
      }
    } catch {
      // The network is away for a moment: ask again.
    }
    if (!done) setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}
