// Two minutes before the session ends the person is asked whether to go on; one key does it. The draft is on the server all the while.
const dialog = document.querySelector("dialog[data-session]");
if (dialog) {
  const form = dialog.querySelector("form");
  const lead = Number(dialog.dataset.sessionLead) * 1000;
  let timer;
  const plan = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(warn, Math.max(0, seconds * 1000 - lead));
  };
  const warn = () => {
    dialog.showModal();
    timer = setTimeout(() => window.location.assign(dialog.dataset.sessionOver), lead + 2000);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) {
      plan((await answer.json()).seconds);
      dialog.close();
    } else window.location.assign(dialog.dataset.sessionOver);
  });
  plan(Number(dialog.dataset.session));
}
