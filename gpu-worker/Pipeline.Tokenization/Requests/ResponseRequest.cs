using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/responses</c>.</summary>
/// <param name="Common">What the other endpoints have too.</param>
/// <param name="Messages">Instructions and input, as a chat template expects them.</param>
/// <param name="Settings">What the answer repeats.</param>
internal sealed record ResponseRequest(CommonParameters Common, JsonArray Messages, ResponseSettings Settings)
{
    /// <summary>What is known of OpenAI's API and of other servers, and is not supported.</summary>
    private static readonly HashSet<string> Unsupported =
    [
        "context_management", "max_tool_calls", "moderation", "parallel_tool_calls", "prompt", "prompt_cache_options", "prompt_cache_retention",
        "stream_options", "tool_choice", "tools",
    ];

    public static ResponseRequest Read(RequestFields fields)
    {
        RefuseStored(fields);
        string? instructions = fields.Text("instructions");
        JsonArray messages = ResponseInput.Read(fields, instructions);
        CommonParameters common = CommonParameters.Read(fields);
        RefuseUnlessNeutral(fields);
        var settings = new ResponseSettings
        {
            Instructions = instructions,
            MaxOutputTokens = fields.Integer("max_output_tokens", 1),
            Metadata = fields.TryGet("metadata", out JsonElement metadata) ? metadata : null,
            Temperature = common.Temperature,
            TopP = common.TopP,
            User = fields.Text("user"),
        };
        fields.RefuseOthers(Unsupported);
        return new ResponseRequest(common, messages, settings);
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

    private static void RefuseUnlessNeutral(RequestFields fields)
    {
        if (fields.TryGet("include", out JsonElement include))
        {
            if (include.ValueKind != JsonValueKind.Array)
            {
                throw RequestErrorException.WrongType("include", "an array of strings", include);
            }
            if (include.GetArrayLength() > 0)
            {
                throw RequestErrorException.UnsupportedValue("include[0]", $"'include' does not support '{include[0]}' with this model.");
            }
        }
        if (fields.Integer("top_logprobs", 0) is > 0)
        {
            throw RequestErrorException.Unsupported("top_logprobs");
        }
        if (fields.Text("truncation") is { } truncation and not "disabled")
        {
            throw RequestErrorException.UnsupportedValue("truncation",
                $"'truncation' does not support '{truncation}' with this model. Only 'disabled' is supported.");
        }
        ServiceTier.Check(fields);
        RefuseReasoning(fields);
        RefuseFormats(fields);
    }

    private static void RefuseReasoning(RequestFields fields)
    {
        if (fields.TryGet("reasoning", out JsonElement reasoning))
        {
            var parts = new RequestFields(reasoning, "reasoning");
            parts.RefuseOthers(new HashSet<string> { "effort", "summary", "generate_summary" });
        }
    }

    private static void RefuseFormats(RequestFields fields)
    {
        if (!fields.TryGet("text", out JsonElement text))
        {
            return;
        }
        var parts = new RequestFields(text, "text");
        if (parts.TryGet("format", out JsonElement format))
        {
            TextFormat.Check(new RequestFields(format, "text.format"));
        }
        if (parts.Text("verbosity") is { } verbosity and not "medium")
        {
            throw RequestErrorException.UnsupportedValue("text.verbosity",
                $"'text.verbosity' does not support '{verbosity}' with this model. Only 'medium' is supported.");
        }
        parts.RefuseOthers(new HashSet<string>());
    }
}
