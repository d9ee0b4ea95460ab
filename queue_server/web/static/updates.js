// Sends a bundle as it is, not as a form: it is far larger than what a form may be, and its progress is shown.
import "./page.js";

const form = document.getElementById("upload");
const button = document.getElementById("send");
const sent = document.getElementById("sent");
const trouble = document.getElementById("upload-trouble");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = document.getElementById("bundle-file").files[0];
  if (!file) return;
  const request = new XMLHttpRequest();
  request.open("POST", "/updates/bundle");
  request.responseType = "json";
  request.setRequestHeader("X-CSRF", form.dataset.csrf);
  request.setRequestHeader("X-Name", encodeURIComponent(file.name));
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (e) => { if (e.total) sent.value = (100 * e.loaded) / e.total; });
  request.addEventListener("loadend", () => {
    if (request.status === 200) { location.reload(); return; }
    const code = request.status === 413 ? "too-large" : request.response?.error?.code;
    trouble.textContent = trouble.getAttribute(`data-${code}`) || trouble.dataset.other;
    trouble.hidden = false;
    sent.hidden = true;
    button.disabled = false;
  });
  trouble.hidden = true;
  sent.hidden = false;
  sent.value = 0;
  button.disabled = true;
  request.send(file);
});
