// Counts o200k tokens of what a model sees: the tool list, and answers in both forms.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

const [work, binary] = process.argv.slice(2);
const { encode } = createRequire(path.join(work, 'package.json'))('gpt-tokenizer/encoding/o200k_base');
const count = (text) => encode(text, { disallowedSpecial: new Set() }).length;

async function session(requests, from = ['--demo'], more = {}) {
  const handshake = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '0' } } };
  const lines = [handshake, ...requests.map((request, n) => ({ jsonrpc: '2.0', id: n + 1, ...request }))];
  const server = spawn(binary, ['serve', ...from], { env: { ...process.env, ...more }, stdio: ['pipe', 'pipe', 'ignore'] });
  server.stdin.write(lines.map((line) => JSON.stringify(line) + '\n').join(''));
  const results = new Map();
  // It is left open until all is answered, as the server ends soon after it.
  for await (const line of createInterface({ input: server.stdout })) {
    const reply = JSON.parse(line);
    if (reply.id > 0) results.set(reply.id, reply.result);
    if (results.size === requests.length) server.stdin.end();
  }
  return requests.map((_, n) => results.get(n + 1));
}

const call = (args) => ({ method: 'tools/call', params: { name: 'aws.cloudtrail_events', arguments: args } });
const alert = { alert: { name: 'CheckoutDatabaseTimeouts', startsAt: '2026-01-27T20:04:10Z', labels: { region: 'eu-west-1', security_group: 'sg-0c4ec0a1b2c3d4e5f' } } };
const [list, concise, full] = await session([{ method: 'tools/list' }, call({ investigation: alert }), call({ investigation: alert, detail: 'full', limit: 100 })]);
const visible = ({ tools }) => tools.map((tool) => tool.name + tool.description + JSON.stringify(tool.inputSchema)).join('\n');
// Where AWS may be asked, the fourth tool is of use, too.
const [whole] = await session([{ method: 'tools/list' }], [], { CHAT_ALLOW_AWS_READ: 'true' });
assert.equal(whole.tools.length, 4);
const figures = {
  'tools/list of three, model-visible': [count(visible(list)), 1300],
  'tools/list of four, model-visible': [count(visible(whole)), 1500],
  'answer as markdown': [count(concise.content[0].text), 2600],
  'first screen': [count(concise.content[0].text.split('## All changes')[0]), 600],
  'answer as JSON': [count(JSON.stringify(concise.structuredContent)), 4500],
  'full answer as markdown': [count(full.content[0].text), 10000],
  'full answer as JSON': [count(JSON.stringify(full.structuredContent)), 10000],
};
for (const [what, [tokens, limit]] of Object.entries(figures)) {
  console.log(`${what}: ${tokens} of ${limit}`);
  assert.ok(tokens <= limit, `${what}: ${tokens} > ${limit}`);
}
