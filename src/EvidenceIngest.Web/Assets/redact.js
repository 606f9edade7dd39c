// Regions drawn over the player's picture, and shown where they are at each moment.
"use strict";

(() => {
  let drawing = null;

  const shapeAt = (region, at) => {
    const frames = region.keyFrames;
    if (frames.length === 0 || (region.from !== null && at < region.from) || (region.to !== null && at >= region.to)) return null;
    const after = frames.findIndex((f) => f.at > at);
    if (after === 0) return frames[0];
    if (after < 0) return frames[frames.length - 1];
    const [a, b] = [frames[after - 1], frames[after]];
    const share = (at - a.at) / (b.at - a.at);
    const between = (name) => a[name] + (b[name] - a[name]) * share;
    return { x: between("x"), y: between("y"), width: between("width"), height: between("height") };
  };

  // The picture inside the element, which may leave bars at its sides.
  const pictureOf = (shown) => {
    const [w, h] = [shown.videoWidth || shown.naturalWidth || 16, shown.videoHeight || shown.naturalHeight || 9];
    const scale = Math.min(shown.clientWidth / w, shown.clientHeight / h);
    return { left: (shown.clientWidth - w * scale) / 2, top: (shown.clientHeight - h * scale) / 2, width: w * scale, height: h * scale };
  };

  const draw = () => {
    if (!drawing) return;
    const { layer, shown, regions, pulled } = drawing;
    const picture = pictureOf(shown);
    const at = shown.currentTime ?? 0;
    layer.replaceChildren();
    const add = (shape, kind) => {
      const box = document.createElement("div");
      box.className = kind;
      Object.assign(box.style, {
        left: `${picture.left + shape.x * picture.width}px`, top: `${picture.top + shape.y * picture.height}px`,
        width: `${shape.width * picture.width}px`, height: `${shape.height * picture.height}px`,
      });
      layer.append(box);
    };
    for (const region of regions) {
      const shape = shapeAt(region, at);
      if (shape) add(shape, `region ${region.black ? "black" : "blur"}${region.chosen ? " chosen" : ""}`);
    }
    if (pulled) add(pulled, "region pulled");
    drawing.next = requestAnimationFrame(draw);
  };

  window.evidenceRedact = {
    attach(page) {
      this.detach();
      const screen = document.querySelector(".player .screen");
      const shown = screen?.querySelector("video, img");
      if (!shown) return;
      const layer = document.createElement("div");
      layer.className = "regions";
      screen.append(layer);
      drawing = { page, screen, shown, layer, regions: [], pulled: null, next: 0 };
      const placeOf = (event) => {
        const box = shown.getBoundingClientRect();
        const picture = pictureOf(shown);
        const inside = (v) => Math.min(1, Math.max(0, v));
        return { x: inside((event.clientX - box.left - picture.left) / picture.width), y: inside((event.clientY - box.top - picture.top) / picture.height) };
      };
      let start = null;
      layer.addEventListener("pointerdown", (event) => {
        shown.pause?.();
        start = placeOf(event);
        layer.setPointerCapture(event.pointerId);
        event.preventDefault();
      });
      layer.addEventListener("pointermove", (event) => {
        if (!start) return;
        const now = placeOf(event);
        drawing.pulled = { x: Math.min(start.x, now.x), y: Math.min(start.y, now.y), width: Math.abs(start.x - now.x), height: Math.abs(start.y - now.y) };
      });
      layer.addEventListener("pointerup", () => {
        const done = drawing?.pulled;
        start = null;
        if (!drawing) return;
        drawing.pulled = null;
        // A click is no region.
        if (done && done.width > 0.005 && done.height > 0.005) {
          drawing.page.invokeMethodAsync("DrawnAsync", shown.currentTime ?? 0, done.x, done.y, done.width, done.height);
        }
      });
      draw();
    },

    show(regions) {
      if (drawing) drawing.regions = regions;
    },

    detach() {
      if (!drawing) return;
      cancelAnimationFrame(drawing.next);
      drawing.layer.remove();
      drawing = null;
    },
  };
})();
