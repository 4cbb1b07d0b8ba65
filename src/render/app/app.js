// The timeline of an answer, inside a client that speaks MCP Apps. What events say goes into the page as text nodes only.
// Part one lays out, as `timeline.rs` does; part two draws; part three talks to the client.

// ---- Layout: pure functions of an answer and a view.

const seconds = (text) => { const at = Date.parse(text); return Number.isNaN(at) ? null : at / 1000; };

/** The window of an answer in seconds, or the time of its changes where it tells of none. */
function windowOf(answer) {
  const told = answer.context?.window;
  let [from, to] = told ? [seconds(told.from), seconds(told.to)] : [null, null];
  if (from === null || to === null) {
    const times = entriesOf(answer).map((entry) => seconds(entry.time)).filter((at) => at !== null);
    if (!times.length) return null;
    from = times.reduce((a, b) => Math.min(a, b));
    to = times.reduce((a, b) => Math.max(a, b));
  }
  return { from, to: Math.max(to, from + 1) };
}

const entriesOf = (answer) => (answer.groups ?? []).flatMap((group) => group.events);

/** Lanes with their marks, as parts of the view; `plot` is its width in pixels. */
function lanesOf(groups, view, plot) {
  const part = (at) => (at - view.from) / (view.to - view.from);
  const place = (at) => Math.min(1, Math.max(0, part(at)));
  const width = LAYOUT.mark / plot;
  return groups.map((group) => {
    const marks = [];
    for (const entry of group.events) {
      const own = seconds(entry.time);
      if (own === null) continue;
      let first = own, last = own;
      if (entry.repeats) {
        first = Math.min(own, seconds(entry.repeats.first) ?? own);
        last = Math.max(own, seconds(entry.repeats.last) ?? own);
      }
      const back = entry.undone ? seconds(entry.undone.time) : null;
      const undone = back !== null && back > own ? back : null;
      if (Math.max(last, undone ?? last) < view.from || first > view.to) continue;
      marks.push({ entry, from: place(first), to: place(last), at: place(own), undone: undone === null ? null : place(undone), row: 0 });
    }
    return { label: group.label, category: group.category, marks, rows: inRows(marks, width) };
  }).filter((lane) => lane.marks.length);
}

/** Puts marks into rows, each into the first where it hides none; returns how many rows that takes. */
function inRows(marks, width) {
  marks.sort((a, b) => a.from - b.from || a.entry.rank - b.entry.rank);
  const ends = [];
  for (const mark of marks) {
    const end = Math.max(mark.undone ?? mark.to, mark.to) + width;
    let free = ends.findIndex((last) => last <= mark.from);
    if (free < 0) free = ends.length;
    free = Math.min(free, LAYOUT.rows - 1);
    ends[free] = Math.max(ends[free] ?? 0, end);
    mark.row = free;
  }
  return ends.length;
}

/** A lane with more marks than its rows can show keeps the best suspects, and the others become heaps of a count each. */
function heaped(lane, plot) {
  if (lane.rows <= LAYOUT.heaped_from) return { ...lane, heaps: [] };
  const best = lane.marks.filter((mark) => mark.entry.suspect).sort((a, b) => a.entry.rank - b.entry.rank).slice(0, 8);
  const bins = new Map();
  for (const mark of lane.marks) {
    if (best.includes(mark)) continue;
    const bin = Math.min(Math.floor((mark.at * plot) / LAYOUT.heap), Math.floor((plot - 1) / LAYOUT.heap));
    if (!bins.has(bin)) bins.set(bin, []);
    bins.get(bin).push(mark);
  }
  const heaps = [...bins].sort((a, b) => a[0] - b[0]).map(([bin, marks]) => {
    const classes = marks.map((mark) => confidence(mark.entry));
    const worst = ['strong', 'likely', 'possible'].find((name) => classes.includes(name)) ?? 'plain';
    return { from: (bin * LAYOUT.heap) / plot, to: ((bin + 1) * LAYOUT.heap) / plot, marks, worst };
  });
  return { ...lane, marks: best, rows: inRows(best, LAYOUT.mark / plot), heaps };
}

/** Round times of the view and what they say. */
function ticksOf(view, most) {
  const length = view.to - view.from;
  const step = LAYOUT.steps.find((one) => length / one <= most) ?? length;
  const day = (at) => new Date(at * 1000).toISOString().slice(0, 10);
  const one = day(view.from) === day(view.to);
  const ticks = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to && ticks.length <= most; at += step) {
    const iso = new Date(at * 1000).toISOString();
    const date = `${['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(iso.slice(5, 7)) - 1]} ${Number(iso.slice(8, 10))}`;
    const clock = `${iso.slice(11, step < 60 ? 19 : 16)}Z`;
    ticks.push({ at: (at - view.from) / length, said: step >= 86400 ? date : one ? clock : `${date} ${clock}` });
  }
  return ticks;
}

const confidence = (entry) => entry.suspect?.confidence ?? 'plain';
const times = (entry) => (entry.repeats && !entry.repeats.run?.length ? ` ×${entry.repeats.count}` : '');

