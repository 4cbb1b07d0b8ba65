// Counts o200k tokens of what a model sees: the tool list, and answers in both forms.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const [work, binary] = process.argv.slice(2);
const { encode } = createRequire(path.join(work, 'package.json'))('gpt-tokenizer/encoding/o200k_base');
const count = (text) => encode(text, { disallowedSpecial: new Set() }).length;

function session(requests) {
  const handshake = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '0' } } };
  const lines = [handshake, ...requests.map((request, n) => ({ jsonrpc: '2.0', id: n + 1, ...request }))];
  const run = spawnSync(binary, ['serve', '--demo'], { input: lines.map((line) => JSON.stringify(line) + '\n').join('') });
  const replies = run.stdout.toString().trim().split('\n').map((line) => JSON.parse(line));
  return requests.map((_, n) => replies.find((reply) => reply.id === n + 1).result);
}

const call = (args) => ({ method: 'tools/call', params: { name: 'aws.cloudtrail_events', arguments: args } });
const alert = { alert: { name: 'CheckoutDatabaseTimeouts', startsAt: '2026-01-27T20:04:10Z', labels: { region: 'eu-west-1', security_group: 'sg-0c4ec0a1b2c3d4e5f' } } };
const [list, concise, full] = session([{ method: 'tools/list' }, call({ investigation: alert }), call({ investigation: alert, detail: 'full', limit: 100 })]);
const visible = list.tools.map((tool) => tool.name + tool.description + JSON.stringify(tool.inputSchema)).join('\n');
const figures = {
  // Three tools of the four, for which the contract has 1,500.
  'tools/list, model-visible': [count(visible), 1300],
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
