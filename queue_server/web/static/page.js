// A page that looks on: it says when its connection is lost, and in its title what has changed.
import { follow, tellLost } from "./live.js";

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
    tellLost(note, gone, heardAt);
  },
});
retitle();