/** What was done, by whom and when. */
function told(entry) {
  const sure = entry.suspect ? ` (${confidence(entry)})` : '';
  const undone = entry.undone ? `; undone at ${entry.undone.time} by ${entry.undone.by}` : '';
  return `#${entry.rank}${sure} ${entry.name}: ${entry.summary}${times(entry)} by ${entry.actor.name}, ${entry.relative} (${entry.time})${undone}`;
}

/** Where an event opens in the AWS console; nothing for what is no console of AWS. */
function consoleLink(answer, entry) {
  const plain = (text) => typeof text === 'string' && /^[A-Za-z0-9-]+$/.test(text);
  const regions = answer.context?.regions ?? [];
  const region = entry.region ?? (regions.length === 1 ? regions[0].name : null);
  let url = entry.console_url ?? null;
  if (!url && answer.console_url_template && plain(region) && plain(entry.event_id)) {
    url = answer.console_url_template.replaceAll('{region}', region).replaceAll('{event_id}', entry.event_id);
  }
  const to = url && URL.canParse(url) ? new URL(url) : null;
  if (!to || to.protocol !== 'https:' || to.username || to.password || to.port || !/^\/cloudtrailv2\/[a-z]+$/.test(to.pathname)) return null;
  const console = LAYOUT.consoles.find((host) => to.hostname.endsWith(`.${host}`));
  return console && /^[a-z0-9-]+$/.test(to.hostname.slice(0, -console.length - 1)) ? to.href : null;
}

const lines = (numbers, total) => `${numbers.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}${total > numbers.length ? ` and ${total - numbers.length} more` : ''}`;

/** By what lines of an application's log were joined to an event, and how much that proves. */
const joined = ({ tier, strength }) => `by ${tier.replaceAll('_', ' ')} (${strength})`;

/** Which lines of the application's log tell of a change. */
const logged = (told) => `app log ${lines(told.lines, told.lines_total || told.lines.length)} ${joined(told)}`;

/** What an application's log and CloudTrail say of each other: in a sentence, and what only one of them tells. */
function correlated({ records, joined: count, tiers = [], clock, unjudged, unseen = [], unseen_total: unseenTotal = 0, untold = [], untold_total: untoldTotal = 0, unreadable = [], unreadable_total: unreadableTotal = 0, flags = [] }) {
  const by = tiers.map((tier) => `${tier.records} ${joined(tier)}`).join(', ');
  const said = [`${count} of ${records} records joined${by ? `: ${by}` : ''}`, clock, unjudged, unreadableTotal && `not used in full: ${lines(unreadable.map((one) => one.line), unreadableTotal)}`, flags.length && `${flags.join(', ')} in it`];
  const rest = (list, total) => (total > list.length ? [`and ${total - list.length} more`] : []);
  return {
    said: said.filter(Boolean).join('; '),
    unseen: [...unseen.map((one) => `line ${one.line}: ${one.summary} (${one.time})`), ...rest(unseen, unseenTotal)],
    untold: [...untold.map((one) => `${one.summary} (${one.time}, ${one.event_id})`), ...rest(untold, untoldTotal)],
    unreadable: [...unreadable.map((one) => `line ${one.line} ${one.problem}`), ...rest(unreadable, unreadableTotal)],
  };
}

/** The leaves of a record, each with its path. */
function leaves(value, path = '') {
  if (value === null || typeof value !== 'object') return [[path, String(value)]];
  const parts = Object.entries(value).flatMap(([key, part]) => leaves(part, path ? `${path}.${key}` : key));
  return parts.length ? parts : [[path, Array.isArray(value) ? '[]' : '{}']];
}

/** Settings before and after: of both sides, or of what was set alone. */
function settings(before, after) {
  const was = new Map(before ? leaves(before) : []);
  const now = new Map(leaves(after));
  return [...new Set([...now.keys(), ...was.keys()])].map((path) => ({ path, was: was.get(path), now: now.get(path) }));
}

// ---- Drawing.

const $ = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element. Text becomes a text node, and attributes are set as such: nothing is ever parsed as HTML. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) if (value !== null && value !== undefined) node.setAttribute(name, value);
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const el = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const draw = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);
const clear = (node, ...children) => { node.replaceChildren(...children.filter(Boolean)); return node; };

/** The width that the timeline is drawn for. */
let drawn = 0;
const state = { answer: null, window: null, view: null, category: '', actor: '', listed: LAYOUT.listed, open: null, stops: [], at: null };

const inView = (entry) => {
  const own = seconds(entry.time);
  return own === null ? isWhole() : own >= state.view.from && own <= state.view.to;
};
const isWhole = () => state.view.from <= state.window.from && state.view.to >= state.window.to;
const asked = (group) => !state.category || group.category === state.category;
const byActor = (entry) => !state.actor || entry.actor.name === state.actor;
const groupsShown = () => state.answer.groups.filter(asked).map((group) => ({ ...group, events: group.events.filter(byActor) }));

/** Shows an answer that has just come. */
function show(answer) {
  Object.assign(state, { answer: { ...answer, groups: answer.groups ?? [] }, category: '', actor: '', listed: LAYOUT.listed, open: null, at: null });
  state.window = windowOf(state.answer);
  state.view = state.window && { ...state.window };
  head();
  close(false);
  const any = Boolean(state.window) && state.answer.groups.length > 0;
  $('board').hidden = !any;
  $('halves').hidden = !any;
  if (any) { choices(); redraw(); }
  document.querySelector('main').setAttribute('aria-busy', 'false');
}

