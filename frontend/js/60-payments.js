// <form data-go>: the way to the bank; goes by itself, the button is for browsers without script.
for (const form of document.querySelectorAll("form[data-go]")) form.submit();

// <div data-proof='{"parameters":…,"signature":…}'>: finds the number that ALTCHA's challenge asks for and puts it into
// the hidden field. A form sent earlier waits for it.
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve({ nonce, salt, cost, keyLength, keyPrefix }) {
  const start = bytesOf(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const counted = new DataView(password.buffer);
  const way = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations: cost };
  for (let counter = 0; ; counter += 1) {
    counted.setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hexOf(new Uint8Array(await crypto.subtle.deriveBits(way, key, keyLength * 8)));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
}

for (const place of document.querySelectorAll("[data-proof]")) {
  const form = place.closest("form");
  const field = place.querySelector("input");
  const status = place.querySelector("[role=status]");
  const challenge = JSON.parse(place.dataset.proof);
  let waiting = null;
  form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    event.stopPropagation(); // 20-forms.js must not take it for sent
    waiting = event.submitter;
    status.textContent = place.dataset.proofWait;
  });
  solve(challenge.parameters).then((solution) => {
    field.value = btoa(JSON.stringify({ challenge, solution }));
    status.textContent = place.dataset.proofDone;
    if (waiting) form.requestSubmit(waiting);
  });
}
