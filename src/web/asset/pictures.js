/*
 * Pictures from the JSON islands of a page (their forms: pages/README.md), by Observable Plot.
 *
 * The content security policy allows no inline style, and Plot writes a <style> element: pictures are
 * made in an inert document, the element is taken out, app.css has its rules, and the rest is adopted.
 * Colours are classes of app.css, so that a change of scheme or printing needs no redrawing.
 */
import * as Plot from "@observablehq/plot";

const lang = document.documentElement.lang;
const number = (digits) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits });
const plain = number(0);
const NARROW_PX = 560; // below it a row's label stands above its line
const LABEL_SHARED_PX = 200; // a longer label moves its own picture only
const ROWS_MAX = 60; // of one picture; the table has the rest

/* "× 2.1": two decimals below 2, one below 10, as in the text (base/format.h). */
const times = (ratio) => "×\u00a0" + number(ratio < 2 ? 2 : ratio < 10 ? 1 : 0).format(ratio);
const halves = new Map([[1 / 8, "⅛"], [1 / 4, "¼"], [1 / 2, "½"]]);
const tick = (ratio) => "×\u00a0" + (halves.get(ratio) ?? plain.format(ratio));

const inert = () => document.implementation.createHTMLDocument("");

/* Widths are measured in the reader's own font. */
const ruler = document.createElement("canvas").getContext("2d");
ruler.font = "13px " + getComputedStyle(document.body).fontFamily;
const width_of = (text) => Math.ceil(ruler.measureText(text).width);
const cut_to = (text, width) => {
  if (width_of(text) <= width) return text;
  const letters = [...new Intl.Segmenter(lang).segment(text)].map((s) => s.segment);
  while (letters.length > 1 && width_of(letters.join("") + "…") > width) letters.pop();
  return letters.join("").trimEnd() + "…";
};

const finish = (svg) => {
  svg.querySelectorAll("style").forEach((style) => style.remove());
  svg.setAttribute("class", "plot");
  svg.removeAttribute("font-family");
  svg.removeAttribute("font-size");
  svg.setAttribute("aria-hidden", "true"); // the canvas around it has the role and the words
  return document.adoptNode(svg);
};

/* All effects of a page share one axis, in one place, so that they can be compared by eye. */
const effects_axis = (pictures) => {
  let low = 1 / 1.5;
  let high = 1.5;
  let label_px = 0;
  for (const picture of pictures) {
    for (const row of picture.rows) {
      low = Math.min(low, row.low90);
      high = Math.max(high, row.high90);
      label_px = Math.max(label_px, Math.min(width_of(row.label), LABEL_SHARED_PX));
    }
  }
  return { domain: [Math.max(low / 1.06, 1 / 16), Math.min(high * 1.06, 16)], label_px };
};

/*
 * How rows lie: a label left of its line or, on narrow screens, above it; the value at the right.
 * Positions are numbers, so that labels that are the same word twice stay two rows.
 */
const lay_out = (rows, values, canvas_width, label_min_px = 0) => {
  const narrow = canvas_width < NARROW_PX;
  const label_px = Math.min(Math.max(label_min_px, ...rows.map((row) => width_of(row.label))) + 16, 0.4 * canvas_width);
  const value_px = Math.max(width_of(times(1.88)), ...values.map(width_of)) + 16;
  const row_px = narrow ? 48 : 34;
  const marginTop = 8;
  const marginBottom = 36;
  return {
    narrow,
    marginTop,
    marginBottom,
    marginLeft: narrow ? 8 : label_px,
    marginRight: value_px,
    label_px: narrow ? canvas_width - 16 : label_px - 16,
    height: marginTop + rows.length * row_px + marginBottom,
    width: canvas_width,
    y: { type: "linear", domain: [-0.5, rows.length - 0.5], reverse: true, axis: null },
    dy: narrow ? -16 : 0,
  };
};