/** Adds the next page of the same question. */
function append(next) {
  const known = new Set(entriesOf(state.answer).map((entry) => entry.event_id));
  for (const group of next.groups ?? []) {
    const fresh = group.events.filter((entry) => !known.has(entry.event_id));
    const here = state.answer.groups.find((one) => one.category === group.category);
    if (here) here.events.push(...fresh); else state.answer.groups.push({ ...group, events: fresh });
  }
  // What reading on found out, or could not see, is true of the whole from now on.
  for (const key of ['finding', 'headline', 'coverage', 'correlation', 'error', 'totals', 'cost']) if (next[key] !== undefined) state.answer[key] = next[key];
  state.answer.next_cursor = next.next_cursor;
  head();
  choices();
  redraw();
}

function head() {
  const { answer } = state;
  const finding = { suspects: ['Suspects', 'alert-tag'], no_suspect: ['No suspect', 'good'], could_not_look: ['Could not look', 'likely-ink'] }[answer.finding];
  const verdict = answer.coverage?.verdict;
  clear($('tags'),
    finding && el('span', { class: `tag ${finding[1]}` }, finding[0]),
    verdict && el('span', { class: `tag ${verdict === 'complete' ? 'good' : 'likely-ink'}` }, `${verdict} coverage`));
  $('headline').textContent = answer.headline ?? '';
  const rows = el('dl');
  const row = (label, ...values) => rows.append(el('dt', {}, label), el('dd', {}, ...values));
  const { alert, window: span, regions = [], resources = [], flags = [] } = answer.context ?? {};
  if (alert) row('alert', `${alert.name} at ${alert.started_at}${alert.others?.length ? ` and ${alert.others.length} more` : ''}`);
  if (span) row('window', `${span.from} to ${span.to} (${span.basis}${span.widened ? ', widened' : ''})${regions.length ? `; ${regions.map((one) => one.name).join(', ')}` : ''}`);
  if (resources.length) row('about', resources.slice(0, 6).map((one) => one.id).join(', ') + (resources.length > 6 ? ` and ${resources.length - 6} more` : ''));
  if (flags.length) row('flags', `${flags.join(', ')} in the investigation`);
  if (answer.error) { row('error', answer.error.code); row('next', answer.error.next); }
  const coverage = answer.coverage;
  const unseen = coverage && (coverage.blind_spots?.length || coverage.next)
    ? el('details', verdict === 'complete' ? {} : { open: '' }, el('summary', {}, 'What was not seen'),
      el('ul', {}, ...(coverage.blind_spots ?? []).map((spot) => el('li', {}, spot)), coverage.next ? el('li', {}, `Next: ${coverage.next}`) : null))
    : null;
  const log = answer.correlation && correlated(answer.correlation);
  if (log) row('app log', log.said);
  const told = (title, texts) => (texts?.length ? el('details', { open: '' }, el('summary', {}, title), el('ul', {}, ...texts.map((text) => el('li', {}, text)))) : null);
  clear($('about'), rows.childNodes.length ? rows : null, told('The application says it, and CloudTrail does not', log?.unseen),
    told('CloudTrail shows it, and the application does not tell', log?.untold), told('Lines of the log that could not be used in full', log?.unreadable), unseen);
}

function choices() {
  const option = (value, text) => el('option', { value }, text);
  const groups = state.answer.groups;
  clear($('category'), option('', `All categories (${groups.length})`), ...groups.map((group) => option(group.category, `${group.label} (${group.events.length})`)));
  const actors = new Map();
  for (const entry of entriesOf(state.answer)) actors.set(entry.actor.name, (actors.get(entry.actor.name) ?? 0) + 1);
  const most = [...actors].sort((a, b) => b[1] - a[1]).slice(0, 200);
  clear($('actor'), option('', `Everybody (${actors.size})`), ...most.map(([name, count]) => option(name, `${name} (${count})`)));
  $('category').value = state.category;
  $('actor').value = state.actor;
}

function redraw() {
  timeline();
  list();
  const whole = isWhole();
  for (const id of ['out', 'whole', 'earlier', 'later']) $(id).disabled = whole;
  $('in').disabled = state.view.to - state.view.from <= 2;
}

