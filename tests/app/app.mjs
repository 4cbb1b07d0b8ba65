// Plays an MCP Apps client around the timeline: pictures of it, accessibility, keys, speed, what it may not do.
//
//     node tests/app/app.mjs WORK BINARY BROWSER
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { QUESTION, serverOf, wholeAnswer } from './answers.mjs';

const [work, binary, browserPath] = process.argv.slice(2);
const require = createRequire(path.join(work, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const pictures = path.join(work, 'pictures');
mkdirSync(pictures, { recursive: true });

let passed = 0, failed = 0;
async function check(name, step) {
  try {
    const said = await step();
    passed++;
    console.log(`ok      ${name}${said ? `: ${said}` : ''}`);
  } catch (problem) {
    failed++;
    console.log(`FAILED  ${name}\n        ${String(problem.stack ?? problem).split('\n').slice(0, 12).join('\n        ')}`);
  }
}

/** The policy that a client makes of an empty declaration. */
const CLOSED = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'self'";

/** The client's side, in the page around the app. */
function host({ html, context, capabilities }) {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = 'the app';
  frame.style.cssText = 'border:0;width:100%;height:600px;display:block';
  window.log = [];
  window.pages = [];
  window.say = (message) => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*');
  window.ready = new Promise((resolve) => {
    window.addEventListener('message', async ({ source, data }) => {
      if (source !== frame.contentWindow || data?.jsonrpc !== '2.0') return;
      window.log.push(data);
      if (data.method === 'ui/initialize') {
        window.say({ id: data.id, result: { protocolVersion: '2026-01-26', hostInfo: { name: 'test', version: '0' }, hostCapabilities: capabilities, hostContext: context } });
      } else if (data.method === 'ui/notifications/initialized') {
        resolve();
      } else if (data.method === 'ui/notifications/size-changed') {
        frame.style.height = `${data.params.height}px`;
      } else if (data.method === 'tools/call') {
        const result = await window.callTool(data.params);
        window.pages.push(result.structuredContent);
        window.say({ id: data.id, result });
      } else if (data.id !== undefined && data.method) {
        window.say({ id: data.id, result: {} });
      }
    });
  });
  frame.srcdoc = html;
  document.body.style.margin = '0';
  document.body.append(frame);
}

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--font-render-hinting=none'] });
const server = await serverOf(binary, work, 200);
const html = (await server.request('resources/read', { uri: 'ui://cloudtrail-mcp/timeline' })).contents[0].text;
const closed = html.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${CLOSED}">`);

const ALL = { openLinks: {}, serverTools: {} };
/** Opens the app; gives the page and the app's frame. */
async function opened({ width = 1280, theme = 'light', scheme = theme, capabilities = ALL, call = null, answer = null } = {}) {
  const page = await (await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, deviceScaleFactor: 1 })).newPage();
  const asked = [], problems = [];
  page.on('request', (request) => { if (!/^(about|data|blob):/.test(request.url())) asked.push(request.url()); });
  page.on('pageerror', (problem) => problems.push(problem.message));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  page.setDefaultTimeout(120_000);
  await page.exposeFunction('callTool', async (params) => (call ?? ((asked) => server.call(asked.name, asked.arguments)))(params));
  await page.evaluate(host, { html: closed, capabilities, context: { theme, displayMode: 'inline', toolInfo: { tool: { name: 'aws_cloudtrail_events', inputSchema: {} } } } });
  await page.evaluate(() => window.ready);
  const app = page.frames().find((frame) => frame !== page.mainFrame());
  if (answer) await give(page, app, answer);
  return { page, app, asked, problems, done: () => page.context().close() };
}

/** Takes a picture of all of a page: what is outside of the window is not painted in a frame. */
async function picture(page, name) {
  const { width } = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.min(height, 2_600) });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}

async function give(page, app, answer) {
  await page.evaluate((result) => {
    window.say({ method: 'ui/notifications/tool-input', params: { arguments: {} } });
    window.say({ method: 'ui/notifications/tool-result', params: result });
  }, answer);
  await app.waitForFunction((headline) => document.getElementById('headline').textContent === headline, answer.structuredContent.headline);
}

