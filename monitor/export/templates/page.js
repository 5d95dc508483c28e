// What the page does better with a script; without one everything is there all the same.
"use strict";
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("submit", () => {
    const empty = [...form.elements].filter((field) => field.name && !field.value);
    for (const field of empty) field.disabled = true; // a short address
    setTimeout(() => { for (const field of empty) field.disabled = false; });
  });
  for (const field of form.querySelectorAll("select, input[type=checkbox]")) {
    field.addEventListener("change", () => form.requestSubmit());
  }
}

const day = 86400000;
for (const field of document.querySelectorAll("input[data-slider]")) {
  const first = Date.parse(field.min), last = Date.parse(field.max);
  if (!(last > first)) continue;
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: (last - first) / day, step: 1 });
  slider.value = field.value ? (Date.parse(field.value) - first) / day : slider.max;
  slider.setAttribute("aria-label", field.labels[0].textContent);
  const tell = () => {
    field.value = new Date(first + slider.value * day).toISOString().slice(0, 10);
    slider.setAttribute("aria-valuetext", field.value);
  };
  slider.addEventListener("input", tell);
  slider.addEventListener("change", () => { tell(); field.form.requestSubmit(); });
  field.after(slider);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("#q, #find").focus();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".event h3 a, .hits h3 a, .entry a")];
    const next = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    if (links[next]) links[next].focus();
  }
});