function timeline() {
  const { answer, view } = state;
  const chart = $('chart');
  drawn = chart.clientWidth;
  const width = Math.max(280, Math.round(drawn || document.documentElement.clientWidth - 34));
  const narrow = width < 640;
  const left = narrow ? 14 : 205, right = narrow ? 14 : 24, plot = width - left - right;
  const x = (part) => Math.round((left + part * plot) * 10) / 10;
  const lanes = lanesOf(groupsShown(), view, plot).map((lane) => heaped(lane, plot));
  const label = narrow ? 16 : 0;
  let y = 34;
  const parts = [], marks = draw('g', {});
  const stops = [];
  const tall = Math.max(1, ...lanes.flatMap((lane) => lane.heaps.map((heap) => heap.marks.length)));
  lanes.forEach((lane, number) => {
    const heapRoom = lane.heaps.length ? 34 : 0;
    const height = label + LAYOUT.row * lane.rows + heapRoom + 8;
    if (number % 2 === 0) parts.push(draw('rect', { class: 'band', x: 0, y, width, height }));
    parts.push(draw('text', { class: 'ink', x: narrow ? 8 : 12, y: narrow ? y + 14 : y + height / 2 + 4 }, lane.label));
    const base = y + height - 5;
    for (const heap of lane.heaps) {
      const count = heap.marks.length, bar = Math.round(6 + 24 * Math.sqrt(count / tall));
      const best = heap.marks.map((mark) => mark.entry).reduce((a, b) => (a.rank < b.rank ? a : b));
      const said = count === 1 ? told(best) : `${lane.label}: ${count} changes here; the first of them ${told(best)}`;
      const node = draw('g', { class: `mark ${heap.worst}`, role: 'button', tabindex: -1, 'aria-label': said },
        draw('title', {}, said),
        draw('rect', { class: 'heap', x: x(heap.from) + 0.5, y: base - bar, width: LAYOUT.heap - 1, height: bar, rx: 1.5 }),
        draw('rect', { class: 'halo', x: x(heap.from) - 2, y: base - bar - 2, width: LAYOUT.heap + 4, height: bar + 4, rx: 3 }));
      const act = count === 1 ? () => open(best, node) : () => zoomTo(heap.from, heap.to);
      stops.push({ node, lane: number, at: heap.from, key: `${lane.category} ${heap.from.toFixed(3)}`, act });
      marks.append(node);
    }
    for (const mark of lane.marks) {
      const node = marked(mark, y + label + 4 + LAYOUT.row * mark.row + LAYOUT.row / 2, x);
      stops.push({ node, lane: number, at: mark.at, key: mark.entry.event_id, act: () => open(mark.entry, node) });
      marks.append(node);
    }
    y += height;
  });
  if (!lanes.length) { parts.push(draw('text', { class: 'dim', x: left, y: y + 16 }, 'Nothing here: choose another time, category or person.')); y += 30; }
  const axis = y;
  const multi = new Date(view.from * 1000).getUTCDate() !== new Date(view.to * 1000).getUTCDate();
  for (const tick of ticksOf(view, Math.max(1, Math.min(LAYOUT.ticks, Math.floor(plot / (multi ? 110 : 70)))))) {
    const edge = x(tick.at) < 40 ? 'start' : x(tick.at) > width - 44 ? 'end' : 'middle';
    parts.push(draw('line', { class: 'rule', x1: x(tick.at), x2: x(tick.at), y1: 30, y2: axis + 4 }),
      draw('text', { class: 'dim small', x: x(tick.at), y: axis + 17, 'text-anchor': edge }, tick.said));
  }
  y = strips(answer, view, x, axis + 26, narrow, parts);
  const alert = answer.context?.alert, at = alert ? seconds(alert.started_at) : null;
  if (at !== null) {
    const part = (at - view.from) / (view.to - view.from), here = Math.min(1, Math.max(0, part));
    if (part >= 0 && part <= 1) parts.push(draw('line', { class: 'alert', x1: x(here), x2: x(here), y1: 24, y2: axis + 4 }));
    const room = Math.floor(width / 7.5) - 12, name = alert.name.length > room ? `${alert.name.slice(0, room - 1)}…` : alert.name;
    const anchor = here < 0.35 ? 'start' : here > 0.65 ? 'end' : 'middle';
    const said = `${part < 0 ? '← ' : ''}${name} ${alert.started_at.slice(11)}${part > 1 ? ' →' : ''}`;
    parts.push(draw('text', { class: 'alert-ink small', x: x(here), y: 18, 'text-anchor': anchor }, said));
  }
  const held = state.at ?? stops.find((stop) => stop.key === String(state.open?.event_id))?.key;
  stops.sort((a, b) => a.lane - b.lane || a.at - b.at);
  state.stops = stops;
  const current = Math.max(0, stops.findIndex((stop) => stop.key === held));
  stops[current]?.node.setAttribute('tabindex', 0);
  const picture = draw('svg', { class: 'tl', viewBox: `0 0 ${width} ${y + 8}`, height: y + 8, role: 'group', 'aria-label': 'Changes on a line of time', 'aria-describedby': 'hint' },
    draw('defs', {}, draw('pattern', { id: 'tl-gap', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      draw('line', { class: 'hatch', x1: 0, x2: 0, y1: 0, y2: 8 }))),
    draw('rect', { class: 'paper', x: 0, y: 0, width, height: y + 8 }), ...parts, marks);
  const focused = chart.contains(document.activeElement);
  clear(chart, picture);
  mouse(picture, (pixel) => (pixel * (width / picture.clientWidth) - left) / plot, x);
  if (focused) stops[current]?.node.focus({ preventScroll: true });
}

/** One change: a dot, numbered where it is a suspect; a bar for a burst, a bracket where it was taken back. */
function marked(mark, y, x) {
  const { entry, from, to, at, undone } = mark, said = told(entry);
  const isOpen = state.open?.event_id === entry.event_id;
  const node = draw('g', { class: `mark ${confidence(entry)}${isOpen ? ' open' : ''}`, role: 'button', tabindex: -1, 'aria-label': said }, draw('title', {}, said));
  if (to > from) node.append(draw('rect', { class: 'bar', x: x(from) - 4, y: y - 5, width: x(to) - x(from) + 8, height: 10, rx: 5 }));
  if (undone !== null) node.append(draw('path', { class: 'undone', d: `M${x(at) + 10} ${y} H${x(undone)} m-5 -8 h5 v16 h-5` }));
  const size = entry.suspect ? (entry.rank < 100 ? 10 : 13) : 5;
  node.append(draw('circle', { cx: x(at), cy: y, r: size }), draw('circle', { class: 'halo', cx: x(at), cy: y, r: size + 3 }));
  if (entry.suspect) node.append(draw('text', { class: entry.rank > 99 ? 'num tiny' : 'num', x: x(at), y: y + 4 }, String(entry.rank)));
  return node;
}

/** What of the view was read, place by place; returns where it ends. */
function strips(answer, view, x, top, narrow, parts) {
  const cells = [...(answer.coverage?.cells ?? [])].sort((a, b) => (a.state === 'exhausted') - (b.state === 'exhausted'));
  const place = (text) => { const at = text ? seconds(text) : null; return at === null ? null : Math.min(1, Math.max(0, (at - view.from) / (view.to - view.from))); };
  let y = top;
  const height = narrow ? 28 : LAYOUT.line;
  for (const cell of cells.slice(0, LAYOUT.strips)) {
    const name = [cell.account, cell.region].filter(Boolean).join(' ') || cell.source;
    const bar = narrow ? y + 16 : y + 3;
    parts.push(draw('text', { class: 'dim small', x: narrow ? 8 : 12, y: y + 10 }, `read: ${name}`));
    parts.push(draw('rect', { class: 'gap', x: x(0), y: bar, width: x(1) - x(0), height: 8 }, draw('title', {}, `not read: ${name}`)));
    const from = place(cell.covered_from), to = place(cell.covered_to);
    if (from !== null && to !== null && !LAYOUT.in_doubt.includes(cell.state)) {
      parts.push(draw('rect', { class: 'read', x: x(from), y: bar, width: Math.max(0, x(to) - x(from)), height: 8 }, draw('title', {}, `read: ${name}`)));
    }
    y += height;
  }
  if (cells.length > LAYOUT.strips) {
    parts.push(draw('text', { class: 'dim small', x: narrow ? 8 : 12, y: y + 10 }, `and ${cells.length - LAYOUT.strips} more places`));
    y += LAYOUT.line;
  }
  return y;
}

function list() {
  const groups = groupsShown();
  const all = groups.flatMap((group) => group.events).filter(inView).sort((a, b) => a.rank - b.rank);
  clear($('changes'), ...all.slice(0, state.listed).map(item));
  const rest = all.length - Math.min(all.length, state.listed);
  $('more').hidden = rest === 0;
  $('more').textContent = `Show ${Math.min(rest, LAYOUT.listed)} more of ${rest}`;
  const remaining = state.answer.totals?.remaining ?? 0;
  $('next').hidden = !(state.answer.next_cursor && client.can('serverTools'));
  $('next').textContent = remaining ? `Load the next changes (${remaining} more)` : 'Read on';
  const loaded = entriesOf(state.answer).length;
  const where = isWhole() ? '' : ' in this part of the window';
  const { folded = 0, heartbeats = 0, data_events: data = 0 } = state.answer.totals ?? {};
  const apart = [folded && `${folded} more folded into them`, remaining && `${remaining} not loaded`, heartbeats && `${heartbeats} heartbeats`, data && `${data} data events`].filter(Boolean);
  $('status').textContent = `${all.length} of ${loaded} changes${where}${apart.length ? `; besides: ${apart.join(', ')}` : ''}.`;
}

function item(entry) {
  const sure = entry.suspect ? el('span', { class: `tag ${confidence(entry)}-ink` }, confidence(entry)) : null;
  const under = [entry.name + times(entry), `${entry.actor.name}${entry.actor.via ? ` via ${entry.actor.via}` : ''}`, entry.relative, entry.account, entry.region, entry.application && logged(entry.application), ...(entry.flags ?? [])];
  const button = el('button', { type: 'button', 'aria-expanded': state.open?.event_id === entry.event_id ? 'true' : 'false', 'data-id': entry.event_id },
    el('span', { class: 'num-cell' }, `${entry.rank}`),
    el('span', {}, sure, sure ? ' ' : '', el('span', entry.error ? { class: 'failed' } : {}, entry.summary)),
    el('span', { class: 'under' }, under.filter(Boolean).join(' · ')));
  button.addEventListener('click', () => open(entry, button));
  return el('li', {}, button);
}

// ---- One change in full.

function open(entry, opener) {
  state.open = entry;
  state.opener = opener;
  const box = clear($('detail'));
  box.className = `detail ${confidence(entry)}`;
  const shut = el('button', { type: 'button', 'aria-label': 'Close' }, '✕');
  shut.addEventListener('click', () => close(true));
  const title = el('h2', { id: 'what', tabindex: -1 }, `#${entry.rank} ${entry.summary}${times(entry)}`);
  box.append(el('div', { class: 'row' }, title, shut));
  if (entry.suspect) box.append(el('p', {}, el('span', { class: `tag ${confidence(entry)}-ink` }, confidence(entry) === 'possible' ? 'possible, unproven' : confidence(entry))));
  const rows = el('dl');
  const row = (label, text) => text && rows.append(el('dt', {}, label), el('dd', {}, text));
  const { actor, repeats, suspect, undone, error } = entry;
  row('when', `${entry.time}, ${entry.relative}`);
  row('who', `${actor.name} (${actor.kind}${actor.via ? `, via ${actor.via}` : ''})`);
  row('chain', (actor.chain ?? []).join(' → '));
  row('event', `${entry.service} ${entry.name}`);
  row('where', [entry.account, entry.region].filter(Boolean).join(' '));
  row('why', (entry.reasons ?? []).join('; '));
  row('links', (suspect?.links ?? []).map((link) => `${link.from}${link.to ? ` → ${link.to}` : ''} (${link.by})`).join('; '));
  row('but', (suspect?.against ?? []).join('; '));
  row('app log', entry.application && `${logged(entry.application)}: ${entry.application.summary}`);
  row('undone', undone && `at ${undone.time} by ${undone.by}`);
  row('error', error && [error.code, error.message].filter(Boolean).join(': '));
  if (repeats) {
    row(repeats.run?.length ? 'run' : 'burst', `${repeats.count} changes, ${repeats.first} to ${repeats.last}${repeats.failed ? `, ${repeats.failed} failed` : ''}`);
    row('of', (repeats.run ?? []).map((step) => `${step.name}${step.count > 1 ? ` ×${step.count}` : ''}`).join(', '));
  }
  row('same run', entry.same_run_as && `as #${entry.same_run_as}`);
  row('touched', (entry.resources ?? []).map((one) => `${one.id} (${one.role})`).join(', '));
  row('from', [entry.source_ip, entry.user_agent].filter(Boolean).join(' · '));
  row('flags', (entry.flags ?? []).join(', '));
  row('event id', entry.event_id);
  box.append(rows);
  if (suspect?.undo) box.append(undo(suspect.undo));
  if (entry.request_parameters) box.append(table(entry.earlier_parameters, entry.request_parameters));
  box.append(steps(entry));
  box.hidden = false;
  $('halves').classList.add('two');
  expand();
  title.focus();
}

function undo(command) {
  const code = el('code', {}, command);
  const copy = el('button', { type: 'button' }, 'Copy');
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(command);
      say('Copied.');
    } catch {
      getSelection().selectAllChildren(code);
      say('Selected: copy it with the keyboard.');
    }
  });
  return el('div', {}, el('p', { class: 'dim-ink' }, 'Takes it back; for a person to judge:'), el('pre', {}, code), copy);
}

