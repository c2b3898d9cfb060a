#!/usr/bin/env python3
"""Records logits of small random models of every family, as transformers computes them. See README.md."""

import json
import pathlib
import shutil

import torch
import transformers

HERE = pathlib.Path(__file__).parent / "recorded"
TOKENS = 48
SIZES = dict(
    vocab_size=64, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=128, bos_token_id=None, eos_token_id=2, pad_token_id=None, attn_implementation="eager",
)


def llama3():
    return {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32}


def longrope(pairs):
    return {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1 + i / 10 for i in range(pairs)],
            "long_factor": [1.5 + i for i in range(pairs)]}


# Each: the configuration's class, and what it has beside the sizes. Texts of 48 tokens are longer than the windows.
FAMILIES = {
    "llama": ("LlamaConfig", dict(head_dim=8, attention_bias=True, rope_scaling=llama3())),
    "mistral": ("MistralConfig", dict(head_dim=8, sliding_window=12)),
    "qwen2": ("Qwen2Config", dict(tie_word_embeddings=True, use_sliding_window=True, sliding_window=12, max_window_layers=1)),
    "qwen3": ("Qwen3Config", dict(head_dim=16)),
    "qwen3_moe": ("Qwen3MoeConfig", dict(
        head_dim=8, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, norm_topk_prob=True, mlp_only_layers=[0])),
    "mixtral": ("MixtralConfig", dict(num_local_experts=4, num_experts_per_tok=2)),
    "phi3": ("Phi3Config", dict(sliding_window=12)),
    "phi3-short": ("Phi3Config", dict(original_max_position_embeddings=64, rope_scaling=longrope(4))),
    "phi3-long": ("Phi3Config", dict(original_max_position_embeddings=32, rope_scaling=longrope(4))),
    "gemma2": ("Gemma2Config", dict(
        head_dim=8, sliding_window=12, query_pre_attn_scalar=12, attn_logit_softcapping=5.0, final_logit_softcapping=4.0)),
    "gemma3_text": ("Gemma3TextConfig", dict(
        num_hidden_layers=6, head_dim=8, sliding_window=12, query_pre_attn_scalar=12,
        rope_scaling={"rope_type": "linear", "factor": 8.0})),
}


def random_model(config, seed):
    """Weights wide enough that a wrong position, mask or norm shows; as bfloat16 holds them."""
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config).to(torch.float32).eval()
    offset = config.model_type.startswith("gemma")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.normal_(0 if offset else 1, 0.1)
            elif name.endswith(".bias"):
                weight.normal_(0, 0.3)
            elif "embed_tokens" in name:
                weight.normal_(0, 0.3)
            else:
                weight.normal_(0, 1.5 / weight.shape[-1] ** 0.5)
            weight.copy_(weight.to(torch.bfloat16).to(torch.float32))
    return model


def record(name, kind, settings, seed):
    config = getattr(transformers, kind)(**{**SIZES, **settings})
    model = random_model(config, seed)
    tokens = torch.randint(0, SIZES["vocab_size"], (1, TOKENS), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        logits = model(tokens, use_cache=False).logits[0]
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(directory)
    golden = {
        "transformers": transformers.__version__, "torch": torch.__version__, "tokens": tokens[0].tolist(),
        "logits": [[round(value, 5) for value in row] for row in logits.tolist()],
    }
    (directory / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    size = sum(file.stat().st_size for file in directory.iterdir())
    print(f"{name}: {size // 1024} KB")


if __name__ == "__main__":
    for number, (name, (kind, settings)) in enumerate(FAMILIES.items()):
        record(name, kind, settings, seed=100 + number)
