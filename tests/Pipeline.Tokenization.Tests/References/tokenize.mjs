// What tests compare with: reads requests as JSON lines, writes answers as JSON lines.
//   node tokenize.mjs PLACE_OF_PACKAGES TOKENIZER_JSON TOKENIZER_CONFIG_JSON
// {"text", "around", "js"} becomes {"ids", "text", "js"}: its tokens, with special tokens around it if asked, and what they
// decode to without special tokens, by Hugging Face's tokenizers in Rust; where asked also its tokens in JavaScript.
// {"ids"} becomes {"text"}: what they decode to with special tokens, by Rust.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [place, file, config] = process.argv.slice(2);
const packages = createRequire(place + '/package.json');
const rust = packages('@anush008/tokenizers').Tokenizer.fromFile(file);
let javaScript;

const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  if (request.ids) {
    answer = { text: await rust.decode(request.ids, false) };
  } else {
    const ids = (await rust.encode(request.text, null, { addSpecialTokens: request.around })).getIds();
    answer = { ids, text: await rust.decode(ids, true) };
    if (request.js) {
      javaScript ??= new (packages('@huggingface/tokenizers').Tokenizer)(
        JSON.parse(readFileSync(file, 'utf8')), JSON.parse(readFileSync(config, 'utf8')));
      answer.js = javaScript.encode(request.text, { add_special_tokens: request.around }).ids;
    }
  }
  answers.push(JSON.stringify(answer));
}
process.stdout.write(answers.join('\n') + '\n');
