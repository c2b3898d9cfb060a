// OpenAI's client for JavaScript through the whole cycle of a batch: node cycle.mjs PACKAGES URL KEY MODEL. What it met goes to
// stdout as one JSON object, which cycle.py writes alike; the test that runs both judges it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { File as BufferFile } from 'node:buffer';

// Node 18, which Debian 12 has, keeps the class to itself.
globalThis.File ??= BufferFile;

const [packages, url, key, model] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const { default: OpenAI, toFile } = require('openai');

// Counts requests; `broken` makes answers of some: given how many there were before, a Response, or nothing to let it pass.
let requests = 0;
let broken = () => undefined;
const client = (options = {}) => new OpenAI({
  baseURL: `${url}/v1`, apiKey: key, ...options,
  fetch: async (...request) => await broken(requests++, request) ?? fetch(...request),
});
const openai = client();

const line = (id) => JSON.stringify({
  custom_id: id, method: 'POST', url: '/v1/chat/completions', body: { model, messages: [{ role: 'user', content: `Say ${id}` }] },
});
const upload = async (text) => openai.files.create({ file: await toFile(Buffer.from(text), 'input.jsonl'), purpose: 'batch' });
const create = (file, options) => openai.batches.create({ input_file_id: file, endpoint: '/v1/chat/completions', completion_window: '24h', metadata: { purpose: 'test' } }, options);
const submit = async (count) => create((await upload(Array.from({ length: count }, (_, i) => line(`r${i}`)).join('\r\n'))).id);

async function ended(batch) {
  while (['validating', 'in_progress', 'finalizing', 'cancelling'].includes(batch.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    batch = await openai.batches.retrieve(batch.id);
  }
  return batch;
}

async function refused(call) {
  const before = requests;
  try {
    return { error: null, answer: await call(), requests: requests - before };
  } catch (e) {
    return { error: e.constructor.name, status: e.status, message: e.message, param: e.param ?? null, code: e.code ?? null, requests: requests - before };
  }
}

const seen = {};
seen.file = await upload(['a', 'b', 'c'].map(line).join('\r\n'));
seen.created = await create(seen.file.id);
seen.ended = await ended(seen.created);
const output = await (await openai.files.content(seen.ended.output_file_id)).text();
seen.custom_ids = output.trimEnd().split('\n').map((text) => JSON.parse(text).custom_id);
seen.conflict = await refused(() => openai.batches.cancel(seen.created.id));

const running = await submit(300);
seen.cancelling = (await openai.batches.cancel(running.id)).status;
seen.cancelled = (await ended(running)).status;
seen.failed = await ended(await create((await upload(`${line('a')}\nno JSON\n${line('a')}\n`)).id));

seen.missing_file = await refused(() => openai.files.retrieve('file-0'));
seen.missing_batch = await refused(() => openai.batches.retrieve('batch_0'));
seen.bad_endpoint = await refused(() => openai.batches.create({ input_file_id: seen.file.id, endpoint: '/v1/nothing', completion_window: '24h' }));
seen.wrong_key = await refused(() => client({ apiKey: 'sk-wrong' }).batches.list());

// The answer to a create is lost on the way: the client asks again, and the key makes it one batch.
broken = async (before, request) => before === first ? (await fetch(...request), new Response('', { status: 500, headers: { 'retry-after-ms': '1' } })) : undefined;
let first = requests;
seen.lost = await refused(() => create(seen.file.id, { headers: { 'Idempotency-Key': 'once' } }));
broken = (before) => before === first ? new Response('{}', { status: 429, headers: { 'retry-after-ms': '1' } }) : undefined;
first = requests;
seen.limited = await refused(() => openai.batches.retrieve(seen.created.id));
broken = () => new Response('{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}', { status: 429, headers: { 'retry-after-ms': '1' } });
seen.over_limit = await refused(() => openai.batches.retrieve(seen.created.id));
broken = () => undefined;

seen.listed = [];
for await (const batch of openai.batches.list({ limit: 2 })) {
  seen.listed.push(batch.id);
}
seen.files = [];
for await (const file of openai.files.list({ purpose: 'batch', limit: 2 })) {
  seen.files.push(file.id);
}
seen.deleted = await openai.files.delete(seen.file.id);
console.log(JSON.stringify(seen));
