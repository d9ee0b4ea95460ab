// What was typed into a form outlives a log-in that had ended: when the server did not take the form, the next page of the
// same address and account has it again. It stays in this tab, and goes with the next page that comes in order.
const KEY = "kept-form";
const { who, kept: words } = document.body.dataset;
const typedIn = "input:not([type=hidden]):not([type=file]), select, textarea";

const read = () => JSON.parse(sessionStorage.getItem(KEY) || "null");
const alike = (action) => [...document.forms].filter((form) => form.method === "post" && form.getAttribute("action") === action);

window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !who || form.method !== "post") return;
  if (!form.querySelector(typedIn) || form.querySelector("[type=password]")) return;
  const action = form.getAttribute("action");
  const path = new URL(form.action).pathname === location.pathname ? location.pathname + location.search : action;
  const fleeting = new Set(["csrf", ...[...form.querySelectorAll("[data-fleeting]")].map((field) => field.name)]);
  const fields = [...new FormData(form)].filter(([name, value]) => !fleeting.has(name) && typeof value === "string");
  const kept = { who, path, action, index: alike(action).indexOf(form), fields };
  try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* larger than a browser keeps */ }
});

function refused() {
  const kept = read();
  if (!kept) return;
  sessionStorage.setItem(KEY, JSON.stringify({ ...kept, refused: true }));
  for (const link of document.querySelectorAll("[data-back]")) {
    link.href = link.dataset.back === "log-in" ? `/log-in?next=${encodeURIComponent(kept.path)}` : kept.path;
    link.hidden = false;
  }
}

function restore() {
  const kept = read();
  sessionStorage.removeItem(KEY);
  if (!kept?.refused || kept.who !== who || kept.path !== location.pathname + location.search) return;
  const form = alike(kept.action)[kept.index];
  if (!form) return;
  const values = new Map();
  for (const [name, value] of kept.fields) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.elements) {
    const left = values.get(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(left?.includes(field.value));
    else if (left?.length) field.value = left.shift();
  }
  for (const name of [...form.elements].map((field) => field.name)) values.delete(name);
  for (const [name, left] of values) for (const value of left) form.append(hidden(name, value)); // rows that this page has not
  form.dispatchEvent(new Event("input", { bubbles: true }));
  const note = document.createElement("p");
  note.className = "notice-strip";
  note.setAttribute("role", "status");
  note.textContent = words;
  form.prepend(note);
  note.scrollIntoView({ block: "center" });
}

function hidden(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  return field;
}

if (document.querySelector("[data-refused]")) refused();
else if (who) restore();
