// Shows the decision table of every [data-dmn] of a page with dmn-js; its mark stays visible.
import DmnViewer from "dmn-js/lib/NavigatedViewer";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-shared.css";

for (const place of document.querySelectorAll("[data-dmn]")) {
  const response = await fetch(place.dataset.dmn, { credentials: "same-origin" });
  if (!response.ok) continue;
  const viewer = new DmnViewer({ container: place });
  await viewer.importXML(await response.text());
  const table = viewer.getViews().find((view) => view.type === "decisionTable");
  if (table) await viewer.open(table);
  // Its table scrolls by itself, so the keyboard must reach it.
  for (const box of place.querySelectorAll(".tjs-table-container")) box.tabIndex = 0;
}
