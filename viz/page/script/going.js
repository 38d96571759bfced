// Going to a step, to a phase, to another view or to where a link leads; and playing.

const askable = (number) => Boolean(current().steps[number].answer);

function go(number, { asked = false, quiet = false } = {}) {
  const { steps } = current();
  now.step = Math.min(Math.max(number, 0), steps.length - 1);
  now.asked = asked && askable(now.step);
  looked = "";
  visited.set(now.view, now.step);
  if (!found.length || !chosen) way = null;
  const view = current();
  showFills(view);
  showMarks(view);
  showBand();
  showControls();
  follow();
  if (panel === "table") markRow();
  else if (panel === "box") showBox(chosen, true);
  if (!quiet) link();
  tip(null);
}

function link() {
  const view = views[now.view];
  const hash = `#${now.view ? `${encodeURIComponent(view.key)}.` : ""}s${now.step + 1}`;
  if (!framed && location.hash !== hash)
    try { history.replaceState(null, "", hash); } catch { /* a page in a frame has no address */ }
}

function next() {
  if (now.asked) return go(now.step);
  if (now.step < current().steps.length - 1) go(now.step + 1, { asked: predicting });
  else stop();
}

function back() {
  if (now.asked || now.step > 0) go(now.step - (now.step > 0 ? 1 : 0));
}

function goToPhase(phase) {
  const number = current().steps.findIndex((one) => one.phase === phase);
  if (number >= 0) { stop(); go(number, { asked: predicting }); }
}

function open(index, number) {
  if (index === now.view) { if (number !== undefined) go(number, { asked: predicting }); return; }
  const before = now.view >= 0 ? { phase: step().phase, count: current().steps.length, step: now.step, within: views[now.view].within } : null;
  stop();
  now.view = index;
  const { steps, within } = opened(index);
  if (number === undefined) {
    number = visited.get(index) ?? 0;
    // Neighbours of the same shape are compared step by step; others begin at the same phase.
    if (before && before.count === steps.length && before.within === within) number = before.step;
    else if (before && !visited.has(index)) number = Math.max(0, steps.findIndex((one) => one.phase === before.phase));
  }
  // At once: what is mounted, and what is closed, look at the step.
  now.step = Math.min(Math.max(number, 0), steps.length - 1);
  now.asked = false;
  chosen = looked = ""; way = null; whole = false;
  mount(index);
  showViews();
  showPhases();
  if (panel === "box") closePanel();
  reserve();
  go(now.step);
  placeSamples();
  if (panel === "table") showTable();
}

function fromHash() {
  let text = location.hash.slice(1);
  try { text = decodeURIComponent(text); } catch { return; }
  const match = /^(?:(.+)\.)?s(\d+)$/.exec(text);
  if (!match) return;
  const index = match[1] === undefined ? 0 : views.findIndex((view) => view.key === match[1]);
  if (index < 0) return;
  if (index !== now.view || Number(match[2]) !== now.step + 1) { stop(); open(index, Number(match[2]) - 1); }
}

function play() {
  if (timer) return stop();
  if (now.step === current().steps.length - 1 && !now.asked) go(0);
  else next();
  $("play").classList.add("playing");
  $("play").setAttribute("aria-label", word("pause"));
  tick();
}

function tick() {
  const read = 1200 + 32 * (step().sentence.length + step().symbols.length);
  timer = setTimeout(() => { next(); if (timer) tick(); }, Math.min(read, 7000) / Number($("speed").value));
}

function stop() {
  clearTimeout(timer);
  timer = 0;
  $("play").classList.remove("playing");
  $("play").setAttribute("aria-label", word("play"));
  if (now.view >= 0) $("live").textContent = spoken();
}
