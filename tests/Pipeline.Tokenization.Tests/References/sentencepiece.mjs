// What tests compare with: SentencePiece itself, compiled to WebAssembly. Reads JSON lines, writes JSON lines.
//   node sentencepiece.mjs PLACE_OF_PACKAGES TOKENIZER_MODEL
// {"text"} becomes {"ids", "text"}: its tokens without any around it, and what they decode to.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [place, file] = process.argv.slice(2);
const { SentencePieceProcessor } = createRequire(place + '/package.json')('@agnai/sentencepiece-js');
const processor = new SentencePieceProcessor();
await processor.load(file);

const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const ids = Array.from(processor.encodeIds(JSON.parse(line).text));
  answers.push(JSON.stringify({ ids, text: processor.decodeIds(ids) }));
}
process.stdout.write(answers.join('\n') + '\n');
