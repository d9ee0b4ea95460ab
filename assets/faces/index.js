// Draws one live picture a face, and links to each face alone and to the web pages of the hall.
const hall = await (await fetch("hall.json")).json();
const links = document.getElementById("links");
const link = (href, text) => {
  const a = document.createElement("a");
  a.href = href;
  a.textContent = text;
  links.append(a);
};
link(hall.web + "/console", "窗口工作台 Console");
link(hall.web + "/supervisor", "大厅主管 Supervisor");
link(hall.web + "/wall", "电子屏 Displays");
for (const face of hall.faces) {
  const address = `face.html?name=${face.name}&title=${encodeURIComponent(face.title)}`;
  link(address, face.title);
  const figure = document.createElement("figure");
  figure.classList.toggle("tall", face.height > face.width);
  figure.style.setProperty("--ratio", face.width / face.height);
  const frame = document.createElement("iframe");
  frame.src = address;
  frame.title = face.title;
  const caption = document.createElement("figcaption");
  caption.textContent = face.title;
  figure.append(frame, caption);
  document.getElementById("faces").append(figure);
}

// The ticket printed last and the call said last, as soon as there are any.
const ticket = document.getElementById("ticket");
const call = document.getElementById("call");
const sound = document.getElementById("sound");
let heard = null;

function show(newest) {
  if (newest.ticket && !ticket.src.endsWith(newest.ticket)) ticket.src = newest.ticket;
  ticket.closest("figure").hidden = !newest.ticket;
  call.closest("figure").hidden = !newest.call;
  if (!newest.call || newest.call === heard) return;
  const first = heard === null;
  heard = newest.call;
  call.src = newest.call;
  if (sound.checked && !first) call.play().catch(() => (sound.checked = false));
}

async function look() {
  try {
    show(await (await fetch("newest.json", { cache: "no-store" })).json());
  } catch {
    // the hall is being closed, or nothing was made yet
  }
  setTimeout(look, 1000);
}

look();
