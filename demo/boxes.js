// Draw boxes on a picture: mouse, finger, pen or keyboard. Runs inside a gr.HTML component, which
// provides element, props and watch; its value is {picture, size: [w, h], boxes: [[x, y, w, h]]}
// with everything in pixels of the frame, whatever the size on the screen.

const COLORS = ["#1fd083", "#6fa8ff", "#ffb04d", "#e58cf5", "#4fd6e8", "#ff86a6", "#d2e055", "#b3a4ff"];
const GRIP = { mouse: 9, pen: 12, touch: 22 }; // how near a corner is taken hold of, CSS pixels
const SMALLEST = 1; // frame pixels

const stage = element.querySelector(".stage");
const image = element.querySelector("img");
const canvas = element.querySelector("canvas");
const text = element.querySelector("textarea");
const said = element.querySelector("[role=status]");
const hint = element.querySelector(".hint");

let size = [0, 0];
let boxes = [];
let selected = -1;
let drag = null; // {anchor: [x, y], index, grown, start: [clientX, clientY]}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const round = (value) => Math.round(value * 10) / 10;

function toFrame(event) {
  const area = canvas.getBoundingClientRect();
  return [
    clamp(((event.clientX - area.left) / area.width) * size[0], 0, size[0]),
    clamp(((event.clientY - area.top) / area.height) * size[1], 0, size[1]),
  ];
}

function between([x0, y0], [x1, y1]) {
  const left = round(Math.min(x0, x1));
  const top = round(Math.min(y0, y1));
  return [left, top, round(Math.max(x0, x1) - left), round(Math.max(y0, y1) - top)];
}

function corners([x, y, w, h]) {
  return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
}

// The corner of a box under the pointer, as {index, anchor}: the corner opposite stays.
function cornerAt(event) {
  const area = canvas.getBoundingClientRect();
  const reach = GRIP[event.pointerType] ?? GRIP.mouse;
  for (let index = boxes.length - 1; index >= 0; index--) {
    const all = corners(boxes[index]);
    for (let corner = 0; corner < 4; corner++) {
      const x = area.left + (all[corner][0] / size[0]) * area.width;
      const y = area.top + (all[corner][1] / size[1]) * area.height;
      if (Math.hypot(event.clientX - x, event.clientY - y) <= reach) {
        return { index, anchor: all[(corner + 2) % 4] };
      }
    }
  }
  return null;
}

function boxAt([x, y]) {
  const inside = ([bx, by, w, h]) => x >= bx && x <= bx + w && y >= by && y <= by + h;
  const found = boxes.map((box, index) => ({ box, index })).filter(({ box }) => inside(box));
  found.sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3]);
  return found.length ? found[0].index : -1;
}

function say(message, problem = false) {
  said.textContent = message;
  said.classList.toggle("shown", problem);
}

function commit(message) {
  text.value = boxes.map((box) => box.join(", ")).join("\n");
  text.removeAttribute("aria-invalid");
  props.value = { ...props.value, boxes: boxes.map((box) => [...box]) };
  say(message);
  paint();
}

function paint() {
  const ready = size[0] > 0;
  stage.hidden = !ready;
  hint.hidden = !ready || boxes.length > 0 || drag !== null;
  for (const button of element.querySelectorAll("button")) button.disabled = boxes.length === 0;
  if (!ready) return;
  const scale = window.devicePixelRatio || 1;
  const area = canvas.getBoundingClientRect();
  canvas.width = Math.round(area.width * scale);
  canvas.height = Math.round(area.height * scale);
  const pen = canvas.getContext("2d");
  pen.setTransform(canvas.width / size[0], 0, 0, canvas.height / size[1], 0, 0);
  const pixel = size[0] / area.width; // a CSS pixel in frame pixels
  boxes.forEach((box, index) => paintBox(pen, box, index, pixel));
}

