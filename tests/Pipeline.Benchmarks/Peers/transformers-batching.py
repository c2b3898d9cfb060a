"""Hugging Face transformers' continuous batching, timed on the prompts of a JSON file. One JSON line comes out.

    python3 transformers-batching.py INPUT.json     (without it: only looks whether it could run)

Prompts share blocks of equal beginnings, and steps are captured as CUDA graphs, where the version at hand offers it.
"""
import json
import resource
import sys
import time

try:
    import torch
    import transformers
except ImportError as e:
    sys.exit(f"--peer transformers: this Python ({sys.executable}) has no {e.name}; PIPELINE_PYTHON names another")
try:
    from transformers import AutoModelForCausalLM, ContinuousBatchingConfig, GenerationConfig
except ImportError as e:
    sys.exit(f"--peer transformers: transformers {transformers.__version__} has no continuous batching to configure ({e}); version 5.8 has")

if len(sys.argv) < 2:
    print("{}")
    sys.exit()
with open(sys.argv[1], encoding="utf-8") as file:
    work = json.load(file)
device = work["extra"]["device"]
if device.startswith("cuda") and not torch.cuda.is_available():
    sys.exit(f"--peer transformers: PyTorch {torch.__version__} sees no GPU")
torch.set_num_threads(work["threads"])


def flash():
    """The attention implementation to ask for: flash attention where its package is; else transformers chooses."""
    try:
        import flash_attn  # noqa: F401
        return {"attn_implementation": "flash_attention_2"}
    except ImportError:
        return {}


start = time.perf_counter()
model = AutoModelForCausalLM.from_pretrained(work["model"], dtype=getattr(torch, work["dtype"]), device_map=device, **flash()).eval()
load_seconds = time.perf_counter() - start
generation = GenerationConfig(max_new_tokens=work["output"], do_sample=False, eos_token_id=-1, pad_token_id=0)
graphs = device.startswith("cuda")
batching = ContinuousBatchingConfig(allow_block_sharing=True, use_cuda_graph=graphs)


def run(prompts):
    """All outputs, in the order of the prompts, and the seconds they took."""
    start = time.perf_counter()
    results = model.generate_batch(
        inputs=prompts, generation_config=generation, continuous_batching_config=batching,
        progress_bar=False, persistent_manager=True)
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    outputs = [[int(token) for token in result.generated_tokens] for result in results.values()]
    if [len(output) for output in outputs] != [work["output"]] * len(prompts):
        sys.exit(f"--peer transformers: {len(outputs)} of {len(prompts)} outputs came, of {sorted({len(o) for o in outputs})} tokens")
    return outputs, seconds


# As many tokens each as those that count: transformers sizes its cache and graphs by the first call.
if work["warm_prompts"]:
    run(work["warm_prompts"])
outputs, seconds = run(work["prompts"])
used = torch.cuda.max_memory_allocated() if device.startswith("cuda") else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({
    "who": "transformers",
    "how": f"transformers {transformers.__version__}, PyTorch {torch.__version__}, {model.config._attn_implementation}, CUDA graphs {'on' if graphs else 'off'}",
    "seconds": seconds, "prompt_tokens": 0, "least_prefill": 0, "output_tokens": sum(map(len, outputs)),
    "peak_memory": used, "load_seconds": load_seconds, "outputs": outputs}))
