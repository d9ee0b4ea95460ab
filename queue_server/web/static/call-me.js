// Rings, vibrates and keeps the screen on for somebody whose telephone is in a pocket. Browsers allow sound only after a tap.
const button = document.getElementById("call-me");
let sound = null;
let rung = false;

const waiting = () => document.getElementById("ticket")?.querySelector("dl");

function ring(times) {
  navigator.vibrate?.(Array(times).fill([400, 200]).flat());
  for (let beat = 0; beat < times; beat += 1) {
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    loudness.gain.value = 0.3;
    tone.frequency.value = beat % 2 ? 660 : 880;
    tone.connect(loudness).connect(sound.destination);
    tone.start(sound.currentTime + beat * 0.6);
    tone.stop(sound.currentTime + beat * 0.6 + 0.4);
  }
}

async function stayOn() {
  try { await navigator.wakeLock?.request("screen"); } catch { /* the telephone saves its battery */ }
}

button?.addEventListener("click", () => {
  sound = new AudioContext();
  ring(1);
  stayOn();
  button.textContent = button.dataset.on;
  button.disabled = true;
});

document.addEventListener("picture", () => {
  const called = document.getElementById("called") !== null;
  if (button) button.hidden = !waiting() && !(sound && called);
  if (sound && called && !rung) ring(6);
  rung = called;
});
document.addEventListener("visibilitychange", () => { if (sound && document.visibilityState === "visible") stayOn(); });
