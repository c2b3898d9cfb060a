using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/responses</c>.</summary>
/// <param name="Common">What the other endpoints have too.</param>
/// <param name="Messages">Instructions and input, as a chat template expects them.</param>
/// <param name="Tools">The functions on offer, or null.</param>
/// <param name="Settings">What the answer repeats.</param>
internal sealed record ResponseRequest(CommonParameters Common, JsonArray Messages, ToolUse? Tools, ResponseSettings Settings)
{
    /// <summary>The form that the answer has to have; null for any text.</summary>
    public StructuredOutput? Output { get; private init; }

    /// <summary>What is known of OpenAI's API and of other servers, and is not supported.</summary>
    private static readonly HashSet<string> Unsupported =
    [
        "context_management", "moderation", "prompt", "prompt_cache_options", "prompt_cache_retention", "stream_options",
    ];

    /// <summary>What <c>include</c> calls the probabilities of the text.</summary>
    private const string TextLogprobs = "message.output_text.logprobs";

    public static ResponseRequest Read(RequestFields fields)
    {
        RefuseStored(fields);
        string? instructions = fields.Text("instructions");
        JsonArray messages = ResponseInput.Read(fields, instructions);
        int? logprobs = ReadLogprobs(fields);
        CommonParameters common = CommonParameters.Read(fields) with { Logprobs = logprobs };
        ServiceTier.Check(fields);
        fields.Integer("max_tool_calls", 1); // Of the tools that OpenAI has built in, of which there are none here.
        ToolUse? tools = ToolUse.Read(fields, ToolDefinition.ReadFlat, nested: false);
        (StructuredOutput? output, JsonElement? format) = ReadText(fields);
        var settings = new ResponseSettings
        {
            Instructions = instructions,
            MaxOutputTokens = fields.Integer("max_output_tokens", 1),
            Metadata = fields.TryGet("metadata", out JsonElement metadata) ? metadata : null,
            Temperature = common.Temperature,
            TopP = common.TopP,
            User = fields.Text("user"),
            ReasoningEffort = ReadEffort(fields),
            Truncates = ReadTruncation(fields),
            TopLogprobs = logprobs,
            Tools = tools is not null && fields.TryGet("tools", out JsonElement given) ? given : null,
            ToolChoice = fields.TryGet("tool_choice", out JsonElement choice) ? choice : null,
            ParallelToolCalls = tools?.Parallel ?? true,
            TextFormat = format,
        };
        fields.RefuseOthers(Unsupported);
        return new ResponseRequest(common, messages, tools, settings) { Output = output };
    }

    /// <summary>Each request of a batch stands by itself: nothing that was answered before can be referred to, nor this answer later.</summary>
    private static void RefuseStored(RequestFields fields)
    {
        foreach (string reference in new[] { "previous_response_id", "conversation" })
        {
            if (fields.TryGet(reference, out _))
            {
                throw RequestErrorException.Invalid(reference, "unsupported_parameter",
                    $"Unsupported parameter: '{reference}' is not supported: responses are not stored. Give the whole conversation as 'input'.");
            }
        }
        if (fields.Flag("store") == true)
        {
            throw RequestErrorException.UnsupportedValue("store", "'store' does not support true: responses are not stored, they are lines of a batch's output file.");
        }
        if (fields.Flag("background") == true)
        {
            throw RequestErrorException.UnsupportedValue("background", "'background' does not support true: all of a batch runs in the background.");
        }
    }

    /// <summary>How many of the likeliest tokens are asked for with each of the text; null where no probabilities are.</summary>
    private static int? ReadLogprobs(RequestFields fields)
    {
        bool asked = false;
        if (fields.TryGet("include", out JsonElement include))
        {
            if (include.ValueKind != JsonValueKind.Array)
            {
                throw RequestErrorException.WrongType("include", "an array of strings", include);
            }
            foreach ((int i, JsonElement part) in include.EnumerateArray().Index())
            {
                // Thoughts are always given, and never encrypted.
                asked |= part.ValueKind == JsonValueKind.String && part.GetString() == TextLogprobs ? true
                    : throw RequestErrorException.UnsupportedValue($"include[{i}]", $"'include' does not support '{part}' with this model. Only '{TextLogprobs}' is supported.");
            }
        }
        long? top = fields.Integer("top_logprobs", 0, ChatRequest.MostLogprobs);
        return asked || top > 0 ? (int)(top ?? 0) : null;
    }

    private static bool ReadTruncation(RequestFields fields) => fields.Text("truncation") switch
    {
        null or "disabled" => false,
        "auto" => true,
        var other => throw RequestErrorException.Invalid("truncation", "invalid_value", $"Invalid value: '{other}'. Supported values are: 'auto' and 'disabled'."),
    };

    private static string? ReadEffort(RequestFields fields)
    {
        if (!fields.TryGet("reasoning", out JsonElement reasoning))
        {
            return null;
        }
        var parts = new RequestFields(reasoning, "reasoning");
        string? effort = parts.Text("effort");
        parts.RefuseOthers(new HashSet<string> { "summary", "generate_summary" }); // The thoughts are given whole.
        return effort;
    }

    /// <summary>Reads <c>text</c>.</summary>
    /// <returns>The form that the answer has to have, and what asked for it as it was given; null for any text.</returns>
    private static (StructuredOutput? Output, JsonElement? Format) ReadText(RequestFields fields)
    {
        StructuredOutput? output = null;
        JsonElement? given = null;
        if (fields.TryGet("text", out JsonElement text))
        {
            var parts = new RequestFields(text, "text");
            if (parts.TryGet("format", out JsonElement format))
            {
                output = TextFormat.Read(new RequestFields(format, "text.format"), nested: false);
                given = format;
            }
            if (parts.Text("verbosity") is { } verbosity and not "medium")
            {
                throw RequestErrorException.UnsupportedValue("text.verbosity",
                    $"'text.verbosity' does not support '{verbosity}' with this model. Only 'medium' is supported.");
            }
            parts.RefuseOthers(new HashSet<string>());
        }
        return (GuidedOutput.Read(fields, output), given);
    }
}