/** What the call set; beside it what the last like call on the same thing had set, where that is known. */
function table(before, after) {
  const two = Boolean(before);
  const value = (tag, text) => el('td', { class: 'value' }, text === undefined ? '' : el(tag, {}, text));
  const rows = settings(before, after).map(({ path, was, now }) => {
    const same = was === now;
    return el('tr', {}, el('td', { class: 'value' }, path), two ? value(same ? 'span' : 'del', was) : null, value(two && !same ? 'ins' : 'span', now));
  });
  const head = two ? ['Setting', 'Before', 'After'] : ['Setting', 'Set to'];
  return el('table', {}, el('caption', { class: 'dim-ink', style: 'text-align:left' }, two ? 'Before and after' : 'What the call set'),
    el('thead', {}, el('tr', {}, ...head.map((name) => el('th', { scope: 'col' }, name)))), el('tbody', {}, ...rows));
}

/** What can be done next: the console, the whole record. */
function steps(entry) {
  const row = el('div', { class: 'row' });
  const url = consoleLink(state.answer, entry);
  if (url) {
    const link = el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, 'Open in the AWS console');
    link.addEventListener('click', (event) => {
      if (!client.can('openLinks')) return;
      event.preventDefault();
      client.request('ui/open-link', { url }).catch(() => say('The client did not open the link.'));
    });
    row.append(link);
  }
  const name = client.tool('cloudtrail_event');
  if (name) {
    const button = el('button', { type: 'button' }, 'Show the whole record');
    button.addEventListener('click', () => record(name, entry, button));
    row.append(button);
  }
  return row;
}