const labels = (rows, layout, classes) =>
  rows.map((row, i) =>
    Plot.text([row], {
      y: () => i,
      text: (r) => cut_to(r.label, layout.label_px),
      frameAnchor: "left",
      textAnchor: layout.narrow ? "start" : "end",
      dx: layout.narrow ? 0 : -12,
      dy: layout.dy,
      fill: "currentColor",
      className: classes(row),
    })
  );

const at_right = (rows, values, classes) =>
  rows.map((row, i) =>
    Plot.text([row], {
      y: () => i,
      text: () => values[i],
      frameAnchor: "right",
      textAnchor: "start",
      dx: 12,
      fill: "currentColor",
      className: classes(row),
    })
  );

const effects = (data, canvas_width, { domain, label_px }) => {
  const rows = data.rows.slice(0, ROWS_MAX);
  const values = rows.map((row) => times(row.ratio));
  const layout = lay_out(rows, values, canvas_width, label_px);
  const same = data.same ?? 0.1;
  const clamp = (x) => Math.min(Math.max(x, domain[0]), domain[1]);
  const ticks = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8].filter((x) => x >= domain[0] && x <= domain[1]);
  if (domain[1] < 4 && domain[1] >= 1.5) ticks.push(1.5);
  const say = (x) => (x === 1.5 ? times(x) : tick(x));
  return Plot.plot({
    ...layout,
    document: inert(),
    x: { type: "log", domain, axis: null },
    marks: [
      Plot.rect([0], { x1: () => 1 - same, x2: () => 1 + same, fill: "currentColor", fillOpacity: 0.6, className: "same" }),
      Plot.ruleX(ticks.filter((x) => x !== 1), { stroke: "currentColor", className: "hair" }),
      Plot.ruleX([1], { stroke: "currentColor", className: "one" }),
      Plot.axisX(ticks, { anchor: "bottom", tickFormat: say, tickSize: 0, tickPadding: 10, label: null, className: "axis", fill: "currentColor" }),
      ...rows.flatMap((row, i) => [
        Plot.ruleY([row], { y: () => i, x1: (r) => clamp(r.low90), x2: (r) => clamp(r.high90), stroke: "currentColor", strokeWidth: 1.5, className: "mark-" + row.verdict }),
        ...(row.low50 === undefined || row.low50 === null
          ? []
          : [Plot.ruleY([row], { y: () => i, x1: (r) => clamp(r.low50), x2: (r) => clamp(r.high50), stroke: "currentColor", strokeWidth: 6, className: "mark-" + row.verdict })]),
        Plot.dot([row], { y: () => i, x: (r) => clamp(r.ratio), r: 5.5, fill: "var(--paper)", stroke: "currentColor", strokeWidth: 2.5, ...(row.verdict === "unknown" ? {} : { fill: "currentColor" }), className: "mark-" + row.verdict }),
      ]),
      ...labels(rows, layout, (row) => row.verdict),
      ...at_right(rows, values, (row) => row.verdict),
    ],
  });
};

