// What was recorded, what is shown of it now, and the few helpers that all other files use.
//
// A view: {key, tab, title, within, hint} at first, and {entries, steps} when it has been opened.
// A step: see story.py. Steps are counted from 1, as in links: #s23, #row-2.s23.

const VALUE = 1, GRADIENT = 2;
const SIZE = 20; // text of a picture, in its units
const LEGIBLE = 13, SMALL = 7, LARGEST = 34; // pixels of that text on the screen
const SVG = "http://www.w3.org/2000/svg";
const KINDS = ["parameter", "frozen", "variable", "constant", "operation", "activation", "input", "unit", "output", "group", "layer"];
const SIGNS = ["positive", "negative", "zero", "alarm", "wrong"];

const $ = (name) => document.getElementById(`ui-${name}`);
const framed = window.self !== window.top;
const story = JSON.parse($("story").textContent);
const views = story.views;
// The page's own words, in the language of the story.
const word = (key, places = {}) => story.words[key].replace(/\{(\w+)\}/g, (_, name) => places[name]);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const darkness = window.matchMedia("(prefers-color-scheme: dark)");

const now = { view: -1, step: 0, asked: false };
const visited = new Map(); // step where each view was left
let predicting = false, timer = 0, letters = !framed, panel = "", chosen = "", looked = "", way = null; // looked: at a box, not at the step
let picture = null; // of the view that is shown
let camera = { x: 0, y: 0, k: 1 }, free = false, whole = false; // free: the reader has zoomed or moved; whole: wants to see all

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "click") element.addEventListener("click", value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// What scrolls shows one of its parts. The browser's own way moves the page around a frame, too.
function bringInto(box, part) {
  if (!part) return;
  const [inner, outer] = [part.getBoundingClientRect(), box.getBoundingClientRect()];
  const off = (low, high, from, to) => (low < from ? low - from : Math.max(0, high - to));
  box.scrollLeft += off(inner.left, inner.right, outer.left, outer.right);
  box.scrollTop += off(inner.top, inner.bottom, outer.top, outer.bottom);
}

const isWaiting = (text) => /^(z: )?([vg] )?·$/.test(text);

function opened(index) {
  const view = views[index];
  if (!view.steps) {
    const data = $(`view-${index}`);
    Object.assign(view, JSON.parse(data.textContent));
    data.remove();
    for (const step of view.steps) {
      for (const name of ["title", "symbols", "numbers", "answer", "sentence", "question", "note", "box"])
        step[name] ??= "";
      step.sources ??= []; step.carried ??= []; step.fills ??= [];
    }
    // What is not known at first stands in the picture already.
    view.steps[0].fills = view.steps[0].fills.filter((fill) => !isWaiting(fill.text));
    for (const entry of view.entries) {
      for (const name of ["name", "what", "value", "exact_value", "grad", "exact_grad", "formula", "total", "source", "nudge", "covered", "opens"])
        entry[name] ??= "";
      entry.paths ??= [];
      for (const path of entry.paths) path.arrows ??= [];
    }
    view.entry = new Map(view.entries.map((entry) => [entry.box, entry]));
    view.known = knownFrom(view.steps);
  }
  return view;
}

// From which step on each line of each box is what the table has: of the first pass, and complete.
function knownFrom(steps) {
  const known = new Map();
  for (const [number, { phase, fills }] of steps.entries())
    for (const { box, line } of fills) {
      const place = `${box} ${line}`;
      const counts = phase === "start" || phase === (line === GRADIENT ? "backward" : "forward");
      if (counts || !known.has(place)) known.set(place, number);
    }
  return known;
}

const current = () => opened(now.view);
const step = () => current().steps[now.step];
