// Times Hugging Face's tokenizers in Rust and in JavaScript: the second time through each JSON array of texts, one by one.
//   node tokenizers.mjs PLACE_OF_PACKAGES MODEL_DIRECTORY ARRAYS_OF_TEXTS_JSON
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [place, directory, input] = process.argv.slice(2);
const packages = createRequire(place + '/package.json');
const read = (name) => JSON.parse(readFileSync(`${directory}/${name}`, 'utf8'));
const corpora = JSON.parse(readFileSync(input, 'utf8'));

const rust = packages('@anush008/tokenizers').Tokenizer.fromFile(`${directory}/tokenizer.json`);
const javaScript = new (packages('@huggingface/tokenizers').Tokenizer)(read('tokenizer.json'), read('tokenizer_config.json'));

async function seconds(texts, encode) {
  let time;
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    for (const text of texts) await encode(text);
    time = (performance.now() - start) / 1000;
  }
  return time;
}

const length = (texts) => texts.reduce((sum, text) => sum + text.length, 0);
const answers = [];
for (const texts of corpora) {
  // The port takes many times as long: it is timed over a part of the texts.
  const some = texts.filter((_, i) => i % 8 === 0);
  const counts = [];
  for (const text of texts) counts.push((await rust.encode(text, null, { addSpecialTokens: false })).getLength());
  answers.push({
    rust: await seconds(texts, (text) => rust.encode(text, null, { addSpecialTokens: false })),
    java_script: (length(texts) / length(some)) * (await seconds(some, (text) => javaScript.encode(text, { add_special_tokens: false }))),
    counts,
  });
}
console.log(JSON.stringify({ corpora: answers }));
