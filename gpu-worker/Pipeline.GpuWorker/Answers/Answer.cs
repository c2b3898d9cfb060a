using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers;

/// <summary>An answer before it is written in the form that its endpoint wants.</summary>
/// <param name="Id">Names it; the endpoint's prefix goes before.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Created">When the request was taken up, in Unix seconds.</param>
/// <param name="Choices">The completions, in the order of their index.</param>
/// <param name="Usage">The tokens.</param>
internal sealed record Answer(string Id, string Model, long Created, IReadOnlyList<Choice> Choices, Usage Usage)
{
    /// <summary>The answer's body as JSON text.</summary>
    public string Write(AnswerForm form) => JsonText.Write(writer =>
    {
        switch (form)
        {
            case ChatForm:
                ChatCompletionWriter.Write(writer, this);
                break;
            case CompletionForm:
                TextCompletionWriter.Write(writer, this);
                break;
            case ResponseForm response:
                ResponseWriter.Write(writer, this, response.Settings);
                break;
            default:
                throw new ArgumentException($"Nothing writes the form {form.GetType().Name}.", nameof(form));
        }
    });
}
