// The step in symbols, numbers and words; the phases, the views and the slider.

function showBand() {
  const here = step(), view = current();
  document.body.dataset.phase = here.phase;
  const phase = word(`phase.${here.phase}`);
  // A title may begin with the name of the phase, which stands here anyway.
  const title = here.title.toLowerCase().startsWith(phase.toLowerCase()) ? here.title.slice(phase.length).replace(/^[:\s]+/, "") : here.title;
  const parts = [title, views.length > 1 ? view.title : ""].filter(Boolean);
  $("caption").replaceChildren(make("b", {}, phase), ...parts.map((part) => ` · ${part}`));
  $("note").textContent = now.asked ? "" : here.note;
  $("symbols").textContent = here.symbols;
  $("calculation").textContent = here.numbers;
  $("answer").textContent = now.asked ? "" : here.answer;
  $("answer").className = here.phase !== "backward" ? "" : here.carried.length === 1 && here.carried[0].sign && SIGNS.includes(here.carried[0].sign) ? here.carried[0].sign : signOf(here.answer);
  $("reveal").hidden = !now.asked;
  $("sentence").textContent = now.asked ? here.question || here.sentence : here.sentence;
  $("how").textContent = howToGoOn();
  $("band").style.setProperty("--how", `${now.step ? 0 : $("how").scrollHeight}px`);
  const calculated = here.numbers || here.answer;
  $("band").classList.toggle("uncalculated", Boolean(!calculated && here.symbols));
  $("band").classList.toggle("unequal", !calculated && !here.symbols);
  shrink($("equation"), 0.55);
  shrink($("sentence"), smallest());
  // What is too long even so: a band that grows is better than words that cannot be seen.
  const { scrollHeight, clientHeight, style } = $("sentence");
  if (isNarrow() && scrollHeight > clientHeight + 1) style.height = `${scrollHeight}px`;
}

// The same colour as on its arrow, for a gradient that came by none, or by many.
const signOf = (answer) => (/^−/.test(answer) ? "negative" : /^[1-9]|[.][0-9]*[1-9]/.test(answer) ? "positive" : "");

// As many lines as most steps of the view need, so that nothing jumps; the few longest texts
// get smaller letters.
const ruler = document.createElement("canvas").getContext("2d");
function reserve() {
  const { steps } = current();
  const wrapped = (element, weight, texts, least) => {
    element.style.fontSize = element.style.height = "";
    const style = getComputedStyle(element);
    ruler.font = `${weight} ${style.fontSize} ${style.fontFamily}`;
    const widths = texts.map((text) => ruler.measureText(text).width * 1.06).sort((a, b) => a - b);
    const most = widths[Math.floor(0.85 * (widths.length - 1))], all = widths.at(-1) * least ** 2;
    return Math.max(1, Math.ceil(Math.max(most, all) / element.clientWidth));
  };
  const narrow = isNarrow();
  const told = steps.filter((one) => one.numbers || one.answer);
  const sentence = wrapped($("sentence"), 400, (told.length ? told : steps).flatMap((one) => [one.sentence, one.question]), smallest());
  const rows = [(one) => one.symbols, (one) => `${one.numbers} ${one.answer}`].map((text) =>
    Math.min(narrow ? 2 : 1, wrapped($("equation"), 600, steps.map(text), 0.75)));
  $("band").style.setProperty("--lines", linesAtFirst(Math.min(narrow ? 4 : 3, sentence), rows[1], narrow ? 2 : 1.2));
  $("band").style.setProperty("--above", rows[0]);
  $("band").style.setProperty("--below", rows[1]);
  $("note").parentElement.classList.toggle("noted", steps.some((one) => one.note));
}

// On a small screen the first step says most, and in so many lines how to go on.
function linesAtFirst(lines, below, hints) {
  const words = parseFloat(getComputedStyle($("sentence")).fontSize), big = parseFloat(getComputedStyle($("equation")).fontSize);
  ruler.font = `400 ${words * smallest()}px ${getComputedStyle($("sentence")).fontFamily}`;
  const first = Math.ceil((ruler.measureText(current().steps[0].sentence).width * 1.1) / $("sentence").clientWidth);
  const needed = first * 1.35 * words * smallest() + hints * 1.1 * words;
  return Math.max(lines, Math.min(5, Math.ceil((needed - below * 1.25 * big) / (1.35 * words))));
}

