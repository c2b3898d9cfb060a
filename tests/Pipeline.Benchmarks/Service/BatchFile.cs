using System.Net;
using System.Text;

namespace Pipeline.Benchmarks.Service;

/// <summary>A batch file that is made up while it is sent: lines of equal length, an instruction that all share and words of their own.</summary>
/// <param name="model">The model that its lines ask for.</param>
/// <param name="lines">How many.</param>
/// <param name="bytesPerLine">How long each is, about.</param>
internal sealed class BatchFile(string model, int lines, int bytesPerLine) : HttpContent
{
    private const string Instruction = "Extract the fields company, date, address and total from this receipt as JSON.";
    private const string End = "\"}],\"max_tokens\":64}}\n";

    private static readonly string[] Words = ["total", "date", "road", "receipt", "cash", "change", "tax", "invoice", "qty", "item", "12.50", "3.90", "RM", "2018", "thank", "you"];

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        StringBuilder text = new();
        for (int i = 0; i < lines; i++)
        {
            text.Append($$$"""{"custom_id":"r{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"{{{model}}}","messages":[{"role":"user","content":"{{{Instruction}}} """);
            int begin = text.Length;
            Random random = new(i);
            while (text.Length + End.Length < bytesPerLine)
            {
                text.Append(Words[random.Next(Words.Length)]).Append(' ');
            }

            if (text.Length == begin)
            {
                text.Append(i);
            }

            text.Append(End);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
            text.Clear();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
