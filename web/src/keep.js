// What was typed into a form marked data-keep stays on the device until it was sent: a session that ends or a
// line that breaks loses nothing. Kept by person and address of the form, for three days at most; never
// passwords, files or hidden fields. What says of itself that it is sensitive (the box that data-keep-aside
// names) stays with the tab and goes with it. docs/decisions says why.
const DAYS = 3;
const PREFIX = "keep:";
const SENDING = "keep-sending";
const NEVER = new Set(["password", "file", "hidden", "submit", "button", "image", "reset"]);
const words = document.getElementById("keep-words")?.dataset;
const person = document.body.dataset.person || "";
const forms = words ? [...document.querySelectorAll("form[data-keep]")] : [];
const busy = new WeakSet();

// A browser may refuse its storage; then forms work as they would without this.
function tryTo(act, otherwise = null) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

const stores = () => [localStorage, sessionStorage];

function keyOf(form) {
  const address = new URL(form.getAttribute("action") || location.href, location.href);
  return `${PREFIX}${person}:${address.pathname}${address.search}`;
}

function fieldsOf(form) {
  const seen = new Map();
  return [...form.elements]
    .filter((field) => field.name && field.willValidate !== undefined && !NEVER.has(field.type))
    .map((field) => {
      const isBox = field.type === "checkbox" || field.type === "radio";
      const place = seen.get(field.name) || 0;
      seen.set(field.name, place + 1);
      return { field, isBox, id: `${field.name}:${isBox ? field.value : place}` };
    });
}

const told = ({ field, isBox }) => (isBox ? field.checked : field.value);

function forget(key) {
  tryTo(() => stores().forEach((store) => store.removeItem(key)));
}

function save(form) {
  const isAside = Boolean(form.dataset.keepAside && form.elements[form.dataset.keepAside]?.checked);
  const fields = Object.fromEntries(fieldsOf(form).map((one) => [one.id, told(one)]));
  const entry = JSON.stringify({ at: Date.now(), fields });
  forget(keyOf(form));
  tryTo(() => (isAside ? sessionStorage : localStorage).setItem(keyOf(form), entry));
}

function read(key) {
  for (const store of tryTo(stores, [])) {
    const entry = tryTo(() => JSON.parse(store.getItem(key)));
    if (entry && entry.fields && Date.now() - entry.at < DAYS * 86400000) return entry;
  }
  return null;
}

// What is too old goes, and what another person typed goes when somebody signs in.
function tidy() {
  for (const store of tryTo(stores, [])) {
    for (const key of tryTo(() => Object.keys(store), []).filter((one) => one.startsWith(PREFIX))) {
      const isOthers = person && !key.startsWith(`${PREFIX}${person}:`);
      if (isOthers || !read(key)) forget(key);
    }
  }
}

function line(form, text, ...more) {
  form.querySelector(":scope > .kept")?.remove();
  const said = document.createElement("p");
  said.className = "kept";
  said.setAttribute("role", "status");
  said.append(text, ...more.flatMap((one) => [" · ", one]));
  form.prepend(said);
  return said;
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: text });
  made.addEventListener("click", act);
  return made;
}

function clockOf(at) {
  const day = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(day.getHours())}:${two(day.getMinutes())}`;
  if (day.toDateString() === new Date().toDateString()) return time;
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())} ${time}`;
}

function restore(form) {
  const entry = read(keyOf(form));
  if (!entry) return;
  let changed = false;
  for (const one of fieldsOf(form)) {
    if (!(one.id in entry.fields) || told(one) === entry.fields[one.id]) continue;
    if (one.isBox) one.field.checked = entry.fields[one.id];
    else one.field.value = entry.fields[one.id];
    changed = changed || told(one) === entry.fields[one.id];
  }
  if (!changed) return;
  const closed = form.closest("details:not([open])");
  if (closed) closed.open = true;
  const text = words.restored.replace("{time}", clockOf(entry.at));
  const hasFile = form.querySelector("input[type=file]");
  const said = line(form, hasFile ? `${text} ${words.file}` : text, button(words.discard, () => {
    form.reset();
    forget(keyOf(form));
    said.remove();
  }));
}

async function alive() {
  const asked = { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(10000) };
  try {
    const answer = await fetch(words.alive, asked);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function link(text, address) {
  return Object.assign(document.createElement("a"), { textContent: text, href: address, target: "_blank" });
}

function go(form, submitter) {
  if (submitter?.name) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
  }
  tryTo(() => sessionStorage.setItem(SENDING, keyOf(form)));
  HTMLFormElement.prototype.submit.call(form);
}

// Before a form leaves the page, the server is asked whether it is there and who is signed in: a page that is
// left for an error of the browser loses what was typed, and the file that was chosen.
async function send(event) {
  const form = event.target;
  if (event.defaultPrevented || !words || !form.matches("form[data-keep]")) return;
  event.preventDefault();
  if (busy.has(form)) return;
  busy.add(form);
  save(form);
  const found = await alive();
  busy.delete(form);
  if (!found) {
    line(form, words.offline, button(words.again, () => form.requestSubmit(event.submitter ?? undefined))).scrollIntoView({ block: "nearest" });
  } else if (found.person !== person) {
    const text = found.person ? words.other : words.ended;
    line(form, text, link(words.signIn, words.address)).scrollIntoView({ block: "nearest" });
  } else {
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = found.token;
    go(form, event.submitter);
  }
}

// A page that says that it was done ends what was kept of the form that was sent.
function settle() {
  const sent = tryTo(() => sessionStorage.getItem(SENDING));
  if (!sent) return;
  tryTo(() => sessionStorage.removeItem(SENDING));
  if (document.querySelector(".notice.success")) forget(sent);
}

function leave(event) {
  if (!event.target.matches("form[data-signs-out]")) return;
  for (const store of tryTo(stores, [])) {
    for (const key of Object.keys(store).filter((one) => one.startsWith(PREFIX))) forget(key);
  }
}

tidy();
settle();
for (const form of forms) {
  restore(form);
  let waits = 0;
  const soon = () => {
    clearTimeout(waits);
    waits = setTimeout(() => save(form), 250);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}
document.addEventListener("submit", leave);
// After whatever asks for confirmation, which listens on the document.
window.addEventListener("submit", send);
