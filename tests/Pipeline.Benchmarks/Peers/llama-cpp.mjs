// llama.cpp through node-llama-cpp, timed on the prompts of a JSON file. One JSON line comes out.
//   node llama-cpp.mjs INPUT.json
// It drives node-llama-cpp's native addon itself (LlamaContext._ctx: llama_batch, llama_decode and llama_memory_seq_*
// one to one), without the package's own scheduler: the fastest use of it. All prompts and outputs are of one length,
// so that whole waves of sequences are as good as continuous batching.
import fs from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const input = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const {output, shared} = input;
const {kv, flash_attention: flash} = input.extra;
const prompts = input.prompts.map((prompt) => Uint32Array.from(prompt));
const inFlight = Math.min(input.batch, prompts.length);
const cells = Math.ceil((prompts[0].length + output) / 256) * 256;   // llama.cpp pads a sequence to 256 cells

const loading = performance.now();
const llama = await getLlama({
    gpu: false, build: "never", maxThreads: input.threads, progressLogs: false, skipDownload: true,
    logLevel: LlamaLogLevel.warn, logger: (level, message) => process.stderr.write(`llama.cpp: ${message.trim()}\n`)
});
const model = await llama.loadModel({modelPath: input.model, gpuLayers: 0, useMmap: true});
const context = await model.createContext({
    sequences: inFlight + 1,                                          // one more holds what is shared
    contextSize: cells, batchSize: 512, threads: input.threads,
    flashAttention: flash === "auto" ? "auto" : flash === "on",
    experimentalKvCacheKeyType: kv, experimentalKvCacheValueType: kv,
    ignoreMemorySafetyChecks: true, failedCreationRemedy: false
});
const native = context._ctx;
const greedy = Array.from({length: inFlight + 1}, () => {
    const sampler = new llama._bindings.AddonSampler(model._model);
    sampler.applyConfig({temperature: 0});
    return sampler;
});
const loadSeconds = (performance.now() - loading) / 1000;

// One batch. items: [{sequence, position, tokens, sample}]; the next token of each that samples.
async function decode(items) {
    native.initBatch(items.reduce((sum, item) => sum + item.tokens.length, 0));
    const places = items.map((item) => native.addToBatch(item.sequence, item.position, item.tokens,
        item.sample ? Uint32Array.of(item.tokens.length - 1) : new Uint32Array(0)));
    await native.decodeBatch();
    return Promise.all(items.map((item, i) => item.sample ? native.sampleToken(places[i][0], greedy[item.sequence]) : -1));
}

// Prompts packed into full batches; the first token of each.
async function prefill(work) {
    const first = new Array(work.length).fill(-1);
    let items = [], owners = [], room = context.batchSize;
    const flush = async () => {
        if (items.length === 0) return;
        const next = await decode(items);
        next.forEach((token, i) => { if (items[i].sample) first[owners[i]] = token; });
        items = []; owners = []; room = context.batchSize;
    };
    for (const [owner, {sequence, position, tokens, sample}] of work.entries()) {
        for (let done = 0; done < tokens.length;) {
            const count = Math.min(room, tokens.length - done);
            items.push({sequence, position: position + done, tokens: tokens.subarray(done, done + count),
                sample: sample && done + count === tokens.length});
            owners.push(owner);
            done += count;
            room -= count;
            if (room === 0) await flush();
        }
    }
    await flush();
    return first;
}

async function run(prompts, shared, output) {
    const outputs = [], seconds = {prefill: 0, decode: 0}, clock = () => performance.now() / 1000;
    let computed = 0, start = clock();
    if (shared > 0) {
        await prefill([{sequence: inFlight, position: 0, tokens: prompts[0].subarray(0, shared), sample: false}]);
        computed += shared;
    }
    for (let wave = 0; wave < prompts.length; wave += inFlight) {
        const own = prompts.slice(wave, wave + inFlight).map((prompt) => prompt.subarray(shared));
        if (shared > 0)
            for (const sequence of own.keys()) await native.copySequenceStateFromOtherSequence(sequence, inFlight);
        const current = await prefill(own.map((tokens, sequence) => ({sequence, position: shared, tokens, sample: true})));
        computed += own.reduce((sum, tokens) => sum + tokens.length, 0);
        seconds.prefill += clock() - start;
        start = clock();
        const got = current.map((token) => [token]);
        for (let step = 1; step < output; step++) {
            const next = await decode(got.map((tokens, sequence) => ({
                sequence, position: shared + own[sequence].length + step - 1, tokens: Uint32Array.of(tokens.at(-1)), sample: true
            })));
            next.forEach((token, i) => got[i].push(token));
        }
        seconds.decode += clock() - start;
        start = clock();
        outputs.push(...got);
        for (const sequence of own.keys()) native.disposeSequence(sequence);
    }
    if (shared > 0) native.disposeSequence(inFlight);
    return {outputs, computed, seconds};
}

// Processor time of the whole machine, the host's other guests included, in seconds.
function machine() {
    const ticks = fs.readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1).map(Number);
    return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / 100;
}

if (input.warm_prompts.length > 0)
    await run(input.warm_prompts.map((prompt) => Uint32Array.from(prompt)), 0, input.warm_output);
const busy = machine(), cpu = process.cpuUsage(), start = performance.now();
const {outputs, computed, seconds} = await run(prompts, shared, output);
const wall = (performance.now() - start) / 1000, used = process.cpuUsage(cpu);
const others = Math.max(0, machine() - busy - (used.user + used.system) / 1e6);
const cores = fs.readFileSync("/proc/stat", "utf8").match(/^cpu\d+ /gm).length;
const outputTokens = outputs.reduce((sum, tokens) => sum + tokens.length, 0);
const library = [...new Set(fs.readFileSync("/proc/self/maps", "utf8").match(/libggml-cpu-[a-z0-9_]+\.so/g) ?? [])];
console.log(JSON.stringify({
    who: "llama.cpp", how: `${input.model.split("/").at(-1)}, cache ${kv}, flash attention ${flash}, ${library.join(" ")}`,
    seconds: wall, prompt_tokens: 0, least_prefill: 0, output_tokens: outputTokens, prefill_tokens: computed,
    prefill_rate: computed / seconds.prefill,
    decode_rate: seconds.decode > 0 && output > 1 ? (outputTokens - prompts.length) / seconds.decode : null,
    peak_memory: process.resourceUsage().maxRSS * 1024, load_seconds: loadSeconds, disturbance: others / (cores * wall), outputs
}));
await llama.dispose();
