using System.Globalization;

namespace Pipeline.Cli.Documents;

/// <summary>What is asked of documents, as the API's form wants it.</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Prompt">The instruction.</param>
/// <param name="Schema">The JSON schema of the answers, as text; <see langword="null"/> for none.</param>
/// <param name="MaxTokens">Longest answer, in tokens.</param>
/// <param name="RowsAreDocuments">Whether each row of a CSV file is a document.</param>
/// <param name="MaxCost">What all of it may cost; <see langword="null"/> for no cap.</param>
internal sealed record DocumentForm(string Model, string Prompt, string? Schema, int MaxTokens, bool RowsAreDocuments, decimal? MaxCost)
{
    /// <summary>A form with these fields; the caller disposes it.</summary>
    public MultipartFormDataContent ToForm()
    {
        MultipartFormDataContent form = new()
        {
            { new StringContent(Model), "model" },
            { new StringContent(Prompt), "prompt" },
            { new StringContent(MaxTokens.ToString(CultureInfo.InvariantCulture)), "max_tokens" },
        };
        if (Schema is not null)
        {
            form.Add(new StringContent(Schema), "schema");
        }

        if (RowsAreDocuments)
        {
            form.Add(new StringContent("rows"), "csv");
        }

        if (MaxCost is { } cap)
        {
            form.Add(new StringContent(cap.ToString(CultureInfo.InvariantCulture)), "max_cost");
        }

        return form;
    }
}
