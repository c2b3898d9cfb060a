using System.Net;
using System.Text;

namespace Pipeline.Benchmarks.Service;

/// <summary>A batch file whose lines keep a model busy for long: short prompts, and answers that end by their length alone.</summary>
/// <param name="model">The model that its lines ask for.</param>
/// <param name="lines">How many.</param>
/// <param name="tokens">Tokens of each answer.</param>
internal sealed class LongAnswersFile(string model, int lines, int tokens) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        for (int i = 0; i < lines; i++)
        {
            string line = $$$"""{"custom_id":"r{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"{{{model}}}","messages":[{"role":"user","content":"Receipt {{{i}}}"}],"max_tokens":{{{tokens}}},"ignore_eos":true}}""";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"));
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
