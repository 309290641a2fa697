// Shows the decision table of every [data-dmn] of a page with dmn-js, and lets it be changed where it names a form
// as [data-dmn-edit]; its mark stays visible. The form stands beside it, not around it: the editor has buttons and
// fields of its own, which must not send the form.
import DmnModeler from "dmn-js/lib/Modeler";
import DmnViewer from "dmn-js/lib/NavigatedViewer";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-shared.css";

// The form takes what stands in the editor when it is sent; what was refused before is what the editor begins with.
function sendWith(form, modeler) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    document.activeElement?.blur(); // a cell that is being typed into counts too
    const { xml } = await modeler.saveXML({ format: true });
    form.elements.xml.value = xml;
    form.submit();
  });
}

for (const place of document.querySelectorAll("[data-dmn]")) {
  const form = document.getElementById(place.dataset.dmnEdit ?? "");
  let text = form?.elements.xml.value;
  if (!text) {
    const response = await fetch(place.dataset.dmn, { credentials: "same-origin" });
    if (!response.ok) continue;
    text = await response.text();
  }
  const viewer = form ? new DmnModeler({ container: place }) : new DmnViewer({ container: place });
  await viewer.importXML(text);
  const table = viewer.getViews().find((view) => view.type === "decisionTable");
  if (table) await viewer.open(table);
  if (form) sendWith(form, viewer);
  // Its table scrolls by itself, so the keyboard must reach it.
  for (const box of place.querySelectorAll(".tjs-table-container")) box.tabIndex = 0;
}
