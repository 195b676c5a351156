// Sends what was typed, and shows the answer while it comes.
const form = document.querySelector("[data-play]");
const answer = document.querySelector("[data-answer]");
const told = document.querySelector("[data-told]");
const left = document.querySelector("[data-left]");
const stop = form.querySelector("[data-stop]");
const run = form.querySelector("button:not([data-stop])");
let leaving = null;

document.querySelector("[data-mode-form] select").addEventListener("change", (event) => {
  event.target.form.submit();
});

function show(name, facts) {
  if (name === "text") answer.append(facts.text);
  if (facts.balance !== undefined) left.textContent = form.dataset.balance.replace("{n}", facts.balance);
  if (name === "failed") told.textContent = facts.message;
  if (name === "done") {
    const link = document.createElement("a");
    link.href = `${form.dataset.history}/${facts.id}`;
    link.textContent = `№ ${facts.id}`;
    told.replaceChildren(link);
  }
}

// Events are separated by an empty line; what came after the last one waits for its end.
function read(waiting) {
  const frames = waiting.split("\n\n");
  const rest = frames.pop();
  for (const frame of frames) {
    const name = /^event: (.*)$/m.exec(frame);
    const data = /^data: (.*)$/m.exec(frame);
    if (name && data) show(name[1], JSON.parse(data[1]));
  }
  return rest;
}

async function generate() {
  answer.replaceChildren();
  told.textContent = "";
  leaving = new AbortController();
  const sent = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    signal: leaving.signal,
  });
  if (!sent.ok) {
    told.textContent = (await sent.json()).message;
    return;
  }
  const reader = sent.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    waiting = read(waiting + part.value);
  }
}

form.addEventListener("submit", async (event) => {
  if (event.submitter && event.submitter !== run) return;
  event.preventDefault();
  run.disabled = true;
  stop.hidden = false;
  try {
    await generate();
  } catch (error) {
    if (error.name !== "AbortError") told.textContent = form.dataset.failed;
  } finally {
    run.disabled = false;
    stop.hidden = true;
  }
});

stop.addEventListener("click", () => leaving?.abort());
