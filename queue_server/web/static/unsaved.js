// Asks before a form with data-leave is left with something typed and not saved.
for (const form of document.querySelectorAll("form[data-leave]")) {
  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}
