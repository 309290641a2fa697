// A voice note is recorded where the browser can; the file field beside it works without.
const MOST_SECONDS = 600;
const TYPES = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"]];

function civil(box) {
  // The bank's clock, not the device's: the page says what it was when it was made.
  return new Date(Date.parse(`${box.dataset.now}Z`) + performance.now()).toISOString().slice(0, 16);
}

function prepare(box) {
  const [type, ending] = TYPES.find(([one]) => MediaRecorder.isTypeSupported(one)) || [];
  if (!type) return;
  const [field, press, time, player] = ["input[type=file]", "button", "output", "audio"].map((one) => box.querySelector(one));
  const moment = box.closest("form").querySelector("[name=happened_at]");
  let recorder = null;
  let ticks = 0;

  function filed(parts) {
    const file = new File(parts, `voice.${ending}`, { type: type.split(";")[0] });
    const held = new DataTransfer();
    held.items.add(file);
    field.files = held.files;
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(file);
    player.hidden = false;
  }

  function stop() {
    clearInterval(ticks);
    if (recorder?.state === "recording") recorder.stop();
    recorder = null;
    press.textContent = box.dataset.again;
  }

  async function start() {
    let sound;
    try {
      sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      time.textContent = box.dataset.denied;
      return;
    }
    const parts = [];
    const began = Date.now();
    recorder = new MediaRecorder(sound, { mimeType: type, audioBitsPerSecond: 32000 });
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      for (const track of sound.getTracks()) track.stop();
      filed(parts);
    });
    recorder.start();
    if (moment) moment.value = civil(box);
    press.textContent = box.dataset.stop;
    const tell = () => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (seconds >= MOST_SECONDS) stop();
    };
    tell();
    ticks = setInterval(tell, 500);
  }

  press.hidden = false;
  press.addEventListener("click", () => (recorder ? stop() : start()));
}

if (navigator.mediaDevices?.getUserMedia && window.MediaRecorder) {
  document.querySelectorAll("[data-recorder]").forEach(prepare);
}