async function record(name, entry, button) {
  button.disabled = true;
  say('Reading the record…');
  const asked = { event_id: entry.event_id, time: entry.time, ...(entry.region && { region: entry.region }), ...(entry.account && { account: entry.account }) };
  try {
    const answer = (await client.request('tools/call', { name, arguments: asked })).structuredContent ?? {};
    if (state.open !== entry) return;
    say(answer.headline ?? 'There is no record.');
    const found = answer.record;
    const set = found?.requestParameters && !entry.request_parameters ? table(entry.earlier_parameters, found.requestParameters) : null;
    button.parentNode.replaceWith(el('div', {}, steps(entry).querySelector('a'), found ? null : el('p', {}, answer.headline ?? ''), set,
      found ? el('details', {}, el('summary', {}, 'Whole record, secrets removed'), el('pre', { tabindex: 0, role: 'region', 'aria-label': 'Whole record' }, JSON.stringify(found, null, 1))) : null));
  } catch (problem) {
    button.disabled = false;
    say(`The record could not be read: ${problem.message}`);
  }
}

function close(back) {
  const { opener, open: entry } = state;
  state.open = null;
  $('detail').hidden = true;
  $('halves').classList.remove('two');
  expand();
  if (!back || !entry) return;
  const again = opener?.isConnected ? opener : [...$('changes').querySelectorAll('button')].find((one) => one.dataset.id === entry.event_id);
  (again ?? state.stops.find((stop) => stop.node.getAttribute('tabindex') === '0')?.node)?.focus();
}

