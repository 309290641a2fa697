// Rows that are marked stay marked when the list pages: their numbers are kept for the session, by the name of
// the selection, and go with the form that acts on them.
function kept(name) {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(`selection-${name}`) || "[]"));
  } catch {
    return new Set();
  }
}

function keep(name, values) {
  sessionStorage.setItem(`selection-${name}`, JSON.stringify([...values]));
}

function boxesOf(form) {
  return [...document.querySelectorAll(`tbody input[type=checkbox][form="${form.id}"]`)];
}

function tell(form, values) {
  const place = form.querySelector("[data-count]");
  place.hidden = values.size === 0;
  place.textContent = `${values.size} ${form.dataset.selected}`;
  for (const button of form.querySelectorAll("button[name=action]")) button.disabled = values.size === 0;
}

for (const form of document.querySelectorAll("form[data-selection]")) {
  const name = form.dataset.selection;
  const values = kept(name);
  for (const box of boxesOf(form)) box.checked = values.has(box.value);
  tell(form, values);
  // On the window, so that the box for all rows, which the document hears of, has marked them before.
  window.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=checkbox]")) return;
    for (const box of boxesOf(form)) box.checked ? values.add(box.value) : values.delete(box.value);
    keep(name, values);
    tell(form, values);
  });
  window.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    const here = new Set(boxesOf(form).map((box) => box.value));
    for (const value of values) {
      if (here.has(value)) continue; // the boxes of this page go by themselves
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "episode", value });
      form.append(field);
    }
    keep(name, []);
  });
}