/* Observed posts by group: half of them on the thick line, four fifths on the thin one, the median a stroke. */
const groups = (data, canvas_width) => {
  const rows = data.rows.slice(0, ROWS_MAX);
  const values = rows.map((row) => plain.format(row.median));
  const layout = lay_out(rows, values, canvas_width);
  const least = Math.min(...rows.map((row) => row.q10));
  const most = Math.max(...rows.map((row) => row.q90), 1);
  const log = least > 0 && most / least > 20;
  const domain = log ? [least / 1.1, most * 1.1] : [0, most * 1.05];
  /* 1, 2, 5, 10, 20, 50 … */
  const ticks = log
    ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((k) => [1, 2, 5].map((m) => m * 10 ** k)).filter((x) => x >= domain[0] && x <= domain[1])
    : 5;
  return Plot.plot({
    ...layout,
    document: inert(),
    x: { type: log ? "log" : "linear", domain, axis: null },
    marks: [
      Plot.gridX({ ticks, stroke: "currentColor", strokeOpacity: 1, className: "hair" }),
      Plot.axisX({ anchor: "bottom", ticks, tickFormat: (x) => plain.format(x), tickSize: 0, tickPadding: 10, label: null, className: "axis", fill: "currentColor" }),
      ...rows.flatMap((row, i) => [
        Plot.ruleY([row], { y: () => i, x1: "q10", x2: "q90", stroke: "currentColor", strokeWidth: 1.5, className: "mark-clear" }),
        Plot.ruleY([row], { y: () => i, x1: "q25", x2: "q75", stroke: "currentColor", strokeWidth: 6, className: "mark-clear" }),
        Plot.ruleX([row], { x: "median", y1: i - 0.36, y2: i + 0.36, stroke: "var(--paper)", strokeWidth: 7 }),
        Plot.ruleX([row], { x: "median", y1: i - 0.32, y2: i + 0.32, stroke: "currentColor", strokeWidth: 3, className: "mark-clear" }),
      ]),
      ...labels(rows, layout, () => "clear"),
      ...at_right(rows, values, () => "clear"),
    ],
  });
};

/* Counts: bars from zero, each with its number. */
const bars = (data, canvas_width) => {
  const rows = data.rows.slice(0, ROWS_MAX);
  const most = Math.max(...rows.map((row) => row.value), 1);
  const marginLeft = 12 + width_of(plain.format(most));
  const step = (canvas_width - marginLeft) / rows.length;
  const every = Math.ceil((Math.max(...rows.map((row) => width_of(row.label))) + 8) / step);
  return Plot.plot({
    document: inert(),
    width: canvas_width,
    height: 220,
    marginTop: 20,
    marginBottom: 28,
    marginLeft,
    marginRight: 0,
    x: { type: "band", domain: rows.map((_, i) => i), padding: 0.4, axis: null },
    y: { domain: [0, most], axis: null },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "currentColor", strokeOpacity: 1, className: "hair" }),
      Plot.axisY({ ticks: 4, tickFormat: (n) => plain.format(n), tickSize: 0, label: null, className: "axis", fill: "currentColor" }),
      Plot.rectY(rows, { x: (_, i) => i, y1: 0, y2: "value", fill: "currentColor", className: "mark-clear" }),
      Plot.ruleY([0], { stroke: "currentColor", className: "one" }),
      Plot.text(rows.map((row, i) => ({ ...row, i })).filter((row) => row.i % every === 0), { x: "i", text: "label", frameAnchor: "bottom", dy: 18, fill: "currentColor", className: "axis" }),
      ...(step > width_of(plain.format(most)) + 6
        ? [Plot.text(rows, { x: (_, i) => i, y: "value", text: (row) => plain.format(row.value), dy: -9, fill: "currentColor", className: "clear" })]
        : []),
    ],
  });
};

const draw_all = () => {
  const figures = [...document.querySelectorAll(".picture[data-picture]")].map((figure) => ({
    figure,
    canvas: figure.querySelector(".canvas"),
    data: JSON.parse(document.getElementById(figure.dataset.picture).textContent),
  }));
  const axis = effects_axis(figures.map((f) => f.data).filter((d) => d.kind === "effects"));
  const kinds = { effects: (data, width) => effects(data, width, axis), groups, bars };

  for (const { figure, canvas, data } of figures) {
    const make = kinds[data.kind];
    if (!make || data.rows.length === 0) continue;
    let drawn_px = 0;
    const draw = () => {
      const width = Math.floor(canvas.clientWidth);
      if (width < 120 || Math.abs(width - drawn_px) < 2) return;
      drawn_px = width;
      canvas.replaceChildren(finish(make(data, width)));
    };
    canvas.hidden = false;
    draw();
    figure.querySelector("details").open = false;
    figure.dataset.drawn = "yes";
    new ResizeObserver(draw).observe(canvas);
  }
};

draw_all();