/** Marks what is open in list and timeline. */
function expand() {
  const id = state.open?.event_id;
  for (const one of $('changes').querySelectorAll('button')) one.setAttribute('aria-expanded', one.dataset.id === id ? 'true' : 'false');
  for (const stop of state.stops) stop.node.classList.toggle('open', stop.key === id);
}

const say = (text) => { $('status').textContent = text; };

// ---- Time: zoom, keys, mouse.

function look(from, to) {
  const { window } = state, least = 2;
  const length = Math.min(Math.max(to - from, least), window.to - window.from);
  const start = Math.min(Math.max(from, window.from), window.to - length);
  state.view = { from: start, to: start + length };
  state.listed = LAYOUT.listed;
  redraw();
}
const zoomTo = (from, to) => {
  const { view } = state, length = view.to - view.from, margin = (to - from) * 0.5;
  look(view.from + (from - margin) * length, view.from + (to + margin) * length);
};
const zoom = (factor, around = 0.5) => {
  const { view } = state, length = view.to - view.from, at = view.from + around * length;
  look(at - around * length * factor, at + (1 - around) * length * factor);
};
const pan = (part) => { const { view } = state, by = (view.to - view.from) * part; look(view.from + by, view.to + by); };
const whole = () => look(state.window.from, state.window.to);

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const here = state.stops.findIndex((stop) => stop.node === document.activeElement);
  const move = (to) => {
    const stop = state.stops[Math.min(Math.max(to, 0), state.stops.length - 1)];
    if (!stop) return;
    for (const one of state.stops) one.node.setAttribute('tabindex', -1);
    stop.node.setAttribute('tabindex', 0);
    state.at = stop.key;
    stop.node.focus({ preventScroll: false });
  };
  /** The nearest in time in the next lane that way. */
  const across = (way) => {
    const from = state.stops[here], lane = from.lane + way;
    const near = state.stops.map((stop, at) => ({ at, gap: Math.abs(stop.at - from.at), lane: stop.lane })).filter((one) => one.lane === lane);
    if (near.length) move(near.reduce((a, b) => (a.gap <= b.gap ? a : b)).at);
  };
  const on = here >= 0;
  const does = {
    ArrowRight: on && (() => (event.shiftKey ? pan(0.25) : move(here + 1))), ArrowLeft: on && (() => (event.shiftKey ? pan(-0.25) : move(here - 1))),
    ArrowDown: on && (() => across(1)), ArrowUp: on && (() => across(-1)), Home: on && (() => move(0)), End: on && (() => move(state.stops.length - 1)),
    Enter: on && (() => state.stops[here].act()), ' ': on && (() => state.stops[here].act()),
    '+': () => zoom(0.5, on ? state.stops[here].at : 0.5), '=': () => zoom(0.5, on ? state.stops[here].at : 0.5), '-': () => zoom(2), 0: whole,
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

/** Clicks open, dragging zooms in, Ctrl and the wheel zoom. */
function mouse(picture, part, x) {
  let start = null, brush = null, dragged = false;
  picture.addEventListener('pointerdown', (event) => { if (event.button === 0) { start = part(event.offsetX); dragged = false; } });
  picture.addEventListener('pointermove', (event) => {
    if (start === null) return;
    const at = part(event.offsetX);
    if (!dragged && Math.abs(x(at) - x(start)) < 6) return;
    dragged = true;
    picture.setPointerCapture(event.pointerId);
    brush ??= picture.appendChild(draw('rect', { class: 'brush', y: 0, height: '100%' }));
    const [from, to] = [Math.min(start, at), Math.max(start, at)].map((one) => x(Math.min(1, Math.max(0, one))));
    fill(brush, { x: from, width: to - from }, []);
  });
  const done = (event) => {
    const from = start, to = start === null ? null : part(event.offsetX);
    start = null;
    brush?.remove();
    brush = null;
    if (dragged && event.type === 'pointerup' && from !== null) {
      const length = state.view.to - state.view.from;
      look(state.view.from + Math.max(0, Math.min(from, to)) * length, state.view.from + Math.min(1, Math.max(from, to)) * length);
    }
  };
  picture.addEventListener('pointerup', done);
  picture.addEventListener('pointercancel', done);
  picture.addEventListener('click', (event) => {
    if (dragged) return;
    const node = event.target.closest('.mark');
    const stop = node && state.stops.find((one) => one.node === node);
    if (stop) { state.at = stop.key; stop.act(); }
  });
  picture.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, part(event.offsetX))));
  }, { passive: false });
}

