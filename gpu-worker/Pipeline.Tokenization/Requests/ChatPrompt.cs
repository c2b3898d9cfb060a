using System.Text.Json.Nodes;
using Pipeline.Tokenization.Templates;

namespace Pipeline.Tokenization.Requests;

/// <summary>A conversation that is to become a prompt.</summary>
/// <param name="Param">The parameter that it came from.</param>
/// <param name="Messages">The messages in OpenAI's form.</param>
/// <param name="Tools">The functions on offer, or null.</param>
/// <param name="Variables">Further variables for the template.</param>
internal sealed record ChatPrompt(string Param, JsonArray Messages, ToolUse? Tools, JsonObject Variables)
{
    /// <summary>The prompt's tokens, and how it leaves the model's thoughts.</summary>
    public (int[] Tokens, ReasoningStart Reasoning) Render(Tokenizer tokenizer, ChatTemplate template)
    {
        if (Tools is not null && !template.TakesTools)
        {
            throw RequestErrorException.Invalid("tools", "unsupported_parameter",
                "Unsupported parameter: 'tools' is not supported with this model: its chat template has no place for them.");
        }
        string prompt;
        try
        {
            JsonArray messages = template.Adapt(Messages);
            JsonArray? tools = Tools is null ? null : template.Place(Tools.Definitions, messages);
            prompt = template.Render(messages, addGenerationPrompt: true, tools, Variables);
        }
        catch (TemplateRenderException e)
        {
            throw RequestErrorException.Invalid(Param, "chat_template_error", $"The model's chat template refused the {Param}: {e.Message}");
        }
        // The template has written the special tokens itself. As everywhere else, those in a message count too.
        return (tokenizer.Encode(prompt, addSpecialTokens: false), StartOf(prompt, template));
    }

    /// <summary>
    /// The same with as much of the conversation's beginning left out as it takes to fit. It then begins with the instructions
    /// and a message of the user; where even the last such message is too long, nothing more is left out.
    /// </summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's template.</param>
    /// <param name="most">Tokens that there is room for.</param>
    public (int[] Tokens, ReasoningStart Reasoning) RenderFitting(Tokenizer tokenizer, ChatTemplate template, int most)
    {
        (int[] Tokens, ReasoningStart) whole = Render(tokenizer, template);
        if (whole.Tokens.Length <= most)
        {
            return whole;
        }
        int[] begins = [.. Enumerable.Range(0, Messages.Count).Where(i => RoleOf(i) == "user")];
        (int[] Tokens, ReasoningStart) best = whole;
        int low = 1, high = begins.Length - 1; // What begins later is shorter.
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int[] Tokens, ReasoningStart) shorter = From(begins[middle]).Render(tokenizer, template);
            best = shorter.Tokens.Length <= most || best.Tokens.Length > most ? shorter : best;
            (low, high) = shorter.Tokens.Length <= most ? (low, middle - 1) : (middle + 1, high);
        }
        return best;
    }

    private ChatPrompt From(int begin)
    {
        int instructions = Enumerable.Range(0, Messages.Count).TakeWhile(i => RoleOf(i) == "system").Count();
        return this with { Messages = [.. Messages.Where((_, i) => i < instructions || i >= begin).Select(message => message!.DeepClone())] };
    }

    private string RoleOf(int message) => Messages[message]!["role"]!.GetValue<string>();

    private static ReasoningStart StartOf(string prompt, ChatTemplate template) =>
        ReasoningMarks.Of(template) is not { } marks ? ReasoningStart.Free
        : prompt.AsSpan().TrimEnd().EndsWith(marks.Begin, StringComparison.Ordinal) ? ReasoningStart.Begun
        : prompt.AsSpan().TrimEnd().EndsWith(marks.End, StringComparison.Ordinal) ? ReasoningStart.Ended
        : ReasoningStart.Free;
}
