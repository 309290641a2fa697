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

// An A4 page between its margins and those of a card, in CSS pixels: a chart drawn for the screen would be cut off.
const PAPER = 620;

function draw(within) {
  for (const place of within.querySelectorAll("[data-chart]:not([data-drawn])")) {
    const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.dataset.drawn = "";
    const chart = init(place, null, { renderer: "svg" });
    chart.setOption({ animation: false, aria: { enabled: true }, ...option });
    new ResizeObserver(() => chart.resize()).observe(place);
    window.addEventListener("beforeprint", () => chart.resize({ width: Math.min(PAPER, place.clientWidth) }));
    window.addEventListener("afterprint", () => chart.resize({ width: "auto" }));
  }
}

draw(document);
// Parts of a page that come later bring their charts with them.
document.addEventListener("htmx:afterSettle", () => draw(document));