function paintBox(pen, [x, y, w, h], index, pixel) {
  const color = COLORS[index % COLORS.length];
  const chosen = index === selected;
  for (const [style, width] of [["rgba(10, 12, 16, .75)", 4.5], [color, 2.2]]) {
    pen.strokeStyle = style;
    pen.lineWidth = width * pixel;
    pen.strokeRect(x, y, w, h);
  }
  const side = (chosen ? 9 : 6) * pixel;
  for (const [cx, cy] of corners([x, y, w, h])) {
    pen.fillStyle = chosen ? "#fff" : color;
    pen.fillRect(cx - side / 2, cy - side / 2, side, side);
  }
  const label = 18 * pixel;
  const top = y >= label ? y - label : Math.min(y + h, size[1] - label);
  pen.fillStyle = color;
  pen.fillRect(clamp(x - pixel, 0, size[0] - label), top, label, label);
  pen.fillStyle = "#10131a";
  pen.font = `600 ${12 * pixel}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(index + 1, clamp(x - pixel, 0, size[0] - label) + label / 2, top + label / 2);
}

function remove(index) {
  if (index < 0 || index >= boxes.length) return;
  boxes.splice(index, 1);
  selected = Math.min(index, boxes.length - 1);
  commit(`Box ${index + 1} removed, ${boxes.length} left.`);
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || drag) return;
  event.preventDefault();
  canvas.focus({ preventScroll: true });
  canvas.setPointerCapture(event.pointerId);
  const held = cornerAt(event);
  const start = [event.clientX, event.clientY];
  drag = held
    ? { ...held, start, grown: true, before: [...boxes[held.index]] }
    : { index: boxes.length, anchor: toFrame(event), start, grown: false };
  if (held) selected = held.index;
});

canvas.addEventListener("pointermove", (event) => {
  if (!drag) {
    canvas.style.cursor = cornerAt(event) ? "nwse-resize" : "crosshair";
    return;
  }
  const far = Math.hypot(event.clientX - drag.start[0], event.clientY - drag.start[1]);
  drag.grown ||= far > 3;
  if (!drag.grown) return;
  boxes[drag.index] = between(drag.anchor, toFrame(event));
  selected = drag.index;
  paint();
});

function finish(event) {
  if (!drag) return;
  const { index, grown } = drag;
  if (grown && event.type === "pointerup") boxes[index] = between(drag.anchor, toFrame(event));
  const point = drag.anchor;
  drag = null;
  if (!grown) {
    selected = boxAt(point); // a tap selects
    paint();
  } else if (boxes[index][2] < SMALLEST || boxes[index][3] < SMALLEST) {
    boxes.splice(index, 1);
    selected = -1;
    commit("Too small for a box.");
  } else {
    selected = index;
    commit(`Box ${index + 1}: ${boxes[index].join(", ")}.`);
  }
}
canvas.addEventListener("pointerup", finish);
canvas.addEventListener("pointercancel", finish);

canvas.addEventListener("keydown", (event) => {
  const step = event.ctrlKey ? 10 : 1;
  const [dx, dy] = {
    ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step],
  }[event.key] ?? [0, 0];
  if ((dx || dy) && selected >= 0) {
    const [x, y, w, h] = boxes[selected];
    boxes[selected] = event.shiftKey
      ? [x, y, round(clamp(w + dx, SMALLEST, size[0] - x)), round(clamp(h + dy, SMALLEST, size[1] - y))]
      : [round(clamp(x + dx, 0, size[0] - w)), round(clamp(y + dy, 0, size[1] - h)), w, h];
    commit(`Box ${selected + 1}: ${boxes[selected].join(", ")}.`);
  } else if (event.key === "n" || event.key === "N") {
    boxes.push([size[0] * 0.4, size[1] * 0.4, size[0] * 0.2, size[1] * 0.2].map(Math.round));
    selected = boxes.length - 1;
    commit(`Box ${boxes.length}: ${boxes[selected].join(", ")}.`);
  } else if ((event.key === "s" || event.key === "S") && boxes.length) {
    selected = (selected + 1) % boxes.length;
    say(`Box ${selected + 1} selected: ${boxes[selected].join(", ")}.`);
    paint();
  } else if ((event.key === "Delete" || event.key === "Backspace") && selected >= 0) {
    remove(selected);
  } else {
    return;
  }
  event.preventDefault();
});

text.addEventListener("input", () => {
  const rows = text.value.split("\n").map((row) => row.trim()).filter(Boolean);
  const read = rows.map((row) => row.split(/[\s,;]+/).filter(Boolean).map(Number));
  const good = read.every((row) => row.length === 4 && row.every(Number.isFinite));
  text.toggleAttribute("aria-invalid", !good);
  say(good ? "" : "Write one box per line: x, y, width, height.", !good);
  if (!good) return;
  boxes = read;
  selected = boxes.length - 1;
  props.value = { ...props.value, boxes: boxes.map((box) => [...box]) };
  paint();
});

element.querySelector(".remove").addEventListener("click", () => {
  remove(selected >= 0 ? selected : boxes.length - 1);
});
element.querySelector(".clear").addEventListener("click", () => {
  boxes = [];
  selected = -1;
  commit("All boxes removed.");
});

function load() {
  const value = props.value ?? {};
  size = value.size ?? [0, 0];
  boxes = (value.boxes ?? []).map((box) => [...box]);
  selected = boxes.length - 1;
  drag = null;
  stage.style.aspectRatio = size[0] ? `${size[0]} / ${size[1]}` : "auto";
  stage.style.setProperty("--shape", size[0] ? size[0] / size[1] : 1);
  if (value.picture) image.src = value.picture;
  else image.removeAttribute("src");
  text.value = boxes.map((box) => box.join(", ")).join("\n");
  paint();
}

watch("value", load);
new ResizeObserver(paint).observe(canvas);
load();
