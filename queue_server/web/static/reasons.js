// What was ticked and written stays when the page changes its language or its letters: this tab keeps it until the page is there again.
const KEY = "reasons";
const form = document.getElementById("why");
const kept = JSON.parse(sessionStorage.getItem(KEY) || "null");
sessionStorage.removeItem(KEY);

if (kept?.action === form.action) {
  for (const box of form.querySelectorAll("[name=reason]")) box.checked = kept.reasons.includes(box.value);
  form.elements.text.value = kept.text;
}

document.querySelector("header").addEventListener("click", () => {
  const given = new FormData(form);
  sessionStorage.setItem(KEY, JSON.stringify({ action: form.action, reasons: given.getAll("reason"), text: given.get("text") }));
});
