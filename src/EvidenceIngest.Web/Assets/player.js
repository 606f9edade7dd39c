// Plays a recording: one time line over all its chapters, pictures while scrubbing, the waveform, frames, and the transcript that follows.
"use strict";

(() => {
  const speeds = [0.25, 0.5, 1, 1.5, 2, 4];
  const players = new WeakMap();

  const clock = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const rest = `${String(Math.floor(s / 60) % 60).padStart(s >= 3600 ? 2 : 1, "0")}:${String(s % 60).padStart(2, "0")}`;
    return s >= 3600 ? `${Math.floor(s / 3600)}:${rest}` : rest;
  };

  const secondsOf = (text) => text.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

  // WebVTT whose cues name a part of a sheet: "sprites-1.jpg#xywh=0,0,160,90".
  const readSprites = async (address) => {
    const text = await (await fetch(address)).text();
    const cues = [];
    for (const block of text.split(/\r?\n\r?\n/)) {
      const lines = block.split(/\r?\n/).filter((l) => l !== "");
      const times = lines.find((l) => l.includes("-->"));
      const target = lines[lines.length - 1];
      if (!times || !target) continue;
      const [name, area] = target.split("#xywh=");
      if (!area) continue;
      const [x, y, w, h] = area.split(",").map(Number);
      const [from, to] = times.split("-->").map(secondsOf);
      cues.push({ from, to, picture: new URL(name, new URL(address, location.href)).href, x, y, w, h });
    }
    return cues;
  };

  const drawWave = (canvas, wave) => {
    const width = canvas.width = Math.max(200, canvas.clientWidth);
    const context = canvas.getContext("2d");
    const middle = canvas.height / 2;
    const pairs = wave.data.length / 2;
    context.clearRect(0, 0, width, canvas.height);
    context.fillStyle = "#5a7fb0";
    for (let x = 0; x < width; x++) {
      let low = 0, high = 0;
      const end = Math.max(Math.floor((x + 1) * pairs / width), Math.floor(x * pairs / width) + 1);
      for (let i = Math.floor(x * pairs / width); i < end && i < pairs; i++) {
        low = Math.min(low, wave.data[2 * i]);
        high = Math.max(high, wave.data[2 * i + 1]);
      }
      const scale = middle / (1 << (wave.bits - 1));
      context.fillRect(x, middle - high * scale, 1, Math.max(1, (high - low) * scale));
    }
  };

  const follow = (at) => {
    let now = null;
    for (const segment of document.querySelectorAll("[data-start]")) {
      const inside = at >= Number(segment.dataset.start) && at < Number(segment.dataset.end);
      if (segment.classList.toggle("now", inside)) now = segment;
    }
    const list = now?.closest(".segments");
    if (list && list.dataset.now !== now.dataset.start) {
      list.dataset.now = now.dataset.start;
      list.scrollTop = now.offsetTop - list.offsetTop - list.clientHeight / 3;
    }
  };

  window.evidencePlayer = {
    attach(frame, options) {
      const media = frame.querySelector("[data-media]");
      const seek = frame.querySelector("[data-seek]");
      const preview = frame.querySelector("[data-preview]");
      const speed = frame.querySelector("[data-speed]");
      const clockOut = frame.querySelector("[data-clock]");
      const ending = new AbortController();
      const on = (target, name, what) => target.addEventListener(name, what, { signal: ending.signal });

      const go = (at) => { media.currentTime = Math.min(Math.max(0, at), media.duration || at); };
      const toggle = () => (media.paused ? media.play().catch(() => {}) : media.pause());
      const step = (by) => { media.pause(); go(media.currentTime + by * options.frame); };
      const changeSpeed = (to) => { media.playbackRate = to; speed.value = String(to); };
      const show = () => {
        seek.value = media.currentTime;
        const said = `${clock(media.currentTime)} / ${clock(media.duration || 0)}`;
        clockOut.textContent = said;
        seek.setAttribute("aria-valuetext", said);
        follow(media.currentTime);
      };
      const acts = {
        toggle, back: () => go(media.currentTime - 5), forward: () => go(media.currentTime + 5), "frame-back": () => step(-1), frame: () => step(1),
      };

      on(media, "loadedmetadata", () => { seek.max = media.duration; if (options.from > 0) go(options.from); show(); });
      on(media, "timeupdate", show);
      on(media, "seeked", show);
      on(media, "click", toggle);
      on(seek, "input", () => go(Number(seek.value)));
      on(speed, "change", () => { media.playbackRate = Number(speed.value); });
      on(frame, "click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());
      on(frame, "keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || (event.target.tagName === "SELECT")) return;
        const onButton = event.target.tagName === "BUTTON";
        const keys = {
          ArrowLeft: acts.back, ArrowRight: acts.forward, ",": acts["frame-back"], ".": acts.frame, "，": acts["frame-back"], "。": acts.frame,
          ArrowUp: () => changeSpeed(speeds[Math.min(speeds.length - 1, speeds.indexOf(media.playbackRate) + 1)]),
          ArrowDown: () => changeSpeed(speeds[Math.max(0, speeds.indexOf(media.playbackRate) - 1)]),
        };
        if (event.key === " " && !onButton) keys[" "] = toggle;
        const act = keys[event.key];
        if (act) { event.preventDefault(); act(); }
      });
      // Segments of the transcript lie beside the player.
      on(document, "click", (event) => {
        const start = event.target.closest?.("[data-seek-to]")?.dataset.seekTo;
        if (start !== undefined) { go(Number(start)); media.play().catch(() => {}); }
      });

      players.set(frame, { media, ending, go });
      if (media.readyState >= 1) media.dispatchEvent(new Event("loadedmetadata"));
      if (options.waveform) {
        fetch(options.waveform).then((answer) => answer.json()).then((wave) => drawWave(frame.querySelector("[data-wave]"), wave)).catch(() => {});
      }
      if (options.sprites) {
        readSprites(options.sprites).then((cues) => {
          on(seek, "mousemove", (event) => {
            const share = event.offsetX / seek.clientWidth;
            const at = share * (media.duration || 0);
            const cue = cues.find((c) => at >= c.from && at < c.to);
            preview.hidden = !cue;
            if (!cue) return;
            Object.assign(preview.style, {
              width: `${cue.w}px`, height: `${cue.h}px`, backgroundImage: `url("${cue.picture}")`, backgroundPosition: `-${cue.x}px -${cue.y}px`,
              left: `${Math.min(Math.max(0, event.offsetX - cue.w / 2), seek.clientWidth - cue.w)}px`,
            });
            preview.dataset.at = clock(at);
          });
          on(seek, "mouseleave", () => { preview.hidden = true; });
        }).catch(() => {});
      }
    },

    at: (frame) => players.get(frame)?.media.currentTime ?? 0,

    // Plays from the time that stands at the beginning of the line where the cursor is: "[00:01:05…".
    playLine(text) {
      const before = text.value.slice(0, text.selectionStart);
      const line = text.value.slice(before.lastIndexOf("\n") + 1).split("\n")[0];
      const time = /^[[【]([0-9:.]+)/.exec(line)?.[1];
      const media = document.querySelector("[data-media]");
      if (!time || !media) return false;
      media.currentTime = secondsOf(time);
      media.play().catch(() => {});
      return true;
    },

    // GPX as a plain path: metres from the middle, north up. Answers what was drawn, or null.
    async drawTrack(target, address) {
      const gpx = new DOMParser().parseFromString(await (await fetch(address)).text(), "application/xml");
      const points = [...gpx.getElementsByTagName("trkpt")].map((p) => ({ lat: Number(p.getAttribute("lat")), lon: Number(p.getAttribute("lon")) }))
        .filter((p) => Number.isFinite(p.lat) && Number.isFinite(p.lon) && Math.abs(p.lat) <= 90 && Math.abs(p.lon) <= 180);
      if (points.length === 0) return null;
      const degree = 111_320;
      const across = Math.cos(points[0].lat * Math.PI / 180) * degree;
      const at = points.map((p) => ({ x: (p.lon - points[0].lon) * across, y: (points[0].lat - p.lat) * degree }));
      const metres = at.slice(1).reduce((sum, p, i) => sum + Math.hypot(p.x - at[i].x, p.y - at[i].y), 0);
      const [left, right] = [Math.min(...at.map((p) => p.x)), Math.max(...at.map((p) => p.x))];
      const [top, bottom] = [Math.min(...at.map((p) => p.y)), Math.max(...at.map((p) => p.y))];
      const size = Math.max(right - left, bottom - top, 20) * 1.2;
      const [x, y] = [(left + right - size) / 2, (top + bottom - size) / 2];
      const make = (name, attributes, text) => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        if (text) made.textContent = text;
        return made;
      };
      const scale = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((s) => s > size / 6) ?? Math.round(size / 6);
      const svg = make("svg", { viewBox: `${x} ${y} ${size} ${size}` });
      const last = at[at.length - 1];
      svg.append(
        make("polyline", { points: at.map((p) => `${p.x.toFixed(2)},${p.y.toFixed(2)}`).join(" "), "stroke-width": size / 120 }),
        make("circle", { cx: at[0].x, cy: at[0].y, r: size / 50, class: "start", "stroke-width": size / 150 }),
        make("circle", { cx: last.x, cy: last.y, r: size / 50, class: "end" }),
        make("line", { x1: x + size * 0.05, y1: y + size * 0.95, x2: x + size * 0.05 + scale, y2: y + size * 0.95, "stroke-width": size / 150 }),
        make("text", { x: x + size * 0.05, y: y + size * 0.92, "font-size": size / 22 }, scale < 1000 ? `${scale} m` : `${scale / 1000} km`));
      target.replaceChildren(svg);
      const said = (p) => `${p.lat.toFixed(6)}, ${p.lon.toFixed(6)}`;
      return { points: points.length, metres, start: said(points[0]), end: said(points[points.length - 1]) };
    },

    detach(frame) {
      players.get(frame)?.ending.abort();
      players.delete(frame);
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.key.toLowerCase() === "p" && event.target.matches?.("textarea[data-lines]")) {
      event.preventDefault();
      window.evidencePlayer.playLine(event.target);
    }
  });
})();
