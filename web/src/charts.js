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

for (const place of document.querySelectorAll("[data-chart]")) {
  const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption({ animation: false, aria: { enabled: true }, ...option });
  new ResizeObserver(() => chart.resize()).observe(place);
}