const ten = await (async () => { const small = await serverOf(binary, work, 10); const answer = await wholeAnswer(small); small.stop(); return answer; })();
const first = await server.call('aws_cloudtrail_events', QUESTION);
const hundreds = await wholeAnswer(server);
/** The answer of 200 ten times over, each time with other times and ids: more than one call could give. */
function manifold(result, by) {
  const answer = structuredClone(result.structuredContent);
  for (const group of answer.groups) {
    group.events = group.events.flatMap((entry) => Array.from({ length: by }, (_, n) => n === 0 ? entry : {
      ...entry, event_id: entry.event_id.replace(/^0{8}/, String(n).padStart(8, '0')), rank: entry.rank + n * 200, suspect: n < 2 ? entry.suspect : undefined,
      time: new Date(Math.min(Date.parse('2026-01-27T20:14:00Z'), Date.parse(entry.time) + n * 37_000)).toISOString().replace('.000', ''),
    }));
  }
  return { ...result, structuredContent: answer };
}
const answers = { 10: ten, 200: hundreds, 2000: manifold(hundreds, 10) };
const entries = (answer) => answer.structuredContent.groups.flatMap((group) => group.events);

await check('the answers are as large as they are called', () => {
  for (const [count, answer] of Object.entries(answers)) assert.equal(entries(answer).length, Number(count));
});
await check('the page is small', () => { assert.ok(Buffer.byteLength(html) <= 200 * 1024); return `${Buffer.byteLength(html)} bytes`; });

for (const width of [1280, 390]) {
  for (const theme of ['light', 'dark']) {
    for (const [count, answer] of Object.entries(answers)) {
      await check(`${count} changes, ${theme}, ${width} px: drawn, no wider than the window, 0 serious findings of axe`, async () => {
        // The client's theme goes before the system's: both are tried against each other.
        const { page, app, asked, problems, done } = await opened({ width, theme, scheme: theme === 'light' ? 'dark' : 'light', answer });
        const ground = await app.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(ground, theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(13, 17, 23)');
        assert.ok(await app.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'it is wider than the window');
        const drawn = await app.evaluate(() => document.querySelectorAll('#chart .mark').length);
        assert.ok(drawn > 5 && drawn < 1500, `${drawn} marks`);
        await app.evaluate(axe);
        const opens = app.locator('#changes button').first();
        await opens.click();
        const found = await app.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), []);
        await picture(page, `${count}-${theme}-${width}`);
        assert.deepEqual([asked, problems], [[], []]);
        await done();
        return `${drawn} marks`;
      });
    }
  }
}

