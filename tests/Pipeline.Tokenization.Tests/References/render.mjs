// What tests compare with: reads {"template", "variables"} as JSON lines, writes {"text"} or {"error"} as JSON lines, by
// @huggingface/jinja.
//   node render.mjs PLACE_OF_PACKAGES NOW_IN_MILLISECONDS
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

process.env.TZ = 'UTC';
const [place, now] = process.argv.slice(2);
const { Template } = createRequire(place + '/package.json')('@huggingface/jinja');
const Moment = Date;
globalThis.Date = class extends Moment {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [Number(now)]));
  }
};

const parsed = new Map();
const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { template, variables } = JSON.parse(line);
  let answer;
  try {
    if (!parsed.has(template)) {
      parsed.set(template, new Template(template));
    }
    answer = { text: parsed.get(template).render(variables) };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  answers.push(JSON.stringify(answer));
}
process.stdout.write(answers.join('\n') + '\n');
