// A page that looks on: it says when its connection is lost, and in its title what has changed.
import { follow } from "./live.js";

const note = document.getElementById("lost");

function retitle() {
  const title = document.querySelector("[data-title]")?.dataset.title;
  if (title && document.title !== title) document.title = title;
  document.dispatchEvent(new CustomEvent("picture"));
}

follow(document.body, {
  changed: retitle,
  lost: (gone, heardAt) => {
    document.body.classList.toggle("lost", gone);
    if (note.hidden !== gone) return;
    const at = new Date(heardAt).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
    note.textContent = gone ? note.dataset.text.replace("{time}", at) : "";
    note.hidden = !gone;
  },
});
retitle();