await check('without a theme of the client the system decides', async () => {
  const { app, done } = await opened({ theme: null, scheme: 'dark', answer: ten });
  assert.equal(await app.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(13, 17, 23)');
  await done();
});

await check('how long 2,000 changes take to be painted', async () => {
  const times = [];
  for (let n = 0; n < 3; n++) {
    // By itself, so that the browser tells of its thread alone: what it works, not what it waits for the machine.
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.setContent(html);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const worked = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
    await page.evaluate((answer) => { window.given = answer; }, answers[2000].structuredContent);
    const before = await worked();
    const waited = await page.evaluate(async () => {
      const began = performance.now();
      result({ structuredContent: window.given });
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      return performance.now() - began;
    });
    times.push([(await worked()) - before, waited]);
    await page.context().close();
  }
  times.sort((a, b) => a[0] - b[0]);
  // Told, not asserted: a slow machine is no fault of the page.
  return `median ${times[1][0].toFixed(0)} ms of the thread, ${times[1][1].toFixed(0)} ms by the clock; it should take 200 at most`;
});

await check('the timeline stands where the picture of the binary has it', async () => {
  const demo = JSON.parse(spawnSync(binary, ['demo', '--format', 'json']).stdout);
  const svg = spawnSync(binary, ['demo', '--format', 'svg']).stdout.toString();
  const { app, done } = await opened({ answer: { content: [], structuredContent: demo } });
  // The picture's plot is 865 pixels wide and begins at 225.
  const ours = await app.evaluate((answer) => lanesOf(answer.groups, windowOf(answer), 865).flatMap((lane) => lane.marks.map((mark) => [mark.entry.rank, mark.at, mark.row])), demo);
  const circles = new Map([...svg.matchAll(/aria-label="#(\d+)[^>]*>.*?<circle cx="([\d.]+)" cy="([\d.]+)"/gs)].map(([, rank, cx, cy]) => [Number(rank), [Number(cx), Number(cy)]]));
  assert.equal(circles.size, ours.length);
  for (const [rank, at] of ours) assert.ok(Math.abs(225 + at * 865 - circles.get(rank)[0]) < 0.11, `#${rank}: ${225 + at * 865}, and ${circles.get(rank)[0]}`);
  const rows = (list) => list.map(([rank, row]) => [rank, row]).sort((a, b) => a[0] - b[0]);
  const top = new Map();
  for (const [rank, , row] of ours) top.set(rank, circles.get(rank)[1] - row * 26);
  const lanes = await app.evaluate((answer) => lanesOf(answer.groups, windowOf(answer), 865).map((lane) => lane.marks.map((mark) => mark.entry.rank)), demo);
  for (const lane of lanes) assert.equal(new Set(lane.map((rank) => top.get(rank).toFixed(1))).size, 1, `rows of ${lane}`);
  const ticks = await app.evaluate((answer) => ticksOf(windowOf(answer), 8).map((tick) => tick.said), demo);
  for (const tick of ticks) assert.ok(svg.includes(`>${tick}<`), tick);
  await done();
  return `${rows(ours).length} marks, ${ticks.length} times`;
});

await check('the keyboard alone: filter, move, zoom, open, close', async () => {
  const { page, app, done } = await opened({ answer: hundreds });
  const focused = () => app.evaluate(() => ({ id: document.activeElement.id, label: document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent, mark: Boolean(document.activeElement.closest('.mark')) }));
  await app.evaluate(() => document.body.focus());
  await page.mouse.click(2, 2);
  const order = [];
  for (let n = 0; n < 12 && !(order.at(-1)?.mark); n++) { await page.keyboard.press('Tab'); order.push(await focused()); }
  assert.ok(order.at(-1).mark, JSON.stringify(order));
  assert.deepEqual(order.map((one) => one.id).filter((id) => ['category', 'actor', 'in'].includes(id)), ['category', 'actor', 'in']);
  const [before, count] = [order.at(-1).label, () => app.evaluate(() => document.querySelectorAll('#chart .mark').length)];
  await page.keyboard.press('ArrowRight');
  const next = await focused();
  assert.ok(next.mark && next.label !== before, 'an arrow moves');
  await page.keyboard.press('ArrowDown');
  assert.ok((await focused()).mark);
  const all = await app.evaluate(() => state.view.to - state.view.from);
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  assert.ok((await app.evaluate(() => state.view.to - state.view.from)) <= all / 4 + 1, '+ zooms');
  assert.ok((await focused()).mark, 'the focus stays in the timeline');
  await page.keyboard.press('0');
  assert.equal(await app.evaluate(() => state.view.to - state.view.from), all);
  await page.keyboard.press('Home');
  assert.ok((await count()) > 5);
  await app.locator('#changes button').first().focus();
  await page.keyboard.press('Enter');
  assert.equal((await focused()).id, 'what', 'the focus goes to what was opened');
  await page.keyboard.press('Escape');
  assert.equal(await app.evaluate(() => document.getElementById('detail').hidden && document.activeElement.dataset.id === document.querySelector('#changes button').dataset.id), true);
  await app.locator('#category').focus();
  await page.keyboard.press('ArrowDown');
  const lanes = await app.evaluate(() => [...new Set(state.stops.map((stop) => stop.lane))].length);
  assert.equal(lanes, 1, 'a category leaves one lane');
  await done();
});

await check('the mouse: open a mark, drag to zoom, all of it back', async () => {
  const { page, app, done } = await opened({ answer: ten });
  await app.locator('.mark.likely, .mark.possible').first().click();
  assert.match(await app.locator('#detail h2').textContent(), /^#\d+ /);
  const box = await app.locator('#chart svg').boundingBox();
  await page.mouse.move(box.x + 500, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 800, box.y + 60, { steps: 4 });
  await page.mouse.up();
  assert.ok(await app.evaluate(() => !isWhole() && state.view.to - state.view.from < 4000));
  await picture(page, 'zoomed');
  await app.locator('#whole').click();
  assert.ok(await app.evaluate(() => isWhole()));
  await done();
});

await check('the app reads on and shows records through its client', async () => {
  const { page, app, done } = await opened({ answer: first });
  const before = await app.evaluate(() => entriesOf(state.answer).length);
  await app.locator('#next').click();
  await app.waitForFunction((before) => entriesOf(state.answer).length > before, before, { timeout: 60_000 });
  const shown = await app.evaluate(() => ({ headline: document.getElementById('headline').textContent, tags: document.getElementById('tags').textContent, loaded: state.answer }));
  const loaded = await page.evaluate(() => window.pages.at(-1));
  assert.equal(shown.headline, loaded.headline);
  assert.deepEqual(shown.loaded.coverage, loaded.coverage);
  assert.ok(shown.tags.includes(`${loaded.coverage.verdict} coverage`), shown.tags);
  await app.locator('#changes button').first().click();
  await app.locator('#detail button', { hasText: 'Show the whole record' }).click();
  await app.locator('#detail table').waitFor({ timeout: 60_000 });
  assert.match(await app.locator('#detail').textContent(), /groupId/);
  await app.locator('#detail a').click();
  const link = (await page.evaluate(() => window.log)).find((message) => message.method === 'ui/open-link');
  assert.match(link.params.url, /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/cloudtrailv2\/home\?region=eu-west-1#\/events\/[0-9a-f-]{36}$/);
  await picture(page, 'record');
  await done();
});

await check('what reading on finds out is true of the whole from then on', async () => {
  const next = { ...structuredClone(first.structuredContent), headline: 'Another change explains it.', groups: [], next_cursor: undefined, correlation: { records: 2, joined: 1 } };
  next.coverage = { ...next.coverage, verdict: 'unknown', blind_spots: ['what was cut short'] };
  const { app, done } = await opened({ answer: first, call: () => ({ content: [], structuredContent: next }) });
  await app.locator('#next').click();
  await app.waitForFunction((headline) => document.getElementById('headline').textContent === headline, next.headline);
  assert.match(await app.locator('#tags').textContent(), /unknown coverage/);
  const about = await app.locator('#about').textContent();
  assert.ok(about.includes('what was cut short') && about.includes('1 of 2 records joined'), about);
  assert.ok(await app.locator('#next').isHidden());
  await done();
});

await check('2,000 changes are loaded page after page', async () => {
  const all = entries(answers[2000]).map((entry) => [answers[2000].structuredContent.groups.find((group) => group.events.includes(entry)), entry]).sort((a, b) => a[1].rank - b[1].rank);
  const pageAt = (from) => {
    const groups = Object.values(Object.groupBy(all.slice(from, from + 100), ([group]) => group.category)).map((part) => ({ ...part[0][0], events: part.map(([, entry]) => entry) }));
    const left = all.length - from - 100;
    return { content: [], structuredContent: { ...answers[2000].structuredContent, groups, totals: { matched: 2_000, shown: from + 100, folded: 0, remaining: left }, next_cursor: left > 0 ? String(from + 100) : undefined } };
  };
  const { page, app, asked, problems, done } = await opened({ answer: pageAt(0), call: ({ arguments: { cursor } }) => pageAt(Number(cursor)) });
  let loaded = 100;
  while (await app.locator('#next').isVisible()) {
    await app.locator('#next').click();
    await app.waitForFunction((before) => entriesOf(state.answer).length > before, loaded);
    loaded = await app.evaluate(() => entriesOf(state.answer).length);
  }
  assert.equal(loaded, 2_000);
  assert.equal(await app.evaluate(() => new Set(entriesOf(state.answer).map((entry) => entry.event_id)).size), 2_000);
  assert.ok((await app.locator('#status').textContent()).startsWith('2000 of 2000 changes'));
  await picture(page, 'paged-2000');
  assert.deepEqual([asked, problems], [[], []]);
  await done();
});

await check('what the application\'s log says stands at the change, and beside it what only one of both tells', async () => {
  const answer = structuredClone(ten), bad = '<b>who</b>';
  const change = entries(answer).find((entry) => entry.rank === 1);
  change.application = { lines: [12, 14], lines_total: 5, tier: 'request_id', strength: 'exact', summary: 'deploy 7 of shop' };
  change.suspect = { confidence: 'likely', links: [{ from: 'line 9 of the application\'s log', to: '', by: 'line 9' }] };
  answer.structuredContent.correlation = {
    records: 9, joined: 4, tiers: [{ tier: 'request_id', strength: 'exact', records: 4 }], clock: 'its clock is 2 s ahead', unseen: [{ line: 3, time: '2026-01-27T20:00:00Z', summary: bad }], unseen_total: 4,
    untold: [{ event_id: 'e-1', time: '2026-01-27T20:01:00Z', summary: 'stopped i-1' }], untold_total: 1, unreadable: [{ line: 7, problem: 'is no JSON' }], unreadable_total: 1,
  };
  const { page, app, done } = await opened({ answer });
  const about = await app.locator('#about').textContent();
  for (const said of ['4 of 9 records joined: 4 by request id (exact); its clock is 2 s ahead; not used in full: line 7', `line 3: ${bad} (2026-01-27T20:00:00Z)`, 'and 3 more', 'stopped i-1', 'line 7 is no JSON']) assert.ok(about.includes(said), `${said}: ${about}`);
  assert.match(await app.locator('#changes button').first().textContent(), /app log lines 12, 14 and 3 more by request id \(exact\)/);
  await app.locator('#changes button').first().click();
  const detail = await app.locator('#detail').textContent();
  assert.ok(detail.includes('deploy 7 of shop') && detail.includes('line 9 of the application\'s log (line 9)') && !detail.includes('→  ('), detail);
  await app.evaluate(axe);
  const found = await app.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id), []);
  await picture(page, 'application-log');
  await done();
});

await check('a link opens at a console of AWS and nowhere else', async () => {
  const { app, done } = await opened({ answer: ten });
  const links = await app.evaluate((answer) => {
    const of = (console_url) => consoleLink(answer, { event_id: '00000000-0000-4000-8000-000000000001', console_url });
    const path = '/cloudtrailv2/home?region=eu-west-1#/events/00000000-0000-4000-8000-000000000001';
    const at = (host) => of(`https://${host}${path}`) !== null;
    return {
      good: ['eu-west-1.console.aws.amazon.com', 'us-gov-west-1.console.amazonaws-us-gov.com', 'cn-north-1.console.amazonaws.cn', 'eusc-de-east-1.console.amazonaws-eusc.eu'].filter((host) => !at(host)),
      bad: ['eu-west-1.console.aws.amazon.com.example.com', 'eu-west-1.console.example.com', 'console.aws.amazon.com.evil', 'x.console.awsxamazon.com', 'a@eu-west-1.console.aws.amazon.com', 'eu-west-1.console.aws.amazon.com:8443', 'example.com/.console.aws.amazon.com'].filter(at),
      other: of('https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/events/0'),
    };
  }, ten.structuredContent);
  assert.deepEqual(links, { good: [], bad: [], other: null });
  await done();
});

await check('a client that calls no tools and opens no links is offered neither', async () => {
  const { app, done } = await opened({ answer: first, capabilities: {} });
  assert.ok(await app.locator('#next').isHidden());
  await app.locator('#changes button').first().click();
  assert.equal(await app.locator('#detail button', { hasText: 'record' }).count(), 0);
  assert.equal(await app.locator('#detail a').getAttribute('rel'), 'noopener noreferrer');
  await done();
});

await check('before and after stand side by side where both are known', async () => {
  const answer = structuredClone(ten);
  Object.assign(entries(answer).find((entry) => entry.rank === 1), { request_parameters: { desiredCount: 0, service: 'shop' }, earlier_parameters: { desiredCount: 4, service: 'shop' } });
  const { page, app, done } = await opened({ answer });
  await app.locator('#changes button').first().click();
  assert.deepEqual(await app.locator('#detail tbody tr').allTextContents(), ['desiredCount40', 'serviceshopshop']);
  assert.equal(await app.locator('#detail del').textContent(), '4');
  await picture(page, 'before-and-after');
  await done();
});

await check('what events say is text, whatever they say', async () => {
  const answer = structuredClone(ten), bad = '</script><img src=x onerror="window.hit=1"><svg onload="window.hit=1">{{x}}\u202e';
  answer.structuredContent.headline = bad;
  answer.structuredContent.console_url_template = 'javascript:window.hit=1//{event_id}';
  for (const entry of entries(answer)) Object.assign(entry, { summary: bad, name: bad, reasons: [bad], flags: [bad], console_url: 'javascript:window.hit=1', actor: { name: bad, kind: bad, chain: [bad] }, request_parameters: { [bad]: bad } });
  const { app, asked, problems, done } = await opened({ answer });
  await app.locator('#changes button').first().click();
  assert.equal(await app.evaluate(() => window.hit), undefined);
  assert.equal(await app.locator('img, #detail a, main script').count(), 0);
  assert.ok((await app.locator('#headline').textContent()).startsWith('</script>'));
  assert.deepEqual([asked, problems], [[], []]);
  await done();
});

await check('an answer that could not look, a cancelled call and a text are told as such', async () => {
  const refused = await server.call('aws_cloudtrail_events', { regions: 'eu-west-1', start_time: 'nonsense' });
  const { page, app, done } = await opened({ answer: refused });
  assert.equal(await app.locator('#tags').textContent(), 'Could not look');
  assert.ok(await app.locator('#board').isHidden());
  await page.evaluate(() => window.say({ method: 'ui/notifications/tool-result', params: { content: [{ type: 'text', text: 'only words' }] } }));
  await app.waitForFunction(() => document.body.textContent.includes('only words'));
  await page.evaluate(() => window.say({ method: 'ui/notifications/tool-cancelled', params: { reason: 'x' } }));
  await app.waitForFunction(() => document.getElementById('headline').textContent.includes('cancelled'));
  await page.evaluate(() => { window.say({ id: 77, method: 'ui/resource-teardown', params: {} }); window.say({ id: 78, method: 'other', params: {} }); });
  await page.waitForFunction(() => window.log.some((message) => message.id === 78 && message.error) && window.log.some((message) => message.id === 77 && message.result));
  await done();
});

server.stop();
await browser.close();
console.log(`pictures: ${pictures}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
