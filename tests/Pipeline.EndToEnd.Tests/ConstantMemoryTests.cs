using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Tests.Support;

namespace Pipeline.EndToEnd.Tests;

/// <summary>The largest file that the API takes passes through it without staying in its memory.</summary>
public sealed class ConstantMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const long FileBytes = 209_000_000;
    private const int Lines = 50_000;
    /// <summary>A document is held as a text: here a megabyte each, which stay until they are collected. All of them would be 418 MB.</summary>
    private const long MostGrowthOfDocuments = 200_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Lines of random letters are the worst to plan: no piece of a text comes twice.</summary>
    [Theory]
    [InlineData(false, 120)]
    [InlineData(true, 200)]
    public async Task A_200_MB_file_uploads_and_validates_while_the_API_hardly_grows(bool planned, int mostMegabytes)
    {
        await using RunningStack stack = await RunningStack.StartAsync(("Pipeline:ModelDirectories:0", planned ? WithoutLimit(Programs.ShippedModel) : ""));
        using HttpClient http = stack.Client();
        long before = Memory(stack.Api.Id, "VmRSS");
        Stopwatch watch = Stopwatch.StartNew();

        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" }, { new LargeFile(stack.Model), "file", "large.jsonl" } };
        JsonElement file = await ReadAsync(await http.PostAsync("v1/files", form));
        Assert.InRange(file.GetProperty("bytes").GetInt64(), FileBytes - 1_000_000, FileBytes);
        TimeSpan uploaded = watch.Elapsed;

        JsonElement batch = await ReadAsync(await http.PostAsJsonAsync(
            "v1/batches", new { input_file_id = file.GetProperty("id").GetString(), endpoint = "/v1/chat/completions", completion_window = "24h" }));
        while (batch.GetProperty("status").GetString() == "validating")
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(5), "It is still validating.");
            await Task.Delay(250);
            batch = await ReadAsync(await http.GetAsync("v1/batches/" + batch.GetProperty("id").GetString()));
        }

        Assert.Equal("in_progress", batch.GetProperty("status").GetString());
        Assert.Equal(Lines, batch.GetProperty("request_counts").GetProperty("total").GetInt32());
        long growth = Memory(stack.Api.Id, "VmHWM") - before;
        output.WriteLine(
            $"{before / 1e6:F0} MB before, at most {growth / 1e6:F0} MB more; upload {uploaded.TotalSeconds:F1} s, validation {(watch.Elapsed - uploaded).TotalSeconds:F1} s");
        Assert.True(growth < mostMegabytes * 1_000_000L, $"The API grew by {growth / 1e6:F0} MB.");
    }

    [Fact]
    public async Task Documents_of_200_MB_are_read_and_validated_while_the_API_grows_by_less_than_200_MB()
    {
        const int Documents = 400;
        await using RunningStack stack = await RunningStack.StartAsync();
        using HttpClient http = stack.Client();
        long before = Memory(stack.Api.Id, "VmRSS");
        Stopwatch watch = Stopwatch.StartNew();
        using MultipartFormDataContent form = new() { { new StringContent("Summarize."), "prompt" }, { new StringContent(stack.Model), "model" } };
        for (int i = 0; i < Documents; i++)
        {
            form.Add(new LargeText(i, (int)(FileBytes / Documents)), "files", $"{i}.txt");
        }

        JsonElement set = await ReadAsync(await http.PostAsync("v1/documents", form));
        string path = "v1/documents/" + set.GetProperty("id").GetString();
        while (set.GetProperty("status").GetString() is "reading" or "validating")
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(5), "It is still reading.");
            await Task.Delay(250);
            set = await ReadAsync(await http.GetAsync(path));
        }

        Assert.Equal("in_progress", set.GetProperty("status").GetString());
        Assert.Equal(Documents, set.GetProperty("documents").GetProperty("total").GetInt32());
        long growth = Memory(stack.Api.Id, "VmHWM") - before;
        output.WriteLine($"{before / 1e6:F0} MB before, at most {growth / 1e6:F0} MB more; {watch.Elapsed.TotalSeconds:F1} s");
        Assert.True(growth < MostGrowthOfDocuments, $"The API grew by {growth / 1e6:F0} MB.");
    }

    /// <summary>A model's directory without its configuration: its context is not known then, and lines of any length are good.</summary>
    private string WithoutLimit(string model)
    {
        foreach (string file in Directory.EnumerateFiles(model).Where(file => Path.GetFileName(file) != "config.json"))
        {
            File.CreateSymbolicLink(Path.Combine(_folder, Path.GetFileName(file)), file);
        }

        return _folder;
    }

    /// <summary>A figure of a process in bytes: <c>VmRSS</c> for now, <c>VmHWM</c> for the most it ever was.</summary>
    private static long Memory(int processId, string figure)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(text => text.StartsWith(figure + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            string body = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == HttpStatusCode.OK, body);
            return JsonElement.Parse(body);
        }
    }

    /// <summary>A text that is written while it is sent.</summary>
    private sealed class LargeText(int number, int bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            byte[] line = Encoding.ASCII.GetBytes($"Document {number} says again what it has said before, and a little more of it.\n");
            for (int written = 0; written < bytes; written += line.Length)
            {
                await stream.WriteAsync(line);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Written while it is sent, so that this process does not hold it either.</summary>
    private sealed class LargeFile(string model) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int i = 0; i < Lines; i++)
            {
                string start = $$$"""{"custom_id":"r{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"{{{model}}}","messages":[{"role":"user","content":"{{{i}}} """;
                const string End = "\"}]}}\n";
                StringBuilder text = new(start);
                while (text.Length + End.Length < (int)(FileBytes / Lines))
                {
                    text.Append((char)('a' + ((text.Length * (i + 1)) % 26)));
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes(text.Append(End).ToString()));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
