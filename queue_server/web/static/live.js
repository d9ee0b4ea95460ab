// Keeps the live parts of a page up to date by server-sent events. The server sends every part again after a reconnect,
// so a page that was cut off shows the truth by itself. Without this script the page is a still picture.
import { morph } from "./morph.js";

const SILENCE_MS = 12000;

export function follow(root, { changed = () => {}, over = () => location.reload(), lost = () => {} } = {}) {
  let pressed = false;
  let held = {};
  let heardAt = Date.now();

  const put = (parts) => {
    for (const [id, html] of Object.entries(parts)) {
      const element = document.getElementById(id);
      if (element) morph(element, html);
    }
    tick();
    changed();
  };
  const take = (parts) => {
    if (pressed) Object.assign(held, parts); // a button must not be swapped under a finger
    else put(parts);
  };
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    window.addEventListener(end, () => setTimeout(() => {
      pressed = false;
      const parts = held;
      held = {};
      if (Object.keys(parts).length) put(parts);
    }, 0));
  }

  const source = new EventSource(root.dataset.live);
  const heard = () => { heardAt = Date.now(); lost(false, heardAt); };
  const gone = () => lost(true, heardAt);
  source.addEventListener("picture", (event) => { heard(); take(JSON.parse(event.data)); });
  source.addEventListener("beat", heard);
  source.addEventListener("over", () => { source.close(); over(); });
  source.addEventListener("error", () => {
    gone();
    if (source.readyState === EventSource.CLOSED) setTimeout(followAgain, 5000);
  });
  window.addEventListener("offline", gone);
  setInterval(() => { if (Date.now() - heardAt > SILENCE_MS) gone(); }, 1000);

  // The server answered, but not with a stream (it is starting, or the log-in is over): the page itself will say which.
  async function followAgain() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) { location.reload(); return; }
    } catch { /* still away */ }
    setTimeout(followAgain, 5000);
  }
}

// Says in `note` since when nothing has come, or nothing any more.
export function tellLost(note, gone, heardAt) {
  if (note.hidden !== gone) return;
  const at = new Date(heardAt).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  note.textContent = gone ? note.dataset.text.replace("{time}", at) : "";
  note.hidden = !gone;
}

export function tick() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor((now - Number(time.dataset.since)) / 1000));
    const hours = Math.floor(seconds / 3600);
    const two = (n) => String(n).padStart(2, "0");
    const rest = `${Math.floor((seconds % 3600) / 60)}:${two(seconds % 60)}`;
    time.textContent = hours ? `${hours}:${rest.padStart(5, "0")}` : rest;
  }
  for (const time of document.querySelectorAll("time[data-until]")) {
    time.textContent = String(Math.max(0, Math.ceil((Number(time.dataset.until) - now) / 1000)));
  }
}

setInterval(tick, 1000);
tick();
