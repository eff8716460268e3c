// The browser could not use or make a passkey: the package tells only the console, this tells the person.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey_failed");
  place.hidden = false;
  place.focus();
});
