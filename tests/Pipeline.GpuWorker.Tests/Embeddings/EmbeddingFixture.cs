using System.Text.Json;
using Pipeline.Engine.Tests.Support;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Backends.Local;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Tests;

namespace Pipeline.GpuWorker.Tests.Embeddings;

/// <summary>
/// A small random encoder with a tokenizer of one token a byte that puts [CLS] (1000) before and [SEP] (1001) behind a text; up
/// to 40 tokens.
/// </summary>
public sealed class EmbeddingFixture : IAsyncDisposable
{
    private readonly RandomEncoder _encoder;

    public EmbeddingFixture()
    {
        _encoder = new RandomEncoder(new EncoderShape { Vocabulary = 1002, MaxSequenceLength = 40, Matryoshka = [8], Seed = 41, BrokenToken = 'Z' });
        using TokenizerFixture files = new TokenizerFixture().WithAdded("[CLS]").WithAdded("[SEP]").With("post_processor",
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"[SEP]"}}],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1000]},"[SEP]":{"id":"[SEP]","ids":[1001]}}}""");
        Tokenizer = files.Load();
        File.Copy(Path.Combine(files.Path, "tokenizer.json"), Path.Combine(Directory, "tokenizer.json"));
        Model = LocalModels.Load(new LocalModelSetting(new() { ModelDirectory = Directory, Threads = 1 }, "m"), TimeProvider.System);
    }

    public string Directory => _encoder.Directory;

    public Tokenizer Tokenizer { get; }

    internal ILocalModel Model { get; }

    /// <summary>Runs a request with this in it besides the model.</summary>
    internal Task<BackendAnswer> RunAsync(string fields, string url = "/v1/embeddings", CancellationToken cancellationToken = default) =>
        Model.RunAsync(new BackendJob(Guid.NewGuid().ToString("N"), Guid.Empty, "m", url, $$"""{"model":"m",{{fields}}}"""), cancellationToken);

    /// <summary>The vectors of an answer.</summary>
    internal static float[][] Vectors(BackendAnswer answer)
    {
        Assert.Equal(200, answer.StatusCode);
        return [.. JsonDocument.Parse(answer.Body!).RootElement.GetProperty("data").EnumerateArray()
            .Select(one => one.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];
    }

    public async ValueTask DisposeAsync()
    {
        await Model.DisposeAsync();
        _encoder.Dispose();
    }
}
