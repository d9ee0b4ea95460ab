// The clerk console: keys, buttons, dialogs. One press is one request with one id, kept on every retry.
import { follow, tellLost } from "./live.js";

const desk = document.getElementById("desk");
const lostNote = document.getElementById("lost");
const toast = document.getElementById("toast");
const RETRY_MS = [500, 1000, 2000, 4000];
const KEPT_MS = 3000;
let pending = false;
let onTheWay = ""; // the function key whose answer is awaited
let kept = null; // the newest other key that was pressed meanwhile
let unseen = ""; // the verb that was done last, until the console shows what came of it
let pictures = 0;
let connected = true;
let shown = "";

const dialogs = () => [...document.querySelectorAll("dialog")];
const buttons = () => desk.querySelectorAll("button[data-do]");
const now = () => document.getElementById("can")?.dataset || {};

function allow() {
  const can = new Set((now().can || "").split(" "));
  can.add("requeue");
  for (const button of buttons()) {
    const verb = button.dataset.do;
    button.disabled = pending || !connected || !can.has(verb);
    if (verb === "open") button.hidden = !can.has("open");
    if (verb === "pause") button.hidden = can.has("open");
  }
  for (const busy of document.querySelectorAll("#leave .busy")) busy.hidden = !now().number;
  document.querySelector("#leave [name=close]").disabled = !can.has("close");
  name("leave", now().number);
}

// Somebody else has come to the window: the clerk, who may have looked far down the list, sees whom.
function show() {
  if (now().number && now().number !== shown) document.getElementById("now").scrollIntoView({ block: "nearest" });
  shown = now().number;
}

function name(dialog, number) {
  const place = document.querySelector(`#${dialog} .chosen`);
  if (place && place.textContent !== (number || "")) place.textContent = number || "";
}

function tell(text, bad = false) {
  toast.textContent = text;
  toast.className = text ? (bad ? "bad shown" : "shown") : "";
  clearTimeout(tell.timer);
  if (text !== desk.dataset.sending) tell.timer = setTimeout(() => { toast.className = ""; }, bad ? 8000 : 3000);
}

async function ask(verb, fields) {
  if (pending || !connected) return;
  pending = true;
  onTheWay = desk.querySelector(`button[data-verb="${verb}"]`)?.dataset.key || "";
  kept = null;
  const again = verb === unseen;
  const before = pictures;
  allow();
  tell("");
  const slow = setTimeout(() => tell(desk.dataset.sending), 1000);
  const body = JSON.stringify({ ...fields, verb, request_id: newId() });
  try {
    const response = await sendUntilAnswered(body);
    clearTimeout(slow);
    tell("");
    await answered(response, verb, again);
  } finally {
    clearTimeout(slow);
    pending = false;
    allow();
    if (kept) kept.until = Date.now() + KEPT_MS;
    if (pictures !== before) goOn();
  }
}

// A key that was pressed while an answer was on its way is done once the console shows what came of that answer, if it is
// still one of the next steps. The same key again was meant once.
function keep(key) {
  if (key !== onTheWay) kept = { key, until: Infinity };
}

function goOn() {
  if (!kept || pending || dialogs().some((dialog) => dialog.open)) return;
  const { key, until } = kept;
  if (Date.now() > until) kept = null;
  else if (pressKey(key)) kept = null;
}

function pressKey(key) {
  const button = [...desk.querySelectorAll(`button[data-key="${key}"]`)].find((one) => !one.hidden && !one.disabled);
  if (button) press(button);
  return Boolean(button);
}

async function sendUntilAnswered(body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF": desk.dataset.csrf };
  for (const pause of [...RETRY_MS, 0]) {
    try {
      const response = await fetch("/console/command", { method: "POST", headers, body });
      if (response.status !== 503) return response;
    } catch { /* the connection broke: the same request, with the same id, goes out again */ }
    if (pause) await new Promise((done) => setTimeout(done, pause));
  }
  return null;
}

// The same press `again`, before the console has shown what came of the first, is refused: it was meant once, and is done.
async function answered(response, verb, again) {
  if (response === null || !response.ok) kept = null; // nobody knows what came of the press before it
  if (response === null) return tell(desk.dataset.noAnswer, true);
  if (response.status === 401 || response.status === 409) return location.reload();
  const content = await response.json().catch(() => ({}));
  if (!response.ok) return tell(desk.dataset.broken, true);
  if (again && content.code === "wrong-state") return undefined;
  unseen = content.status === "ok" ? verb : "";
  if (content.message) tell(content.message, content.status === "error" && content.code !== "nothing-waiting");
  return undefined;
}

// crypto.randomUUID exists on secure pages only, and a hall's network often has no TLS.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function press(button) {
  const { verb, ticket, number } = button.dataset;
  if (button.disabled || button.hidden) return;
  if (verb === "transfer") askTransfer();
  else if (verb === "pause-window") askPause();
  else if (verb === "call-ticket") askReason(ticket, number);
  else ask(verb, ticket ? { ticket } : {});
}

function askTransfer() {
  open("transfer", now().number, (form) => {
    const [key, value] = form.elements.to.value.split(":");
    ask("transfer", { [key]: value, return: form.elements.return.checked });
  });
}

function askReason(ticket, number) {
  open("choose", number, (form) => {
    ask("call-ticket", { ticket, reason: form.elements.preset.value || form.elements.other.value.trim() });
  });
}

function askPause() {
  open("pause", "", (form) => ask("pause-window", { reason: form.elements.preset.value }));
}

function open(id, number, done) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  form.reset();
  need(form);
  name(id, number);
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "ok") done(form); };
  dialog.showModal();
}

// A reason of one's own is written, or the dialog stays open and says so.
function need(form) {
  if (form.elements.other) form.elements.other.required = form.elements.preset.value === "";
}

document.addEventListener("change", (event) => { if (event.target.name === "preset") need(event.target.form); });

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.do) press(button);
  else if (button.dataset.open) document.getElementById(button.dataset.open).showModal();
  else if (button.hasAttribute("data-close")) button.closest("dialog").close();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.key === "Enter" && event.target.nodeName === "SELECT") {
    event.preventDefault(); // Enter sends the dialog, from wherever one is in it
    event.target.form.requestSubmit(event.target.form.querySelector("[value=ok]"));
    return;
  }
  const wanted = desk.querySelectorAll(`button[data-key="${event.key}"]`);
  if (!wanted.length) return;
  event.preventDefault(); // F3, F6, F7 and F10 mean something to browsers
  if (event.repeat || dialogs().some((dialog) => dialog.open)) return;
  if (pending) keep(event.key);
  else pressKey(event.key);
});

document.querySelector('#choose input[name="other"]').addEventListener("input", (event) => {
  if (event.target.value) document.querySelector('#choose input[name="preset"][value=""]').checked = true;
  need(event.target.form);
});

follow(desk, {
  changed: () => { pictures += 1; unseen = ""; allow(); show(); goOn(); },
  lost: (gone, heardAt) => {
    if (connected === !gone) return;
    connected = !gone;
    tellLost(lostNote, gone, heardAt);
    document.body.classList.toggle("lost", gone);
    allow();
  },
});
allow();
shown = now().number;
