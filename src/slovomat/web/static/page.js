// Two comforts of every page; all works without them.
// First: a button marked with data-copy copies the text beside it. It is hidden where this does not run.

const SHOWN_MS = 1600;

function ready(root) {
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

async function copy(button) {
  const text = button.parentElement.querySelector(".pick").textContent;
  await navigator.clipboard.writeText(text);
  const label = button.querySelector("span");
  const before = label.textContent;
  if (button.dataset.copied) return;
  button.dataset.copied = "yes";
  label.textContent = button.dataset.done;
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.copied;
  }, SHOWN_MS);
}

if (navigator.clipboard) {
  ready(document);
  document.addEventListener("htmx:afterSwap", () => ready(document));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}

// Second: a menu of the bar closes when something else is clicked, or by Escape.
function close(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close(null);
});
