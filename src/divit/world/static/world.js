"use strict";
// Everything here is a comfort: each page works without it.

// Sanal Klavye and Yazarken Gizle of the e-Devlet page.
for (const place of document.querySelectorAll("[data-keyboard]")) {
  const input = document.getElementById(place.dataset.keyboard);
  const keys = document.createElement("div");
  keys.className = "keys";
  keys.hidden = true;
  keys.id = "keys";
  const press = (label, act) => {
    const key = document.createElement("button");
    key.type = "button";
    key.textContent = label;
    key.addEventListener("click", act);
    keys.append(key);
  };
  for (const letter of "1234567890abcçdefgğhıijklmnoöprsştuüvyzqwx.-_!*") {
    press(letter, () => { input.value += letter; });
  }
  press(place.dataset.eraseLabel, () => { input.value = input.value.slice(0, -1); });
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "quiet";
  toggle.textContent = place.dataset.label;
  toggle.setAttribute("aria-expanded", "false");
  toggle.setAttribute("aria-controls", "keys");
  toggle.addEventListener("click", () => {
    keys.hidden = !keys.hidden;
    toggle.setAttribute("aria-expanded", String(!keys.hidden));
  });
  const hide = document.createElement("label");
  hide.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = true;
  box.addEventListener("change", () => { input.type = box.checked ? "password" : "text"; });
  hide.append(box, place.dataset.hideLabel);
  place.append(hide, toggle, keys);
}

// The bank sends the browser back by a form: by itself when there is a script.
for (const form of document.querySelectorAll("form[data-submit-itself]")) form.submit();

// The inbox looks again every few seconds, unless somebody is working in the page.
const main = document.querySelector("main[data-refresh]");
if (main) {
  setInterval(async () => {
    if (document.hidden || main.contains(document.activeElement)) return;
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (fresh && fresh.innerHTML !== main.innerHTML) main.replaceChildren(...fresh.childNodes);
  }, Number(main.dataset.refresh) * 1000);
}
