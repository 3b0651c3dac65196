// Put into the page by camera.py: a camera that is a canvas, held by a hand that is never still, 15 pictures a second.
() => {
  const [WIDTH, HEIGHT, PICTURE_MS] = [1280, 720, 66];
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  let picture = null;
  let at = null;
  let shown = null;
  let opened = null;
  let asked = null;
  let before = null;

  function draw() {
    const [x, y] = [Math.random() * 6, Math.random() * 6];
    context.fillStyle = `rgb(${120 + x} 120 ${120 + y})`;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    if (picture === null) return;
    at ??= performance.now();
    context.save();
    context.translate(WIDTH / 2 + x, HEIGHT / 2 + y);
    context.rotate(0.1);
    context.drawImage(picture, -picture.width / 2, -picture.height / 2);
    context.restore();
  }

  // The time of the frame after the one that shows it, as in stopwatch.js.
  const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));

  function look() {
    const video = document.querySelector('video');
    if (opened === null && video) {
      opened = Infinity;
      video.addEventListener('playing', () => painted((now) => (opened = now - asked)), { once: true });
    }
    const result = document.querySelector('section[aria-label="Result"]');
    if (at === null || result === null || result === before) return;
    before = result;
    const from = at;
    painted((now) => (shown = now - from));
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true });
  addEventListener('click', (event) => (asked ??= event.timeStamp), true);

  const decodings = [];
  const read = CanvasRenderingContext2D.prototype.getImageData;
  CanvasRenderingContext2D.prototype.getImageData = function (...area) {
    const began = performance.now();
    const data = read.apply(this, area);
    // The decoder works on it without a break; the next task is after it.
    setTimeout(() => decodings.push(performance.now() - began));
    return data;
  };

  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(1000 / PICTURE_MS);
  setInterval(draw, PICTURE_MS);

  Object.assign(window.bench, {
    opened: () => (opened === Infinity ? null : opened),
    shown: () => shown,
    decodings: () => decodings,
    clear() {
      picture = at = shown = null;
    },
    async show(address) {
      const image = new Image();
      image.src = address;
      await image.decode();
      picture = image;
    },
  });
};
