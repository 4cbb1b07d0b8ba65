// The TypeScript SDK, old and new, on stdio or over HTTP: connects, lists, calls.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [work, place] = process.argv.slice(2);
const overHttp = place.startsWith('http');
const from = createRequire(path.join(work, 'package.json'));
const load = (name) => import(pathToFileURL(from.resolve(name)).href);
const args = ['serve', '--demo'];

async function visit(Client, Transport, options) {
  const client = new Client({ name: 'typescript', version: '0' }, options);
  await client.connect(overHttp ? new Transport(new URL(place)) : new Transport({ command: place, args }));
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name), ['aws.cloudtrail_events', 'aws.cloudtrail_event', 'aws.cloudtrail_query']);
  const result = await client.callTool({ name: 'aws.cloudtrail_events', arguments: {} });
  assert.ok(['suspects', 'no_suspect'].includes(result.structuredContent.finding), JSON.stringify(result));
  const refused = await client.callTool({ name: 'aws_cloudtrail_events', arguments: { detail: 'everything' } });
  assert.equal(refused.isError, true);
  await client.close();
}

const v1 = await load('@modelcontextprotocol/sdk/client/index.js');
const v1io = await load(`@modelcontextprotocol/sdk/client/${overHttp ? 'streamableHttp' : 'stdio'}.js`);
await visit(v1.Client, overHttp ? v1io.StreamableHTTPClientTransport : v1io.StdioClientTransport, {});
const v2 = await load('@modelcontextprotocol/client');
const v2io = overHttp ? v2 : await load('@modelcontextprotocol/client/stdio').catch(() => v2);
const Transport = overHttp ? v2io.StreamableHTTPClientTransport : v2io.StdioClientTransport;
for (const options of [{}, { versionNegotiation: { mode: 'auto' } }]) await visit(v2.Client, Transport, options);
