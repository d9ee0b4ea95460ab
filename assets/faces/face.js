// One face of the hall, seen and touched through noVNC; connects again by itself.
import RFB from "./core/rfb.js";

const query = new URLSearchParams(location.search);
document.title = query.get("title") ?? "叫号";
const message = document.getElementById("message");
const scheme = location.protocol === "https:" ? "wss" : "ws";

function connect() {
  const address = `${scheme}://${location.host}/websockify?token=${encodeURIComponent(query.get("name"))}`;
  const view = new RFB(document.getElementById("screen"), address);
  view.scaleViewport = true;
  view.addEventListener("connect", () => (message.hidden = true));
  view.addEventListener("disconnect", () => {
    message.textContent = "画面已断开，正在重新连接… Reconnecting…";
    message.hidden = false;
    setTimeout(connect, 2000);
  });
}

connect();
