namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>
/// The twenty open models whose templates have to be right before all others. Nobody publishes such a list: this one is ours, of what
/// has long stood at the top of Hugging Face's downloads of text generation and of Ollama's pulls, each family's sizes counted once and
/// templates that several generations share counted once. All are the models' own, as a package carries them.
/// </summary>
internal static class MostUsedModels
{
    /// <summary>A model, and what <see cref="ModelTemplates"/> calls its template.</summary>
    public static readonly IReadOnlyList<(string Model, string Template)> All =
    [
        ("Llama 2 Chat", "@huggingface/ollama-utils llama2:7b"),
        ("Llama 3 Instruct", "@huggingface/ollama-utils llama3:8b"),
        ("Llama 3.1 and 3.3 Instruct", "node-llama-cpp meta-llama-Llama-3.1-8B-Instruct"),
        ("Llama 3.2 Instruct", "node-llama-cpp meta-llama-Llama-3.2-3B-Instruct"),
        ("Mistral 7B Instruct", "@huggingface/ollama-utils mistral:7b-instruct-fp16"),
        ("Mistral Nemo Instruct", "node-llama-cpp mistralai-Mistral-Nemo-Instruct-2407"),
        ("Mistral Small 3.2 Instruct", "node-llama-cpp Mistral-Small-3.2-24B-Instruct-2506"),
        ("Mixtral 8x7B Instruct", "@huggingface/ollama-utils mixtral:8x7b"),
        ("Qwen2.5 Instruct", "node-llama-cpp Qwen-Qwen2.5-7B-Instruct"),
        ("Qwen3", "node-llama-cpp Qwen-Qwen3-0.6B"),
        ("QwQ", "node-llama-cpp Qwen-QwQ-32B"),
        ("Gemma 2", "node-llama-cpp google-gemma-2-2b-it"),
        ("Gemma 3", "@lenml tokenizer-gemma3"),
        ("Phi-3.5 mini", "node-llama-cpp microsoft-Phi-3.5-mini-instruct"),
        ("Phi-4", "@huggingface/ollama-utils phi4:14b"),
        ("DeepSeek-V3", "@lenml tokenizer-deepseek_v3"),
        ("DeepSeek-R1, distilled into Qwen", "node-llama-cpp deepseek-ai-DeepSeek-R1-Distill-Qwen-32B"),
        ("gpt-oss", "node-llama-cpp openai-gpt-oss-120b"),
        ("SmolLM2 Instruct", "@huggingface/ollama-utils smollm2:135m"),
        ("TinyLlama Chat", "@huggingface/ollama-utils tinyllama:1.1b"),
    ];
}
