// Times Hugging Face's tokenizers in Rust and in JavaScript: the second time through a JSON array of texts, one by one.
//   node tokenizers.mjs PLACE_OF_PACKAGES MODEL_DIRECTORY TEXTS_JSON
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [place, directory, input] = process.argv.slice(2);
const packages = createRequire(place + '/package.json');
const read = (name) => JSON.parse(readFileSync(`${directory}/${name}`, 'utf8'));
const texts = JSON.parse(readFileSync(input, 'utf8'));

const rust = packages('@anush008/tokenizers').Tokenizer.fromFile(`${directory}/tokenizer.json`);
const javaScript = new (packages('@huggingface/tokenizers').Tokenizer)(read('tokenizer.json'), read('tokenizer_config.json'));

async function seconds(encode) {
  let time;
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    for (const text of texts) await encode(text);
    time = (performance.now() - start) / 1000;
  }
  return time;
}

const counts = [];
for (const text of texts) counts.push((await rust.encode(text, null, { addSpecialTokens: false })).getLength());
console.log(JSON.stringify({
  rust: await seconds((text) => rust.encode(text, null, { addSpecialTokens: false })),
  java_script: await seconds((text) => javaScript.encode(text, { add_special_tokens: false })),
  counts,
}));
