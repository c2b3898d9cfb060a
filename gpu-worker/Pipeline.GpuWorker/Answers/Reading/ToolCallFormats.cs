using Pipeline.Tokenization;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>The formats of calls that are known.</summary>
internal static class ToolCallFormats
{
    /// <summary>Any: a text that is nothing but a call as JSON, or has the usual marks.</summary>
    public static readonly ToolCallFormat Generic = new("generic", "<tool_call>", "</tool_call>", TaggedCalls.Read) { MayBeBare = true, HoldsJson = true };

    private static readonly SectionCalls DeepSeek = new("<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>");
    private static readonly SectionCalls Kimi = new("<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>");

    /// <summary>By family, in the order in which they are looked for.</summary>
    private static readonly ToolCallFormat[] Known =
    [
        new("deepseek", "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", DeepSeek.Read) { InnerMarks = [DeepSeek.Begin, DeepSeek.Separator, DeepSeek.End] },
        new("kimi", "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", Kimi.Read) { InnerMarks = [Kimi.Begin, Kimi.Separator, Kimi.End] },
        new("mistral", "[TOOL_CALLS]", null, MistralCalls.Read) { HasShortIds = true, InnerMarks = [MistralCalls.Arguments, MistralCalls.CallId] },
        new("command", "<|START_ACTION|>", "<|END_ACTION|>", JsonCalls.Read),
        new("phi", "<|tool_call|>", "<|/tool_call|>", JsonCalls.Read) { MayBeBare = true },
        new("hermes", "<tool_call>", "</tool_call>", TaggedCalls.Read) { HoldsJson = true },
        new("llama", "<|python_tag|>", null, JsonCalls.Read) { MayBeBare = true },
    ];

    /// <summary>The names that a format can be asked for by.</summary>
    public static IEnumerable<string> Names => [.. Known.Select(format => format.Name), Generic.Name];

    /// <summary>The format of a model: the one whose beginning its chat template writes, or its vocabulary has; else any.</summary>
    /// <param name="template">The model's chat template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="name">The format that the settings ask for, or null.</param>
    /// <exception cref="ArgumentException">There is no format of this name.</exception>
    public static ToolCallFormat Choose(ChatTemplate template, Tokenizer tokenizer, string? name = null) =>
        name is not null
            ? Known.Append(Generic).FirstOrDefault(format => format.Name == name)
                ?? throw new ArgumentException($"There is no format of tool calls '{name}'. Known are {string.Join(", ", Names)}.", nameof(name))
            : Known.FirstOrDefault(format => template.Mentions(format.Begin))
                ?? Known.FirstOrDefault(format => tokenizer.TokenId(format.Begin) is not null)
                ?? Generic;
}
