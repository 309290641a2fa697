// What every page runs: htmx, keys in lists, and what must be confirmed.
import htmx from "htmx.org";
import "./console.css";
import "./selection.js";
import "./keep.js";
import "./voice.js";

window.htmx = htmx;

// j and k move through a list, enter opens, x marks, as in mail.
function moveThrough(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const rows = [...document.querySelectorAll("table[data-keys] tbody tr")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    rows.forEach((row) => row.classList.toggle("at", row === next));
    (next.querySelector("a.open") || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  } else if (event.key === "x" && at >= 0) {
    const box = rows[at].querySelector("input[type=checkbox]");
    if (box) box.click();
  }
}

// A click anywhere outside closes an open menu; so does Escape.
function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.key === "Escape" || (event.type === "click" && !menu.contains(event.target))) menu.open = false;
  }
}

// A form with data-confirm asks before it goes.
function confirmFirst(event) {
  const asked = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (asked && !window.confirm(asked)) event.preventDefault();
}

// A select-all box marks every row of its list.
function markAll(event) {
  if (!event.target.matches("input[data-marks-all]")) return;
  for (const box of event.target.closest("table, form").querySelectorAll("tbody input[type=checkbox]")) {
    box.checked = event.target.checked;
  }
}

// A form that asks for a place takes it from the device, where the person allows it.
function findPlace(place) {
  const fill = ({ coords }) => {
    place.querySelector("[name=latitude]").value = coords.latitude.toFixed(6);
    place.querySelector("[name=longitude]").value = coords.longitude.toFixed(6);
  };
  const ask = () => navigator.geolocation.getCurrentPosition(fill, () => {}, { enableHighAccuracy: true, timeout: 20000 });
  const button = place.querySelector("[data-place-find]");
  button.hidden = false;
  button.addEventListener("click", ask);
  if (!place.querySelector("[name=latitude]").value) ask();
}
if (navigator.geolocation) document.querySelectorAll("[data-place]").forEach(findPlace);

// Filters stand open where there is room, and folded on a phone, where they would fill the first screen.
const narrow = window.matchMedia("(max-width: 720px)");
function foldFilters() {
  for (const box of document.querySelectorAll("details.filter-box")) {
    box.open = !narrow.matches;
    box.dataset.ready = "";
  }
}
foldFilters();
narrow.addEventListener("change", foldFilters);

document.addEventListener("keydown", moveThrough);
document.addEventListener("keydown", closeMenus);
document.addEventListener("click", closeMenus);
document.addEventListener("submit", confirmFirst);
document.addEventListener("change", markAll);