$('chart').addEventListener('keydown', keys);
$('category').addEventListener('change', (event) => { state.category = event.target.value; state.listed = LAYOUT.listed; redraw(); });
$('actor').addEventListener('change', (event) => { state.actor = event.target.value; state.listed = LAYOUT.listed; redraw(); });
$('in').addEventListener('click', () => zoom(0.5));
$('out').addEventListener('click', () => zoom(2));
$('earlier').addEventListener('click', () => pan(-0.5));
$('later').addEventListener('click', () => pan(0.5));
$('whole').addEventListener('click', whole);
$('more').addEventListener('click', () => { const from = state.listed; state.listed += LAYOUT.listed; list(); $('changes').children[from]?.firstChild.focus(); });
$('next').addEventListener('click', async () => {
  $('next').disabled = true;
  say('Reading on…');
  try {
    const result = await client.request('tools/call', { name: client.tool('cloudtrail_events'), arguments: { cursor: state.answer.next_cursor, limit: 100 } });
    if (!result.isError) append(result.structuredContent ?? {}); else say(result.structuredContent?.headline ?? 'The next changes could not be read.');
  } catch (problem) {
    say(`The next changes could not be read: ${problem.message}`);
  }
  $('next').disabled = false;
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && state.open) { event.preventDefault(); close(true); } });

// ---- The client: JSON-RPC over postMessage, as MCP Apps has it.

const client = {
  id: 0,
  waiting: new Map(),
  capabilities: {},
  context: {},
  can(what) { return this.capabilities[what] !== undefined; },
  /** The name of another tool of the same server, spelt as the client spells them; nothing where it calls none for us. */
  tool(name) {
    const own = this.context.toolInfo?.tool?.name ?? 'aws_cloudtrail_events';
    return this.can('serverTools') && own.endsWith('cloudtrail_events') ? own.slice(0, -'cloudtrail_events'.length) + name : null;
  },
  send(message) { window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*'); },
  notify(method, params = {}) { this.send({ method, params }); },
  request(method, params) {
    const id = ++this.id;
    return new Promise((resolve, reject) => { this.waiting.set(id, { resolve, reject }); this.send({ id, method, params }); });
  },
  receive(message) {
    const { id, method, params = {} } = message;
    if (method === undefined) {
      const waits = this.waiting.get(id);
      this.waiting.delete(id);
      if (message.error) waits?.reject(new Error(message.error.message ?? 'it failed')); else waits?.resolve(message.result ?? {});
    } else if (method === 'ui/notifications/tool-result') {
      result(params);
    } else if (method === 'ui/notifications/tool-cancelled') {
      $('headline').textContent = 'The question was cancelled, so nothing is known about what changed.';
    } else if (method === 'ui/notifications/host-context-changed') {
      surroundings(params);
    } else if (id !== undefined) {
      const known = method === 'ping' || method === 'ui/resource-teardown';
      this.send({ id, ...(known ? { result: {} } : { error: { code: -32601, message: 'unknown method' } }) });
    }
  },
};

function result({ structuredContent: answer, content = [] }) {
  if (answer && typeof answer.headline === 'string') return show(answer);
  $('headline').textContent = 'The answer came as text only.';
  clear($('about'), el('pre', {}, content.map((block) => block.text ?? '').join('\n')));
}

/** Colours that a client may set, where it sets ground and words both. */
const GIVEN = { paper: '--color-background-primary', band: '--color-background-secondary', ink: '--color-text-primary', dim: '--color-text-secondary', rule: '--color-border-primary' };

function surroundings(context) {
  Object.assign(client.context, context);
  const root = document.documentElement;
  if (context.theme === 'light' || context.theme === 'dark') root.dataset.theme = context.theme;
  const given = context.styles?.variables ?? {};
  const whole = Object.values(GIVEN).every((name) => typeof given[name] === 'string');
  for (const [ours, theirs] of Object.entries(GIVEN)) if (whole) root.style.setProperty(`--${ours}`, given[theirs]);
  for (const font of ['--font-sans', '--font-mono']) if (typeof given[font] === 'string') root.style.setProperty(font, given[font]);
  if (context.containerDimensions?.height) root.style.height = '100vh';
  if (state.answer && state.window && !$('board').hidden) redraw();
}

window.addEventListener('message', (event) => {
  if (event.source === window.parent && event.data?.jsonrpc === '2.0') client.receive(event.data);
});

new ResizeObserver(() => {
  const main = document.querySelector('main');
  client.notify('ui/notifications/size-changed', { width: Math.ceil(document.documentElement.clientWidth), height: Math.ceil(main.getBoundingClientRect().height) });
  const width = $('chart').clientWidth;
  if (width && width !== drawn && state.view) timeline();
}).observe(document.querySelector('main'));

client.request('ui/initialize', {
  protocolVersion: '2026-01-26',
  appInfo: { name: 'cloudtrail-mcp timeline', version: LAYOUT.version },
  appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
}).then((given) => {
  client.capabilities = given.hostCapabilities ?? {};
  surroundings(given.hostContext ?? {});
  client.notify('ui/notifications/initialized');
}).catch((problem) => { $('headline').textContent = `The client did not answer: ${problem.message}`; });
