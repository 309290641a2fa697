// Draws every [data-chart] of a page: lines over time with their threshold, bars, and graphs of guarantees.
// The data stands in a JSON script beside it; the table twin stands in the page, so a reader without script
// loses nothing.
import { BarChart, GraphChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, GraphChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent,
  TooltipComponent, SVGRenderer,
]);

// On paper a chart is scaled as it stands: drawing it anew would come too late for the printer.
function toPaper(place, chart) {
  const drawing = place.querySelector("svg");
  drawing.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  drawing.setAttribute("width", "100%");
  drawing.parentElement.style.width = "100%";
}

function toScreen(place, chart) {
  place.querySelector("svg").removeAttribute("viewBox");
  chart.resize({ width: "auto" });
}

function draw(within) {
  for (const place of within.querySelectorAll("[data-chart]:not([data-drawn])")) {
    const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.dataset.drawn = "";
    const chart = init(place, null, { renderer: "svg" });
    chart.setOption({ animation: false, aria: { enabled: true }, ...option });
    // A place without width, as of a page that is being left, has nothing to be laid out in.
    new ResizeObserver(() => place.clientWidth && chart.resize()).observe(place);
    window.addEventListener("beforeprint", () => toPaper(place, chart));
    window.addEventListener("afterprint", () => toScreen(place, chart));
  }
}

draw(document);
// Parts of a page that come later bring their charts with them.
document.addEventListener("htmx:afterSettle", () => draw(document));
