// Real issuers in front of the server: whom it lets in, whom not, and what it tells them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [work, binary] = process.argv.slice(2);
const from = createRequire(path.join(work, 'package.json'));
const load = (name) => import(pathToFileURL(from.resolve(name)).href);
const audience = 'http://localhost:8080/mcp';
const children = [];
let passed = 0;

/** Starts the server with `issuer` and gives its address. */
async function serve(issuer) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'issuers-')), 'policy.toml');
  writeFileSync(file, `[http.oauth]\nissuer = "${issuer}"\naudience = "${audience}"\nscopes = ["cloudtrail:read"]\ntool_scopes = ["cloudtrail_event=cloudtrail:record"]\n`);
  const child = spawn(binary, ['serve', '--demo', '--config', file, '--http', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.startsWith('Listening on ')) return line.slice('Listening on '.length);
  }
  throw new Error('the server does not listen');
}

async function call(url, token, tool = 'aws.cloudtrail_events') {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  if (token) headers.authorization = `Bearer ${token}`;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: tool.endsWith('s') ? { limit: 1 } : { event_id: '00000000-0000-4000-8000-000000000000' } } });
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, challenge: answer.headers.get('www-authenticate') ?? '', body: await answer.json() };
}

async function check(what, status, url, token, tool) {
  const answer = await call(url, token, tool);
  assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer)}`);
  if (status === 200) assert.ok(answer.body.result.structuredContent, what);
  if (status === 401 || status === 403) assert.match(answer.challenge, /resource_metadata="http:\/\/localhost:8080\/\.well-known\/oauth-protected-resource\/mcp"/, what);
  passed += 1;
}

// oidc-provider: access tokens as RFC 9068 has them, for the resource that was asked for.
async function oidcProvider() {
  const { default: Provider } = await load('oidc-provider');
  const { createServer } = await import('node:http');
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => listener.once('listening', done));
  const issuer = `http://127.0.0.1:${listener.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'bot', client_secret: 'test-only', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    scopes: ['cloudtrail:read', 'cloudtrail:record'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({ scope: 'cloudtrail:read cloudtrail:record', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
      },
    },
  });
  listener.on('request', provider.callback());
  const token = async (scope, resource) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope, ...(resource ? { resource } : {}) });
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body, headers: { authorization: `Basic ${btoa('bot:test-only')}` } });
    const { access_token } = await answer.json();
    assert.ok(access_token, 'the issuer gives tokens');
    return access_token;
  };
  const url = await serve(issuer);
  const metadata = await (await fetch(new URL('/.well-known/oauth-protected-resource/mcp', url))).json();
  assert.deepEqual(metadata.authorization_servers, [issuer]);
  await check('no token', 401, url);
  const right = await token('cloudtrail:read', audience);
  assert.equal(JSON.parse(atob(right.split('.')[0])).typ, 'at+jwt');
  await check('a token for this server', 200, url, right);
  await check('a tool with a scope of its own', 403, url, right, 'aws.cloudtrail_event');
  await check('the scope that it asks for', 200, url, await token('cloudtrail:read cloudtrail:record', audience), 'aws_cloudtrail_event');
  await check('another scope', 403, url, await token('cloudtrail:record', audience));
  await check('a token for another server', 401, url, await token('cloudtrail:read', 'http://localhost:8080/other'));
  await check('an opaque token', 401, url, await token('', undefined).catch(() => 'opaque'));
  listener.close();
}

// oauth2-mock-server: claims and headers of any shape, and keys that change.
async function mockServer() {
  const { OAuth2Server } = await load('oauth2-mock-server');
  const mock = new OAuth2Server();
  await mock.issuer.keys.generate('RS256');
  await mock.start(0, '127.0.0.1');
  const issuer = mock.issuer.url;
  const url = await serve(issuer);
  const now = Math.floor(Date.now() / 1000);
  const token = (changes = {}, header = {}, options = {}) => mock.issuer.buildToken({
    ...options,
    scopesOrTransform: (head, claims) => {
      Object.assign(claims, { aud: audience, sub: 'alice', scope: 'cloudtrail:read', exp: now + 600 }, changes);
      Object.assign(head, header);
      for (const part of [claims, head]) for (const key of Object.keys(part)) if (part[key] === undefined) delete part[key];
    },
  });
  await check('a right token', 200, url, await token());
  for (const [what, changes] of [
    ['another audience', { aud: 'https://other.example' }],
    ['no audience', { aud: undefined }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['no issuer', { iss: undefined }],
    ['expired', { exp: now - 60 }],
    ['no expiry', { exp: undefined }],
    ['not valid yet', { nbf: now + 120 }],
    ['no subject', { sub: undefined }],
    ['bound to a key', { cnf: { jkt: 'x' } }],
  ]) await check(what, 401, url, await token(changes));
  await check('no scope', 403, url, await token({ scope: undefined }));
  await check('another scope', 403, url, await token({ scope: 'cloudtrail:readonly' }));
  await check('an unknown key', 401, url, await token({}, { kid: 'unknown' }));
  await check('another kind of token', 401, url, await token({}, { typ: 'logout+jwt' }));
  const kept = await token();
  await mock.stop();
  await check('a known key while the issuer is away', 200, url, kept);
  await mock.start(Number(new URL(issuer).port), '127.0.0.1');
  const other = await serve(issuer);
  await check('before the rotation', 200, other, await token());
  const rotated = await mock.issuer.keys.generate('ES256');
  await check('a key that came later', 200, other, await token({}, {}, { kid: rotated.kid }));
  await mock.stop();
}

try {
  await oidcProvider();
  console.log(`ok      oidc-provider: ${passed} checks`);
  const before = passed;
  await mockServer();
  console.log(`ok      oauth2-mock-server: ${passed - before} checks`);
} catch (error) {
  console.log(`FAILED  ${error.stack}`);
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill();
}