// How small the letters of a sentence may get, as a part of their size.
const isNarrow = () => window.innerWidth <= 760;
const smallest = () => (isNarrow() ? 0.82 : 0.945);

// Long equations get smaller letters rather than a band that jumps.
function shrink(element, least) {
  element.style.fontSize = element.style.height = "";
  const tall = element.clientHeight;
  if (element.scrollHeight <= tall + 1) return;
  const size = parseFloat(getComputedStyle(element).fontSize);
  element.style.height = `${tall}px`; // which is given in letters otherwise
  for (let part = 0.97; part >= least && element.scrollHeight > tall + 1; part -= 0.025)
    element.style.fontSize = `${size * part}px`;
}

// At the beginning it is said what the page can do.
function howToGoOn() {
  if (now.step) return "";
  const names = current().entries.filter(({ box }) => inside(box) !== undefined && picture.boxes.has(box)).map(({ name }) => name);
  if (!names.length) return word("how");
  const [key, shown] = names.length > 3 ? ["how many", 2] : names.length > 1 ? ["how two", names.length - 1] : ["how one", 1];
  const places = { first: names.slice(0, shown).join(", "), last: names.at(-1), count: names.length - shown };
  return `${word("how")} ${word(key, places)}`;
}

function spoken() {
  const here = step();
  const words = now.asked ? here.question || here.sentence : here.sentence;
  const places = { phase: word(`phase.${here.phase}`), step: now.step + 1, count: current().steps.length, words };
  return `${word("spoken", places)} ${howToGoOn()}`.trim();
}

function showControls() {
  const { steps } = current();
  const slider = $("slider");
  slider.max = steps.length;
  slider.value = now.step + 1;
  slider.setAttribute("aria-valuetext", spoken());
  $("count").textContent = `${now.step + 1} / ${steps.length}`;
  $("first").disabled = $("back").disabled = now.step === 0 && !(predicting && !now.asked && askable(0));
  $("last").disabled = $("next").disabled = now.step === steps.length - 1 && !now.asked;
  for (const button of $("phases").children) {
    if (button.dataset.phase === step().phase) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
  if (!timer) $("live").textContent = spoken();
}

function showPhases() {
  const counts = [];
  for (const { phase } of current().steps) {
    if (counts.at(-1)?.phase === phase) counts.at(-1).count++;
    else counts.push({ phase, count: 1 });
  }
  const seen = new Set();
  $("phases").replaceChildren(...counts.filter(({ phase }) => !seen.has(phase) && seen.add(phase)).map(({ phase }) =>
    make("button", {
      type: "button", "data-phase": phase, click: () => goToPhase(phase),
      title: word(`phase.${phase} hint`),
    }, word(`phase.${phase}`))));
  $("ticks").replaceChildren(...counts.map(({ phase, count }) => {
    const tick = make("i", { class: phase });
    tick.style.flex = `${count} 1 0`;
    return tick;
  }));
}

function showViews() {
  const root = views[now.view].within ? views.findIndex((view) => view.key === views[now.view].within) : -1;
  const tabs = views.map((view, index) => ({ view, index })).filter(({ view }) => !view.within);
  const buttons = [];
  if (root >= 0)
    buttons.push(make("button", { type: "button", id: "ui-out-of", title: word("out of"), click: () => open(root) },
      `← ${views[root].tab || views[root].title || word("whole")}`));
  if (root >= 0 || tabs.length > 1)
    for (const { view, index } of root >= 0 ? [{ view: views[now.view], index: now.view }] : tabs)
      buttons.push(make("button", { type: "button", "aria-current": index === now.view ? "page" : false, click: () => open(index) },
        view.tab || view.title));
  $("views").replaceChildren(...buttons);
  bringInto($("views"), $("views").querySelector("[aria-current]"));
  $("hint").textContent = views[now.view].hint || "";
}
