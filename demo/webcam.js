// Record a clip with the webcam and send it like a file. Runs inside a gr.HTML component, which
// provides element, props, trigger and upload; its value becomes {path}. Pictures only, no sound.

const video = element.querySelector("video");
const said = element.querySelector("[role=status]");
const [open, record, close] = ["open", "record", "close"].map((name) => element.querySelector(`.${name}`));
const KINDS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];

let stream = null;
let recorder = null;
let clock = null;

function show(state) {
  video.hidden = state === "closed";
  open.hidden = state !== "closed";
  record.hidden = close.hidden = state === "closed";
  record.textContent = state === "recording" ? "Stop" : "Record";
  record.classList.toggle("on", state === "recording");
}

function shut() {
  clearInterval(clock);
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = recorder = null;
  video.srcObject = null;
  show("closed");
}

async function begin() {
  if (!navigator.mediaDevices) {
    said.textContent = "The browser gives no access to the webcam: the page must be opened by https or on this machine.";
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 1280 }, facingMode: "environment" }, audio: false,
    });
  } catch (error) {
    said.textContent = error.name === "NotAllowedError"
      ? "The browser was not allowed to use the webcam."
      : "No webcam was found, or another program is using it.";
    return;
  }
  video.srcObject = stream;
  await video.play();
  said.textContent = "";
  show("open");
  record.focus();
}

function start() {
  const kind = KINDS.find((each) => MediaRecorder.isTypeSupported(each));
  const parts = [];
  recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => send(new Blob(parts, { type: recorder ? recorder.mimeType : kind }));
  const began = Date.now();
  clock = setInterval(() => {
    const seconds = (Date.now() - began) / 1000;
    said.textContent = `Recording, ${seconds.toFixed(0)} of ${props.seconds} s`;
    if (seconds >= props.seconds) stop();
  }, 250);
  recorder.start(500);
  show("recording");
}

function stop() {
  clearInterval(clock);
  if (recorder && recorder.state !== "inactive") recorder.stop();
}

async function send(clip) {
  shut();
  said.textContent = "Sending the recording…";
  const name = clip.type.includes("mp4") ? "webcam.mp4" : "webcam.webm";
  try {
    const { path } = await upload(new File([clip], name, { type: clip.type.split(";")[0] }));
    props.value = { path };
    said.textContent = "";
    trigger("recorded");
  } catch {
    said.textContent = "The recording could not be sent; please try a shorter one.";
  }
}

open.addEventListener("click", begin);
record.addEventListener("click", () => (recorder ? stop() : start()));
close.addEventListener("click", shut);
