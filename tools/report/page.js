// SPDX-License-Identifier: GPL-2.0-or-later
"use strict";

(() => {
  const kinds = {
    ram: "RAM", reserved: "region, mapped", "no-map": "no-map", cma: "CMA area",
    kernel: "the kernel's own, or reserved without a name", refused: "to be refused or left alone",
  };
  const expectedHeight = 46, seenHeight = 24;
  const labelWidth = 118, axisHeight = 34, markHeight = 14, gap = 4, mostTableRows = 500;

  const byId = (id) => document.getElementById(id);
  const add = (parent, tag, text, properties = {}) => {
    const node = Object.assign(document.createElement(tag), properties);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };
  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const address = (hex) => Number("0x" + hex);
  const shown = (hex) => "0x" + hex.padStart(16, "0");
  const rangeText = (begin, last) => `${shown(begin)}..${shown(last)}`;
  const sizeText = (bytes) => {
    const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = 0;
    for (; bytes >= 1024 && unit + 1 < units.length; ++unit) bytes /= 1024;
    return `${Number(bytes.toPrecision(4))} ${units[unit]}`;
  };

  /* Colours follow the scheme, patterns tell kinds apart without colour. */
  let colours = {};
  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["page", "ink", "quiet", "line", "mark", "known", "pattern", ...Object.keys(kinds)])
      colours[name] = style.getPropertyValue("--" + name).trim();
  };
  const drawPattern = (context, kind, x, y, width, height) => {
    if (width < 6) return;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = kind === "refused" ? colours.quiet : colours.pattern;
    context.fillStyle = colours.pattern;
    context.lineWidth = 1;
    context.beginPath();
    if (kind === "no-map" || kind === "refused") {
      for (let at = x - (x % 6) - height; at < x + width; at += 6) {
        context.moveTo(at, y + height);
        context.lineTo(at + height, y);
      }
    } else if (kind === "cma") {
      for (let at = x - (x % 6) + 3; at < x + width; at += 6)
        for (let down = y + 3; down < y + height; down += 6) context.fillRect(at, down, 2, 2);
    }
    context.stroke();
    if (kind === "refused") context.strokeRect(x + .5, y + .5, width - 1, height - 1);
    context.restore();
  };
  const drawSpan = (context, kind, x, y, width, height) => {
    context.fillStyle = colours[kind];
    context.fillRect(x, y, width, height);
    drawPattern(context, kind, x, y, width, height);
  };
  const prepare = (canvas, height) => {
    const width = canvas.clientWidth || 800, scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = height + "px";
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    context.clearRect(0, 0, width, height);
    return [context, width];
  };

  /* The spans of a row that begin in front of `end` and end behind `begin`. */
  const visible = (spans, begin, end) => spans.filter((span) => span.begin < end && span.end > begin);

  class MemoryMap {
    constructor(place, data) {
      this.place = place;
      this.data = data;
      this.rows = data.rows.map(([name, spans]) => ({
        name,
        spans: spans.map(([begin, last, kind, text]) => ({
          begin: address(begin), end: address(last) + 1, kind, text, range: rangeText(begin, last),
        })),
      }));
      this.marks = data.marks.map(([begin, last, finding, known]) => ({
        begin: address(begin), end: address(last) + 1, finding, known, range: rangeText(begin, last),
      })).sort((a, b) => a.begin - b.begin);
      this.mark = -1;
      const all = this.rows.flatMap((row) => row.spans);
      this.whole = this.extent(all) || [0, 1];
      this.regions = this.extent(this.rows[0].spans.filter((span) => !["ram", "kernel"].includes(span.kind)));
      this.build();
      this.show(...this.withMargin(this.regions || this.whole));
    }

    extent(spans) {
      if (spans.length === 0) return null;
      let begin = Infinity, end = 0;
      for (const span of spans) {
        begin = Math.min(begin, span.begin);
        end = Math.max(end, span.end);
      }
      return [begin, end];
    }

    withMargin([begin, end]) {
      const margin = (end - begin) * .03;
      return [begin - margin, end + margin];
    }

    build() {
      const tools = add(this.place, "div", undefined, { className: "tools" });
      const button = (text, title, act) => add(tools, "button", text, { type: "button", title }).addEventListener("click", act);
      if (this.regions) button("Regions", "All regions (r)", () => this.show(...this.withMargin(this.regions)));
      button("All RAM", "All of memory (Home)", () => this.show(...this.withMargin(this.whole)));
      button("−", "Zoom out", () => this.zoom(2));
      button("+", "Zoom in", () => this.zoom(.5));
      if (this.marks.length > 0) button("Next difference", "Next difference (n)", () => this.nextMark(1));
      this.range = add(tools, "span", "", { className: "range" });
      this.overall = add(this.place, "canvas", undefined, { className: "whole" });
      this.overall.setAttribute("aria-hidden", "true");
      this.canvas = add(this.place, "canvas", undefined, { className: "rows", tabIndex: 0 });
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", `Map of physical memory, ${this.data.name}: ` +
        `${plural(this.data.regions.length, "region")}, ` +
        `${plural(this.marks.length, "difference")} marked. ` +
        "The regions follow as a table, the findings as another.");
      this.said = add(this.place, "div", "", { className: "said" });
      this.said.setAttribute("aria-live", "polite");
      this.buildLegend();
      this.buildTable();
      this.listen();
    }

    buildLegend() {
      const used = new Set(this.rows.flatMap((row) => row.spans.map((span) => span.kind)));
      this.legend = add(this.place, "ul", undefined, { className: "legend" });
      this.swatches = [];
      const entry = (draw, text) => {
        const item = add(this.legend, "li");
        this.swatches.push([add(item, "canvas"), draw]);
        add(item, "span", text);
      };
      for (const [kind, text] of Object.entries(kinds))
        if (used.has(kind)) entry((context) => drawSpan(context, kind, 0, 0, 22, 14), text);
      const mark = (known) => (context) => this.drawMark(context, 11, 14, known);
      if (this.marks.some((each) => !each.known)) entry(mark(false), "difference");
      if (this.marks.some((each) => each.known)) entry(mark(true), "difference by a known fault");
    }

    buildTable() {
      const regions = this.data.regions;
      if (regions.length === 0) return;
      const details = add(this.place, "details");
      add(details, "summary", `Regions as a table (${regions.length})`);
      details.addEventListener("toggle", () => {
        if (!details.open || details.querySelector("table")) return;
        const scroll = add(details, "div", undefined, { className: "scroll" });
        const table = add(scroll, "table");
        add(table, "caption", `Regions of ${this.data.name}`);
        const head = add(add(table, "thead"), "tr");
        for (const name of ["Region", "Kind", "Expected", "Seen"]) add(head, "th", name, { scope: "col" });
        const body = add(table, "tbody");
        let next = 0;
        const more = () => {
          for (const end = Math.min(regions.length, next + mostTableRows); next < end; ++next) {
            const [name, kind, expected, seen] = regions[next];
            const row = add(body, "tr");
            add(row, "th", name, { scope: "row" });
            for (const text of [kinds[kind] || kind, expected, seen]) add(row, "td", text);
          }
        };
        more();
        if (next >= regions.length) return;
        const button = add(details, "button", "More", { type: "button" });
        button.addEventListener("click", () => {
          more();
          if (next >= regions.length) button.remove();
        });
      });
    }

    listen() {
      this.canvas.addEventListener("keydown", (event) => this.key(event));
      this.canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.shiftKey && !event.altKey && document.activeElement !== this.canvas) return;
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1.25 : .8, this.at(event.offsetX));
      }, { passive: false });
      let dragged = null;
      this.canvas.addEventListener("pointerdown", (event) => {
        dragged = { x: event.clientX, begin: this.begin, end: this.end };
        this.canvas.setPointerCapture(event.pointerId);
      });
      this.canvas.addEventListener("pointermove", (event) => {
        if (dragged && event.buttons) {
          const shift = (dragged.x - event.clientX) / (this.width - labelWidth) * (dragged.end - dragged.begin);
          this.show(dragged.begin + shift, dragged.end + shift);
        } else {
          this.say(this.what(event.offsetX, event.offsetY));
        }
      });
      this.canvas.addEventListener("pointerup", () => { dragged = null; });
      const move = (event) => {
        if (event.type !== "pointerdown" && !event.buttons) return;
        const [begin, end] = this.withMargin(this.whole);
        const middle = begin + event.offsetX / this.overall.clientWidth * (end - begin), half = (this.end - this.begin) / 2;
        this.show(middle - half, middle + half);
      };
      this.overall.addEventListener("pointerdown", move);
      this.overall.addEventListener("pointermove", move);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = (this.end - this.begin) / 8;
      const acts = {
        "+": () => this.zoom(.5), "=": () => this.zoom(.5), "-": () => this.zoom(2),
        ArrowLeft: () => this.show(this.begin - step, this.end - step),
        ArrowRight: () => this.show(this.begin + step, this.end + step),
        Home: () => this.show(...this.withMargin(this.whole)),
        r: () => this.show(...this.withMargin(this.regions || this.whole)),
        n: () => this.nextMark(1), p: () => this.nextMark(-1),
      };
      const act = acts[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    }

    at(x) {
      return this.begin + (x - labelWidth) / (this.width - labelWidth) * (this.end - this.begin);
    }

    zoom(factor, around = (this.begin + this.end) / 2) {
      const size = Math.max(4096, (this.end - this.begin) * factor);
      const share = (around - this.begin) / (this.end - this.begin);
      this.show(around - share * size, around + (1 - share) * size);
    }

    /* Nothing beyond what there is. */
    show(begin, end) {
      const [least, most] = this.withMargin(this.whole);
      const size = Math.min(end - begin, most - least);
      begin = Math.max(least, Math.min(begin, most - size));
      [this.begin, this.end] = [begin, begin + size];
      if (this.pending) return;
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        this.draw();
      });
    }

    nextMark(step) {
      if (this.marks.length === 0) return;
      this.mark = (this.mark + step + this.marks.length) % this.marks.length;
      const mark = this.marks[this.mark];
      const size = Math.max(mark.end - mark.begin, 4096) * 12, middle = (mark.begin + mark.end) / 2;
      this.show(middle - size / 2, middle + size / 2);
      const row = byId(mark.finding);
      for (const each of document.querySelectorAll("tr.chosen")) each.classList.remove("chosen");
      if (row) row.classList.add("chosen");
      this.say(`Difference ${this.mark + 1} of ${this.marks.length}${mark.known ? ", by a known fault" : ""}: ` +
        `${mark.range}${row ? ": " + [...row.cells].slice(0, 4).map((cell) => cell.textContent).filter(Boolean).join(", ") : ""}`);
    }

    say(text) {
      if (this.said.textContent !== text) this.said.textContent = text;
    }

    /* What stands under a point, in words. */
    what(x, y) {
      if (x < labelWidth) return "";
      const place = this.at(x), slack = (this.end - this.begin) / (this.width - labelWidth);
      for (const row of this.rows) {
        if (y < row.y || y >= row.y + row.height) continue;
        const hit = row.spans.filter((span) => span.begin <= place + slack && span.end > place - slack).pop();
        return hit ? `${row.name}: ${hit.text ? hit.text + ", " : ""}${kinds[hit.kind]}, ${hit.range} (${sizeText(hit.end - hit.begin)})` : "";
      }
      return "";
    }

    x(place) {
      return labelWidth + (place - this.begin) / (this.end - this.begin) * (this.width - labelWidth);
    }

    /* At least a pixel wide, so that nothing is lost in a wide view. */
    bar(span) {
      const x = Math.max(labelWidth, this.x(span.begin)), end = Math.min(this.width, this.x(span.end));
      return [x, Math.max(1, end - x)];
    }

    drawMark(context, x, base, known) {
      context.fillStyle = context.strokeStyle = known ? colours.known : colours.mark;
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(x, base - 2);
      context.lineTo(x - 5, base - 11);
      context.lineTo(x + 5, base - 11);
      context.closePath();
      if (known) context.stroke();
      else context.fill();
    }

    draw() {
      let height = markHeight + axisHeight;
      for (const row of this.rows) {
        row.height = row === this.rows[0] ? expectedHeight : seenHeight;
        row.y = height - axisHeight;
        height += row.height + (row === this.rows[0] ? 3 * gap : gap);
      }
      const [context, width] = prepare(this.canvas, height);
      this.width = width;
      for (const row of this.rows) this.drawRow(context, row);
      this.drawMarks(context, height - axisHeight);
      this.drawAxis(context, height - axisHeight);
      this.drawWhole();
      for (const [canvas, draw] of this.swatches) draw(prepare(canvas, 14)[0]);
      this.range.textContent = `${sizeText(this.end - this.begin)} of ${sizeText(this.whole[1] - this.whole[0])}`;
    }

    drawRow(context, row) {
      context.fillStyle = row === this.rows[0] ? colours.ink : colours.quiet;
      context.font = "12px system-ui, sans-serif";
      context.textBaseline = "middle";
      context.fillText(row === this.rows[0] ? row.name : "seen: " + row.name, 0, row.y + row.height / 2);
      for (const span of visible(row.spans, this.begin, this.end)) {
        const [x, size] = this.bar(span);
        drawSpan(context, span.kind, x, row.y, size, row.height);
        if (row !== this.rows[0] || size < 70 || span.kind === "ram") continue;
        context.fillStyle = span.kind === "refused" ? colours.ink : "#000000";
        const text = span.text.length * 6.6 > size ? span.text.slice(0, size / 6.6 - 1) + "…" : span.text;
        context.font = "11px ui-monospace, monospace";
        const room = context.measureText(text).width + 8;
        context.save();
        context.fillStyle = colours[span.kind];
        context.fillRect(x + (size - room) / 2, row.y + row.height / 2 - 8, room, 16);
        context.restore();
        context.fillText(text, x + (size - room) / 2 + 4, row.y + row.height / 2);
      }
    }

    /* Marks that would stand closer than a few pixels are one. */
    marksInView() {
      const groups = [];
      for (const mark of visible(this.marks, this.begin, this.end)) {
        const [x, size] = this.bar(mark), last = groups.at(-1);
        if (last && x < last.end + 4) {
          last.end = Math.max(last.end, x + size);
          last.known = last.known && mark.known;
          ++last.count;
        } else {
          groups.push({ x, end: x + size, known: mark.known, count: 1 });
        }
      }
      return groups;
    }

    drawMarks(context, bottom) {
      for (const { x, end, known, count } of this.marksInView()) {
        const middle = (x + end) / 2;
        context.strokeStyle = known ? colours.known : colours.mark;
        context.lineWidth = 1.5;
        context.setLineDash(known ? [4, 3] : []);
        context.strokeRect(x, markHeight - 1, end - x, bottom - markHeight - gap + 2);
        context.setLineDash([]);
        this.drawMark(context, middle, markHeight, known);
        if (count === 1 || end - x < 60) continue;
        context.fillStyle = known ? colours.known : colours.mark;
        context.font = "11px system-ui, sans-serif";
        context.textBaseline = "top";
        context.fillText(`${count} differences`, Math.min(middle + 9, this.width - 80), 0);
      }
    }

    drawAxis(context, y) {
      context.fillStyle = colours.quiet;
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      context.font = "11px ui-monospace, monospace";
      context.textBaseline = "top";
      const wanted = Math.max(2, Math.floor((this.width - labelWidth) / 170));
      const step = 2 ** Math.ceil(Math.log2((this.end - this.begin) / wanted));
      for (let place = Math.ceil(Math.max(0, this.begin) / step) * step; place < this.end; place += step) {
        const x = this.x(place), text = "0x" + place.toString(16);
        context.beginPath();
        context.moveTo(x + .5, markHeight);
        context.lineTo(x + .5, y + 4);
        context.globalAlpha = .6;
        context.stroke();
        context.globalAlpha = 1;
        if (x + context.measureText(text).width < this.width) context.fillText(text, x, y + 8);
      }
    }

    /* All of memory, and which part of it the rows show. */
    drawWhole() {
      const [context, width] = prepare(this.overall, 16);
      const [begin, end] = this.withMargin(this.whole);
      const x = (place) => (place - begin) / (end - begin) * width;
      for (const span of this.rows[0].spans) {
        context.fillStyle = colours[span.kind];
        context.fillRect(x(span.begin), 0, Math.max(1, x(span.end) - x(span.begin)), 16);
      }
      context.strokeStyle = colours.ink;
      context.lineWidth = 2;
      context.strokeRect(x(this.begin) + 1, 1, Math.max(3, x(this.end) - x(this.begin) - 2), 14);
    }
  }

  const maps = new Map();
  const open = (place) => {
    if (maps.has(place)) return;
    const data = byId(place.dataset.map);
    if (data) maps.set(place, new MemoryMap(place, JSON.parse(data.textContent)));
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      open(entry.target);
    }
  }, { rootMargin: "300px" });
  const redraw = () => {
    readColours();
    for (const map of maps.values()) if (map.canvas.clientWidth) map.draw();
  };

  const boots = [...document.querySelectorAll(".boot")];
  const selects = [...document.querySelectorAll("#filters select")];
  const filter = () => {
    const words = byId("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const boot of boots) {
      if (words.length > 0) boot.words ??= boot.textContent.toLowerCase();
      boot.hidden = !(selects.every((select) => select.value === "" || boot.dataset[select.dataset.key] === select.value) &&
        (!byId("filter-findings").checked || boot.dataset.findings !== "0") &&
        words.every((word) => boot.words.includes(word)));
      count += boot.hidden ? 0 : 1;
    }
    byId("filter-count").textContent = `${count} of ${boots.length} boots`;
  };
  const nextBoot = (step) => {
    const all = boots.filter((boot) => !boot.hidden).map((boot) => boot.querySelector("summary"));
    if (all.length === 0) return;
    const now = all.findIndex((summary) => summary.parentNode.contains(document.activeElement));
    const next = now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + step));
    all[next].focus();
  };
  const follow = () => {
    const boot = boots.find((each) => "#" + each.id === location.hash);
    if (!boot) return;
    boot.hidden = false;
    boot.open = true;
    boot.querySelector("summary").focus();
    boot.querySelector("summary").scrollIntoView();
  };

  readColours();
  for (const place of document.querySelectorAll(".map")) seen.observe(place);
  byId("filters").hidden = byId("keys").hidden = boots.length === 0;
  byId("filters").addEventListener("input", filter);
  byId("filter-reset").addEventListener("click", () => {
    byId("filter-text").value = "";
    byId("filter-findings").checked = false;
    for (const select of selects) select.value = "";
    filter();
  });
  filter();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const acts = { "/": () => byId("filter-text").focus(), j: () => nextBoot(1), k: () => nextBoot(-1) };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  window.addEventListener("hashchange", follow);
  window.addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  follow();
})();
