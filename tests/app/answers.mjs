// Real answers for the app: synthetic CloudTrail logs, read by the binary over MCP, page after page.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ALERT = { alert: { name: 'CheckoutErrors', startsAt: '2026-01-27T20:04:10Z', labels: { region: 'eu-west-1', security_group: 'sg-0c4ec0a1b2c3d4e5f' } } };
export const QUESTION = { investigation: ALERT, start_time: '2026-01-27T18:04:10Z', limit: 100 };

/** Kinds of change: service, name, parameters of the nth. */
const KINDS = [
  ['ec2', 'AuthorizeSecurityGroupIngress', (n) => ({ groupId: `sg-${hex(n)}`, ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, ipRanges: { items: [{ cidrIp: '192.0.2.0/24' }] } }] } })],
  ['ecs', 'UpdateService', (n) => ({ service: `service-${n}`, cluster: 'shop', desiredCount: 1 + (n % 6), taskDefinition: `service-${n}:${n}` })],
  ['lambda', 'UpdateFunctionConfiguration20150331v2', (n) => ({ functionName: `function-${n}`, memorySize: 128 * (1 + (n % 8)), timeout: 30 })],
  ['rds', 'ModifyDBInstance', (n) => ({ dBInstanceIdentifier: `database-${n}`, backupRetentionPeriod: 7 + (n % 7), applyImmediately: true })],
  ['iam', 'AttachRolePolicy', (n) => ({ roleName: `role-${n}`, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })],
  ['s3', 'PutBucketPolicy', (n) => ({ bucketName: `bucket-${n}`, policy: '' })],
  ['ssm', 'PutParameter', (n) => ({ name: `/shop/setting-${n}`, type: 'String' })],
  ['autoscaling', 'SetDesiredCapacity', (n) => ({ autoScalingGroupName: `group-${n}`, desiredCapacity: n % 9 })],
  ['elasticloadbalancing', 'ModifyTargetGroup', (n) => ({ targetGroupArn: `arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/target-${n}/${hex(n)}` })],
  ['route53', 'ChangeResourceRecordSets', (n) => ({ hostedZoneId: `Z${hex(n).toUpperCase()}` })],
  ['sqs', 'SetQueueAttributes', (n) => ({ queueUrl: `https://sqs.eu-west-1.amazonaws.com/111122223333/queue-${n}` })],
  ['ec2', 'TerminateInstances', (n) => ({ instancesSet: { items: [{ instanceId: `i-${hex(n)}` }] } })],
];
const PEOPLE = ['alice', 'bob', 'carol', 'dana', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'mallory', 'olivia'];
const hex = (n) => (0x0a00000000000000n + BigInt(n) * 7919n).toString(16).padStart(17, '0');
const uuid = (n) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** Changes in two hours before the alert and ten minutes after it, spread by a fixed rule; the one that fits the alert is among them. */
export function records(count) {
  const begin = Date.parse('2026-01-27T18:04:10Z'), end = Date.parse('2026-01-27T20:14:10Z');
  const one = (n) => {
    const [service, name, parameters] = KINDS[n % KINDS.length];
    // A wave in time, so that there are crowds and gaps.
    const part = (n + 0.5) / count, at = part + 0.03 * Math.sin(part * 40);
    // Nobody makes the same kind of change twice, or it would be told as one burst.
    const turn = Math.floor(n / KINDS.length), user = `${PEOPLE[turn % PEOPLE.length]}${turn < PEOPLE.length ? '' : `.${Math.floor(turn / PEOPLE.length)}`}`;
    const global = service === 'iam' || service === 'route53';
    return {
      eventVersion: '1.09', eventID: uuid(n), eventTime: new Date(begin + Math.min(0.999, Math.max(0, at)) * (end - begin)).toISOString().slice(0, 19) + 'Z',
      eventSource: `${service}.amazonaws.com`, eventName: name, awsRegion: global ? 'us-east-1' : 'eu-west-1', readOnly: false, eventType: 'AwsApiCall', managementEvent: true, recipientAccountId: '111122223333',
      sourceIPAddress: '192.0.2.7', userAgent: n % 3 ? 'aws-cli/2.17' : 'console.amazonaws.com',
      userIdentity: { type: 'IAMUser', userName: user, arn: `arn:aws:iam::111122223333:user/${user}`, accountId: '111122223333', principalId: `AIDA${user}` },
      requestParameters: parameters(n), responseElements: null,
      ...(n % 17 === 5 && { errorCode: 'AccessDenied', errorMessage: 'not allowed' }),
    };
  };
  const all = Array.from({ length: count - 1 }, (_, n) => one(n));
  const cause = one(count * 12);
  all.push({ ...cause, eventName: 'RevokeSecurityGroupIngress', eventSource: 'ec2.amazonaws.com', awsRegion: 'eu-west-1', eventTime: '2026-01-27T20:01:00Z', eventID: uuid(count * 12),
    requestParameters: { groupId: 'sg-0c4ec0a1b2c3d4e5f', ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 5432, toPort: 5432, ipRanges: { items: [{ cidrIp: '192.0.2.0/24' }] } }] } } });
  return all;
}

/** A server of the binary, asked over stdio. */
export class Server {
  constructor(binary, args) {
    this.child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOME: '/nonexistent' } });
    this.waiting = new Map();
    this.id = 0;
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line);
      this.waiting.get(reply.id)?.(reply);
      this.waiting.delete(reply.id);
    });
  }

  request(method, params) {
    const id = ++this.id;
    this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n');
    return new Promise((resolve, reject) => this.waiting.set(id, (reply) => (reply.error ? reject(new Error(reply.error.message)) : resolve(reply.result))));
  }

  async start() {
    const capabilities = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } } };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'app-test', version: '0' } });
    this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }) + '\n');
    return this;
  }

  call(name, args) { return this.request('tools/call', { name, arguments: args }); }
  stop() { this.child.stdin.end(); }
}

/** A server over a folder of so many changes. */
export function serverOf(binary, work, count) {
  const folder = path.join(work, `logs-${count}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'log.json'), JSON.stringify({ Records: records(count) }));
  return new Server(binary, ['serve', '--archive', folder, '--now', '2026-01-27T20:30:00Z', '--tool-names', 'underscore']).start();
}

/** One answer of all pages. */
export async function wholeAnswer(server) {
  const first = await server.call('aws_cloudtrail_events', QUESTION);
  const answer = first.structuredContent;
  while (answer.next_cursor) {
    const page = (await server.call('aws_cloudtrail_events', { cursor: answer.next_cursor, limit: 100 })).structuredContent;
    for (const group of page.groups ?? []) {
      const known = answer.groups.find((one) => one.category === group.category);
      if (known) known.events.push(...group.events); else answer.groups.push(group);
    }
    answer.totals = page.totals;
    answer.next_cursor = page.next_cursor;
    if (page.error) throw new Error(page.headline);
  }
  return first;
}
