// İl → ilçe → mahalle/köy: each list follows from the one above. Without this script the buttons beside them ask the server.
const places = document.querySelector("[data-places]");
if (places) {
  const [province, district, neighbourhood] = ["province", "district", "neighbourhood"].map((name) =>
    places.querySelector(`select[data-place="${name}"]`),
  );
  for (const button of places.querySelectorAll("[data-places-ask]")) button.hidden = true;
  const clear = (select) => {
    select.length = 1;
    select.value = "";
  };
  const fill = async (select, query) => {
    select.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${places.dataset.places}?${new URLSearchParams(query)}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const { names } = await answer.json();
      clear(select);
      for (const [value, label] of names) select.add(new Option(label, value));
    } catch {
      // The network failed: the server can still be asked.
      for (const button of places.querySelectorAll("[data-places-ask]")) button.hidden = false;
    } finally {
      select.removeAttribute("aria-busy");
    }
  };
  province.addEventListener("change", () => {
    clear(district);
    clear(neighbourhood);
    if (province.value) fill(district, { il: province.value });
  });
  district.addEventListener("change", () => {
    clear(neighbourhood);
    if (district.value) fill(neighbourhood, { il: province.value, ilce: district.value });
  });
}
