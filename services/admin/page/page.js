"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const keptSeconds = 300;
  const shownRows = 200;
  const fetchedRows = 2000;
  const keptEvents = 100;
  const refreshEvery = 2000;

  // ---- Words for numbers

  function size(bytes) {
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let unit = 0;
    while (bytes >= 999.5 && unit < units.length - 1) { bytes /= 1024; ++unit; }
    return [unit > 0 && bytes < 9.95 ? bytes.toFixed(1) : bytes.toFixed(0), units[unit]];
  }
  const sizeText = (bytes) => size(bytes).join(" ");
  function latency(seconds) {
    if (seconds < 0.0009995) return [(seconds * 1e6).toFixed(0), "µs"];
    if (seconds < 0.9995) return [(seconds * 1e3).toFixed(seconds < 0.00995 ? 1 : 0), "ms"];
    return [seconds.toFixed(1), "s"];
  }
  const latencyText = (seconds) => latency(seconds).join(" ");
  function time(seconds) {
    if (seconds < 9.95) return Math.max(0, seconds).toFixed(1) + " s";
    const s = Math.round(seconds);
    if (s < 60) return s + " s";
    if (s < 3600) return Math.floor(s / 60) + " m " + String(s % 60).padStart(2, "0");
    if (s < 86400) return Math.floor(s / 3600) + " h " + String(Math.floor(s / 60) % 60).padStart(2, "0");
    return Math.floor(s / 86400) + " d " + String(Math.floor(s / 3600) % 24).padStart(2, "0");
  }
  const rate = (n) => n >= 1000 ? size(n * 1.024)[0] + "k" : n >= 9.95 || Number.isInteger(n) ? n.toFixed(0) : n.toFixed(1);
  const count = (n) => n.toLocaleString("en");
  const address = (a) => !a ? "–" : a.path ? a.path : a.address.includes(":") ? `[${a.address}]:${a.port}` : `${a.address}:${a.port}`;

  function put(node, text) { if (node.textContent !== text) node.textContent = text; }
  function putBig(id, [number, unit]) {
    const node = byId(id);
    if (node.dataset.text === number + unit) return;
    node.dataset.text = number + unit;
    node.textContent = number;
    if (unit) node.appendChild(Object.assign(document.createElement("small"), { textContent: unit }));
  }
  function cell(row, text, className, name) {
    const td = row.insertCell();
    td.textContent = text;
    if (className) td.className = className;
    if (name) td.dataset.name = name;
    return td;
  }

  // ---- Talking to the daemon

  let token = sessionStorage.getItem("polyport-token") || "";
  function askForToken() {
    const dialog = byId("token-dialog");
    return new Promise((resolve) => {
      if (!dialog.open) { byId("token").value = ""; dialog.showModal(); }
      dialog.addEventListener("close", () => {
        token = byId("token").value.trim();
        sessionStorage.setItem("polyport-token", token);
        resolve();
      }, { once: true });
    });
  }
  async function call(path, options = {}) {
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = "Bearer " + token;
    const answer = await fetch(path, { ...options, headers, cache: "no-store" });
    if (answer.status === 401) { await askForToken(); return call(path, options); }
    if (!answer.ok) {
      const said = await answer.json().catch(() => ({}));
      throw Object.assign(new Error(said.error || answer.statusText), { status: answer.status });
    }
    return answer;
  }
  function notice(text) {
    const node = byId("notice");
    put(node, text);
    node.hidden = !text;
  }
  function live(state, text) {
    byId("live").className = "live " + state;
    put(byId("live-text"), text);
  }

  // ---- Charts: the last five minutes, a sample a second

  const samples = [];
  const svg = (name, attributes, parent) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (parent) parent.appendChild(node);
    return node;
  };
  function niceTop(value, binary) {
    if (value <= 0) return 1;
    if (binary) return Math.pow(2, Math.ceil(Math.log2(value)));
    const power = Math.pow(10, Math.floor(Math.log10(value)));
    for (const step of [1, 2, 5, 10]) if (value <= step * power) return step * power;
    return value;
  }
  class Chart {
    constructor(id, title, lines, text, binary) {
      Object.assign(this, { lines, text, binary, hover: null });
      const figure = byId(id);
      const caption = figure.appendChild(document.createElement("figcaption"));
      caption.appendChild(Object.assign(document.createElement("b"), { textContent: title }));
      const legend = caption.appendChild(Object.assign(document.createElement("span"), { className: "legend" }));
      this.labels = lines.map((line, i) => legend.appendChild(Object.assign(document.createElement("span"), { className: i ? "two" : "" })));
      this.svg = svg("svg", { role: "img" }, figure);
      this.title = title;
      this.svg.addEventListener("pointermove", (event) => {
        const box = this.svg.getBoundingClientRect();
        this.hover = Math.round(keptSeconds - (event.clientX - box.left) / box.width * keptSeconds);
        this.draw();
      });
      this.svg.addEventListener("pointerleave", () => { this.hover = null; this.draw(); });
    }
    // Where there was nothing to measure, the line has a gap.
    parts(line) {
      const all = [[]];
      for (const s of samples) {
        if (line.of(s) === null) all.push([]);
        else all[all.length - 1].push(s);
      }
      return all.filter((part) => part.length);
    }
    draw() {
      const width = Math.max(200, this.svg.clientWidth), height = Math.max(80, this.svg.clientHeight);
      const floor = height - 16;
      const top = niceTop(Math.max(0, ...samples.flatMap((s) => this.lines.map((l) => l.of(s) || 0))), this.binary);
      const x = (age) => width - age / keptSeconds * width;
      const y = (value) => floor - value / top * (floor - 14);
      this.svg.replaceChildren();
      for (const share of [0, 0.5, 1]) {
        svg("line", { class: "grid", x1: 0, x2: width, y1: y(top * share), y2: y(top * share) }, this.svg);
        if (share) svg("text", { class: "axis", x: 0, y: y(top * share) - 3 }, this.svg).textContent = this.text(top * share);
      }
      for (const [age, word] of [[300, "5 min ago"], [0, "now"]])
        svg("text", { class: "axis", x: x(age), y: height - 3, "text-anchor": age ? "start" : "end" }, this.svg).textContent = word;
      const newest = samples.length ? samples[samples.length - 1].at : 0;
      this.lines.forEach((line, i) => {
        const kind = i ? " two" : "";
        for (const part of this.parts(line)) {
          const points = part.map((s) => [x(newest - s.at), y(line.of(s))]);
          const path = "M" + points.map((p) => p[0].toFixed(1) + " " + p[1].toFixed(1)).join("L");
          svg("path", { class: "area" + kind, d: `${path}L${points[points.length - 1][0]} ${floor}L${points[0][0]} ${floor}Z` }, this.svg);
          svg("path", { class: "line" + kind, d: path }, this.svg);
        }
      });
      let shown = samples[samples.length - 1];
      if (this.hover !== null && samples.length) {
        shown = samples.reduce((best, s) => Math.abs(newest - s.at - this.hover) < Math.abs(newest - best.at - this.hover) ? s : best);
        svg("line", { class: "cursor", x1: x(newest - shown.at), x2: x(newest - shown.at), y1: 0, y2: floor }, this.svg);
      }
      const words = this.lines.map((line) => `${line.name} ${shown && line.of(shown) !== null ? this.text(line.of(shown)) : "–"}`);
      this.labels.forEach((label, i) => put(label, words[i]));
      this.svg.setAttribute("aria-label", `${this.title}, ${words.join(", ")}`);
    }
  }
  const charts = [
    new Chart("chart-traffic", "Traffic", [{ name: "in", of: (s) => s.in }, { name: "out", of: (s) => s.out }], (v) => sizeText(v) + "/s", true),
    new Chart("chart-connections", "Connections", [{ name: "open", of: (s) => s.open }, { name: "new/s", of: (s) => s.opened }], (v) => rate(v), false),
    new Chart("chart-latency", "Request latency", [{ name: "median", of: (s) => s.median }, { name: "99 %", of: (s) => s.tail }], latencyText, false),
  ];

  // ---- Counts, from the "stats" events

  let before = null;
  const latencyWindow = [];
  const metric = (stats, name) => stats.metrics.find((m) => m.name === name)?.value ?? 0;
  function requestBuckets(stats) {
    const sum = { counts: [], bounds: [], failed: 0 };
    for (const m of stats.metrics) {
      if (m.name !== "polyport_http_request_duration_seconds" || m.labels.service === "admin") continue;
      sum.bounds = m.bounds;
      m.buckets.forEach((n, i) => { sum.counts[i] = (sum.counts[i] || 0) + n; });
      if (m.labels.status === "5xx") sum.failed += m.count;
    }
    return sum;
  }
  function quantile(counts, bounds, q) {
    const total = counts.reduce((a, b) => a + b, 0);
    let below = 0;
    for (let i = 0; i < bounds.length && total > 0; ++i) {
      if (counts[i] > 0 && below + counts[i] >= q * total) {
        const low = i ? bounds[i - 1] : 0;
        return low + (bounds[i] - low) * (q * total - below) / counts[i];
      }
      below += counts[i];
    }
    return total > 0 ? bounds[bounds.length - 1] : null;
  }

  function takeStats(stats) {
    const now = performance.now() / 1000;
    const own = stats.services.filter((s) => !s.control);
    const sum = (name) => own.reduce((total, s) => total + (s[name] || 0), 0);
    const current = {
      at: now, stats, buckets: requestBuckets(stats), processor: metric(stats, "process_cpu_seconds_total"),
      in: sum("received"), out: sum("sent"), opened: sum("opened"),
      services: new Map(stats.services.map((s) => [s.name, s])),
    };
    if (before && before.stats.pid !== stats.pid) { before = null; latencyWindow.length = 0; samples.length = 0; }
    put(byId("facts"), `${stats.version}, pid ${stats.pid}, up ${time(stats.uptime)}`);
    notice(stats.draining ? "The daemon is draining: it accepts nothing new, and stops when its connections have ended." : "");
    open = stats.connections.open;
    control = stats.connections.control;
    programsRun ||= metric(stats, "polyport_cgi_running") > 0;
    putBig("now-open", [count(open), ""]);
    put(byId("now-limit"), `of at most ${count(stats.connections.limit)}`);
    put(byId("now-total"), `${count(current.opened)} since the start`);
    put(byId("now-memory"), `${sizeText(metric(stats, "process_resident_memory_bytes"))} of memory`);
    latencyWindow.push(current.buckets);
    if (latencyWindow.length > 6) latencyWindow.shift();
    if (before) {
      const span = Math.max(0.001, now - before.at);
      const oldest = latencyWindow[0];
      const fresh = current.buckets.counts.map((n, i) => n - (oldest.counts[i] || 0));
      const requests = current.buckets.counts.reduce((a, n, i) => a + n - (before.buckets.counts[i] || 0), 0) / span;
      const sample = {
        at: now, in: (current.in - before.in) / span, out: (current.out - before.out) / span,
        open: stats.connections.open, opened: (current.opened - before.opened) / span,
        median: quantile(fresh, current.buckets.bounds, 0.5), tail: quantile(fresh, current.buckets.bounds, 0.99),
      };
      samples.push(sample);
      while (samples.length && now - samples[0].at > keptSeconds) samples.shift();
      putBig("now-new", [rate(sample.opened), ""]);
      const [number, unit] = size(sample.in + sample.out);
      putBig("now-traffic", [number, unit + "/s"]);
      put(byId("now-both"), `in ${sizeText(sample.in)}/s, out ${sizeText(sample.out)}/s`);
      putBig("now-requests", [rate(requests), ""]);
      const failed = (current.buckets.failed - before.buckets.failed) / span;
      put(byId("now-failed"), failed > 0 ? `${rate(failed)} fail on our side` : "");
      putBig("now-latency", sample.median === null ? ["–", ""] : latency(sample.median));
      put(byId("now-tail"), sample.tail === null ? "no requests" : `99 % within ${latencyText(sample.tail)}`);
      putBig("now-processor", [((current.processor - before.processor) / span * 100).toFixed(1), "%"]);
      for (const chart of charts) chart.draw();
    }
    showServices(stats, current);
    showRefusals(stats);
    showOwn(stats);
    before = current;
  }

  function showServices(stats, current) {
    const body = document.createElement("tbody");
    const select = byId("filter-service");
    for (const s of stats.services) {
      const was = before?.services.get(s.name);
      const span = before ? current.at - before.at : 0;
      const speed = (name) => was && span > 0 ? ((s[name] || 0) - (was[name] || 0)) / span : 0;
      const row = body.insertRow();
      const places = stats.endpoints.filter((e) => e.service === s.name).map((e) => `${e.transport} ${e.address}`);
      cell(row, s.name);
      cell(row, places.join(", "), "wide mono").title = places.join("\n");
      cell(row, s.open === undefined ? "–" : count(s.open), "num");
      cell(row, rate(speed(s.opened === undefined ? "messages_received" : "opened")), "num");
      cell(row, sizeText(speed("received")) + "/s", "num");
      cell(row, sizeText(speed("sent")) + "/s", "num");
      cell(row, sizeText(s.received), "num");
      cell(row, sizeText(s.sent), "num");
      if (![...select.options].some((o) => o.value === s.name)) select.add(new Option(s.name, s.name));
    }
    byId("services").tBodies[0].replaceWith(body);
  }

  function showRefusals(stats) {
    const body = document.createElement("tbody");
    const refused = stats.metrics.filter((m) => /_(refused|refusals)_total$/.test(m.name) && m.value > 0);
    for (const m of refused.sort((a, b) => b.value - a.value)) {
      const row = body.insertRow();
      cell(row, m.labels.reason || m.name);
      cell(row, m.labels.service || "–");
      cell(row, count(m.value), "num");
    }
    byId("refused").tBodies[0].replaceWith(body);
    byId("refused").hidden = !refused.length;
    byId("refused-empty").hidden = refused.length > 0;
  }

  // Of services built with the kit: what is neither the daemon's nor the process's.
  function showOwn(stats) {
    const body = document.createElement("tbody");
    for (const m of stats.metrics) {
      if (/^(polyport|process)_/.test(m.name)) continue;
      const row = body.insertRow();
      const text = /_seconds(_total)?$/.test(m.name) ? latencyText : /_bytes(_total)?$/.test(m.name) ? sizeText : rate;
      cell(row, m.name, "mono");
      cell(row, Object.entries(m.labels).map(([name, value]) => `${name}=${value}`).join(", ") || "–");
      cell(row, m.buckets ? count(m.count) : text === rate ? count(m.value) : text(m.value), "num");
      cell(row, m.buckets ? text(m.p50) : "–", "num");
      cell(row, m.buckets ? text(m.p99) : "–", "num");
    }
    byId("own-panel").hidden = !body.rows.length;
    byId("own").tBodies[0].replaceWith(body);
  }

  // ---- The table of connections

  const rows = new Map();
  let total = 0;            // those that fit the filter, as the daemon counts them
  let open = 0, control = 0; // all that there are, and those of control services
  let running = [];         // those for which a program works, whatever the table's filter
  let programsRun = false;
  let sorting = { key: "id", descending: true };
  const columns = [
    { key: "id", name: "ID", of: (c) => c.id, text: (c) => String(c.id), num: true, server: "id" },
    { key: "service", name: "Service", of: (c) => c.service, text: (c) => c.service },
    { key: "state", name: "State", of: (c) => c.state, text: (c) => c.state },
    { key: "remote", name: "Remote", of: (c) => address(c.remote), text: (c) => address(c.remote), mono: true },
    { key: "user", name: "User", of: userOf, text: (c) => userOf(c) || "–" },
    { key: "age", name: "Age", of: (c) => ageOf(c), text: (c) => time(ageOf(c)), num: true, server: "age" },
    { key: "idle", name: "Idle", of: (c) => idleOf(c), text: (c) => time(idleOf(c)), num: true, server: "idle" },
    { key: "received", name: "In", of: (c) => c.received, text: (c) => sizeText(c.received), num: true, server: "received" },
    { key: "sent", name: "Out", of: (c) => c.sent, text: (c) => sizeText(c.sent), num: true, server: "sent" },
    { key: "rate", name: "Rate", of: (c) => c.rate || 0, text: (c) => c.rate ? sizeText(c.rate) + "/s" : "–", num: true },
    { key: "rtt", name: "RTT", of: (c) => c.tcp?.rtt_us ?? -1, text: (c) => c.tcp ? latencyText(c.tcp.rtt_us / 1e6) : "–", num: true, server: "rtt" },
    { key: "retransmits", name: "Retr.", of: (c) => c.tcp?.retransmits ?? -1, text: (c) => c.tcp ? String(c.tcp.retransmits) : "–", num: true, server: "retransmits" },
    { key: "work", name: "Work", of: workOf, text: (c) => workOf(c) || "–", wide: true },
  ];
  function userOf(c) { return c.user || (c.credentials ? "uid " + c.credentials.uid : ""); }
  function workOf(c) { return c.program ? `${c.program.path} (pid ${c.program.pid})` : c.request || ""; }
  const elapsed = (c) => (performance.now() - c.seen) / 1000;
  const ageOf = (c) => c.age + elapsed(c);
  const idleOf = (c) => c.idle + elapsed(c);

  for (const column of columns) {
    const th = Object.assign(document.createElement("th"), { scope: "col", className: column.num ? "num" : "" });
    const button = th.appendChild(Object.assign(document.createElement("button"), { type: "button", className: "sort", textContent: column.name }));
    button.addEventListener("click", () =>
      sortBy(column.key, sorting.key === column.key ? !sorting.descending : Boolean(column.num)));
    byId("sort-by").add(new Option(column.name, column.key));
    column.th = th;
    byId("table-head").appendChild(th);
  }
  byId("table-head").appendChild(Object.assign(document.createElement("th"), { scope: "col" })).appendChild(
    Object.assign(document.createElement("span"), { className: "skip", textContent: "End" }));
  function sortBy(key, descending) {
    sorting = { key, descending };
    showSorting();
    draw();
    refresh();
  }
  // Where the table has no head to click on.
  byId("sort-by").addEventListener("input", (event) =>
    sortBy(event.target.value, Boolean(columns.find((one) => one.key === event.target.value).num)));
  byId("sort-turn").addEventListener("click", () => sortBy(sorting.key, !sorting.descending));
  function showSorting() {
    byId("sort-by").value = sorting.key;
    put(byId("sort-turn"), sorting.descending ? "Largest first" : "Smallest first");
    for (const { key, th } of columns) {
      if (key === sorting.key) th.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
  }
  showSorting();

  // The daemon applies the same filter to all that it has; here it is for what the events bring, and at once.
  function filter() {
    return {
      service: byId("filter-service").value, state: byId("filter-state").value,
      text: byId("filter-text").value.trim().toLowerCase(),
      control: byId("filter-control").checked || byId("filter-service").value === "admin",
    };
  }
  function isFiltered() {
    const f = filter();
    return Boolean(f.service || f.state || f.text);
  }
  function wanted(c) {
    const f = filter();
    if (c.service === "admin" && !f.control) return false;
    if ((f.service && c.service !== f.service) || (f.state && c.state !== f.state)) return false;
    return !f.text || [String(c.id), c.service, c.transport, c.state, address(c.remote), address(c.local), userOf(c), workOf(c), c.request, c.peer]
      .some((part) => part && part.toLowerCase().includes(f.text));
  }

  let drawPending = false;
  function draw() {
    if (drawPending) return;
    drawPending = true;
    setTimeout(() => { drawPending = false; drawNow(); }, document.hidden ? 1000 : 100);
  }
  const drawnRows = new Map();
  function makeRow(c) {
    const row = document.createElement("tr");
    row.dataset.id = c.id;
    const cells = columns.map((column) => cell(row, "", [column.num ? "num" : "", column.mono ? "mono" : "", column.wide ? "wide" : ""].join(" ").trim(), column.name));
    const act = cell(row, "", "act");
    const button = act.appendChild(Object.assign(document.createElement("button"), { type: "button", className: "end", textContent: "End" }));
    button.setAttribute("aria-label", `End connection ${c.id}`);
    button.addEventListener("click", () => askToEnd(c.id));
    if (c.fresh) {
      c.fresh = false;
      row.className = "fresh";
      setTimeout(() => { row.className = ""; }, 1600);
    }
    return { row, cells };
  }
  function fillRow({ cells }, c) {
    columns.forEach((column, i) => {
      if (column.key !== "state") {
        const text = column.text(c);
        put(cells[i], text);
        cells[i].classList.toggle("none", text === "–");
        if (column.wide && cells[i].title !== text) cells[i].title = text;
        return;
      }
      const key = c.state + "/" + c.peer;
      if (cells[i].dataset.key === key) return;
      cells[i].dataset.key = key;
      const holder = document.createElement("span");
      holder.appendChild(Object.assign(document.createElement("span"), { className: "tag " + c.state, textContent: c.state }));
      if (c.peer && c.peer !== "present") holder.appendChild(Object.assign(document.createElement("span"), { className: "tag peer", textContent: c.peer }));
      cells[i].replaceChildren(holder);
    });
  }
  function drawNow() {
    const column = columns.find((one) => one.key === sorting.key);
    const sign = sorting.descending ? -1 : 1;
    const found = [...rows.values()].filter(wanted).sort((a, b) => {
      const x = column.of(a), y = column.of(b);
      return sign * (x < y ? -1 : x > y ? 1 : a.id - b.id);
    });
    const shown = found.slice(0, shownRows);
    const keep = new Set(shown.map((c) => c.id));
    for (const [id, drawn] of drawnRows) {
      if (keep.has(id)) continue;
      if (drawn.row.contains(document.activeElement)) byId("connections").focus({ preventScroll: true });
      drawn.row.remove();
      drawnRows.delete(id);
    }
    const body = byId("table-body");
    // A row that is moved loses the keyboard's focus: all others are moved around that one.
    const kept = document.activeElement?.closest("#table-body tr");
    let next = body.firstElementChild;
    for (const c of shown) {
      let drawn = drawnRows.get(c.id);
      if (!drawn) drawnRows.set(c.id, drawn = makeRow(c));
      fillRow(drawn, c);
      if (drawn.row === kept) {
        while (next !== kept) {
          const behind = next.nextElementSibling;
          body.appendChild(next);
          next = behind;
        }
      }
      if (drawn.row === next) next = next.nextElementSibling;
      else body.insertBefore(drawn.row, next);
    }
    const own = open + (byId("filter-control").checked ? control : 0);
    const fit = total > fetchedRows ? Math.max(found.length, total) : found.length;
    put(byId("connections-count"), isFiltered() ? `${count(fit)} of ${count(Math.max(own, fit))}` : count(fit));
    byId("table").hidden = !shown.length;
    byId("table-empty").hidden = shown.length > 0;
    put(byId("table-empty"), own ? "No connection fits the filter." : "No connection is open.");
    const hidden = fit - shown.length;
    byId("table-more").hidden = hidden <= 0;
    put(byId("table-more"), total > fetchedRows && !column.server
      ? `${count(hidden)} more are not shown. Sorted by ${column.name} are the ${count(fetchedRows)} that were active last; search or filter to find others.`
      : `${count(hidden)} more are not shown; search, filter or sort to see them.`);
    showPrograms();
  }
  function showPrograms() {
    const body = document.createElement("tbody");
    for (const c of running) {
      const row = body.insertRow(), p = c.program;
      cell(row, p.path, "wide mono").title = p.path;
      cell(row, String(p.pid), "num");
      cell(row, time(p.age + elapsed(c)), "num");
      cell(row, sizeText(p.received || 0), "num");
      cell(row, sizeText(p.sent || 0), "num");
      cell(row, String(c.id), "num");
    }
    byId("programs").tBodies[0].replaceWith(body);
    byId("programs").hidden = !running.length;
    byId("programs-empty").hidden = running.length > 0;
    put(byId("programs-count"), running.length ? count(running.length) : "");
  }

  function take(c, fresh) {
    const known = rows.get(c.id);
    c.seen = performance.now();
    c.fresh = fresh || known?.fresh;
    if (known) {
      const span = (c.seen - known.seen) / 1000;
      const moved = c.received + c.sent - known.received - known.sent;
      c.rate = span > 0.2 ? moved / span : known.rate;
    }
    rows.set(c.id, c);
  }

  let refreshing = false, again = false;
  const gone = new Set(); // closed while a list was on its way, which may still have them
  async function refresh() {
    if (refreshing) { again = true; return; }
    refreshing = true;
    gone.clear();
    const begun = performance.now();
    try {
      const query = new URLSearchParams({ limit: String(fetchedRows) });
      const column = columns.find((one) => one.key === sorting.key);
      // What the daemon cannot sort by, it cannot choose by either: then those that were active last.
      query.set("sort", column.server ? (sorting.descending ? "-" : "") + column.server : "idle");
      const f = filter();
      for (const name of ["service", "state", "text"]) if (f[name]) query.set(name, f[name]);
      if (!f.control) query.set("control", "no");
      const table = await (await call("/connections?" + query)).json();
      if (programsRun) {
        running = (await (await call(`/connections?program=on&tcp=no&limit=${fetchedRows}`)).json()).connections;
        for (const c of running) c.seen = performance.now();
        programsRun = running.length > 0;
      }
      total = table.matched;
      const there = new Set(table.connections.map((c) => c.id));
      // Whoever came while the list was on its way stays.
      for (const [id, c] of rows) if (!there.has(id) && c.seen < begun) rows.delete(id);
      for (const c of table.connections) if (!gone.has(c.id)) take(c, false);
      drawNow();
    } catch (error) {
      if (error.status) notice(error.message);
    } finally {
      refreshing = false;
      if (again) { again = false; refresh(); }
    }
  }
  for (const id of ["filter-service", "filter-state", "filter-control"])
    byId(id).addEventListener("input", () => { total = 0; drawNow(); refresh(); });
  let typed = 0;
  byId("filter-text").addEventListener("input", () => {
    total = 0;
    drawNow();
    clearTimeout(typed);
    typed = setTimeout(refresh, 150);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());

  // ---- Ending one

  let asked = 0; // the connection that the dialog is about

  function askToEnd(id) {
    const c = rows.get(id);
    asked = id;
    const dialog = byId("end-dialog");
    put(byId("end-title"), `End connection ${id}?`);
    put(byId("end-what"), c ? `${c.service}, from ${address(c.remote)}${workOf(c) ? ", " + workOf(c) : ""}` : "");
    dialog.querySelector("[value=close]").checked = true;
    dialog.returnValue = "";
    dialog.showModal();
  }

  // The event comes a moment after the dialog has closed, which may be open again by then.
  byId("end-dialog").addEventListener("close", async (event) => {
    const dialog = event.target;
    const id = asked;
    if (dialog.returnValue !== "end" || id === 0) return;
    asked = 0;
    const how = dialog.querySelector("input[name=how]:checked").value;
    try {
      // An answer that is not read keeps its connection from the next request.
      await (await call(`/connections/${id}?how=${how}`, { method: "DELETE" })).text();
    } catch (error) {
      if (error.status !== 404) notice(`Connection ${id} was not ended: ${error.message}`);
    }
    refresh();
  });

  // ---- Events

  function note(name, data) {
    const list = byId("events");
    const item = document.createElement("li");
    item.className = name;
    item.appendChild(Object.assign(document.createElement("time"), { textContent: new Date().toLocaleTimeString("en-GB") }));
    item.appendChild(Object.assign(document.createElement("b"), { textContent: name }));
    const words = [data.id !== undefined ? `#${data.id}` : "", data.service || "", data.remote ? `from ${address(data.remote)}` : ""];
    const shown = { reason: String, program: String, pid: String, status: String, exit: String, signal: String, request: String, received: sizeText, sent: sizeText, age: time, duration: time };
    const names = { received: "in", sent: "out", age: "after", duration: "after", reason: "", program: "", request: "" };
    for (const [key, text] of Object.entries(shown))
      if (data[key]) words.push(`${names[key] ?? key} ${text(data[key])}`.trim());
    if (data.peer && data.peer !== "present") words.push(`peer ${data.peer}`);
    item.appendChild(Object.assign(document.createElement("span"), { textContent: words.filter(Boolean).join(", ") }));
    list.prepend(item);
    while (list.children.length > keptEvents) list.lastChild.remove();
    byId("events-empty").hidden = true;
  }
  function happened(name, data) {
    if (name === "stats") return takeStats(data);
    if (data.service !== "admin") note(name, data);
    // The next counts tell exactly.
    const more = name === "opened" ? 1 : name === "closed" ? -1 : 0;
    if (data.service === "admin") control += more;
    else open += more;
    if (name === "opened") { take(data, true); draw(); }
    if (name === "closed") { rows.delete(data.id); if (refreshing) gone.add(data.id); draw(); }
    if (name.startsWith("program")) { programsRun = true; refresh(); }
  }
  async function listen() {
    for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
      try {
        const answer = await call("/events?stats=1s");
        live("on", "Live");
        refresh();
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let held = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          wait = 500;
          const blocks = (held + value).split("\n\n");
          held = blocks.pop();
          for (const block of blocks) {
            const lines = block.split("\n");
            const name = lines.find((l) => l.startsWith("event: "))?.slice(7);
            const data = lines.filter((l) => l.startsWith("data: ")).map((l) => l.slice(6)).join("\n");
            if (name && data) happened(name, JSON.parse(data));
          }
        }
      } catch (error) {
        if (error.status) notice(error.message);
      }
      live("off", "Not connected; trying again");
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  setInterval(() => { if (!document.hidden) refresh(); }, refreshEvery);
  setInterval(draw, 1000);
  addEventListener("resize", () => charts.forEach((chart) => chart.draw()));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  charts.forEach((chart) => chart.draw());
  drawNow();
  listen();
})();
