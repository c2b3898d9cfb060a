using Pipeline.Engine.Execution;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public SafetensorsTests() => LibtorchLoader.EnsureLoaded();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void What_is_written_is_read_back_bit_for_bit(ScalarType type)
    {
        using Tensor a = torch.tensor(Enumerable.Range(0, 12).Select(i => (float)i).ToArray()).reshape(3, 4).to(type);
        using Tensor b = a.t();
        string path = Path.Combine(_directory, "model.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["b.weight"] = b, ["a"] = a });
        using Checkpoint checkpoint = Checkpoint.Open(_directory);
        using Tensor readA = checkpoint.Read("a", 3, 4);
        using Tensor readB = checkpoint.Read("b.weight", 4, 3);
        Assert.Equal(type, readA.dtype);
        Assert.True(readA.equal(a).all().item<bool>());
        Assert.True(readB.equal(b).all().item<bool>());
    }

    [Fact]
    public void The_same_tensors_give_the_same_bytes_aligned_to_eight()
    {
        using Tensor a = torch.ones(5);
        string first = Path.Combine(_directory, "1");
        string second = Path.Combine(_directory, "2");
        SafetensorsWriter.Write(first, new Dictionary<string, Tensor> { ["x"] = a, ["yy"] = a });
        SafetensorsWriter.Write(second, new Dictionary<string, Tensor> { ["yy"] = a, ["x"] = a });
        byte[] bytes = File.ReadAllBytes(first);
        Assert.Equal(bytes, File.ReadAllBytes(second));
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        Assert.Equal(8 + BitConverter.ToInt64(bytes) + 40, bytes.Length);
    }

    [Fact]
    public void Shards_are_found_by_their_index()
    {
        using Tensor a = torch.ones(2);
        using Tensor b = torch.zeros(3);
        SafetensorsWriter.Write(Path.Combine(_directory, "s1.safetensors"), new Dictionary<string, Tensor> { ["a"] = a });
        SafetensorsWriter.Write(Path.Combine(_directory, "s2.safetensors"), new Dictionary<string, Tensor> { ["b"] = b });
        File.WriteAllText(
            Path.Combine(_directory, "model.safetensors.index.json"),
            """{"weight_map": {"a": "s1.safetensors", "b": "s2.safetensors"}}""");
        using Checkpoint checkpoint = Checkpoint.Open(_directory);
        using Tensor read = checkpoint.Read("b", 3);
        Assert.Equal(0f, read.sum().item<float>());
        Assert.True(checkpoint.Contains("a"));
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused_by_name()
    {
        using Tensor a = torch.ones(100);
        string path = Path.Combine(_directory, "model.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = a });
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^4]);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Checkpoint.Open(_directory));
        Assert.Contains("cut off", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_and_a_wrong_shape_are_named()
    {
        using Tensor a = torch.ones(2, 2);
        SafetensorsWriter.Write(Path.Combine(_directory, "model.safetensors"), new Dictionary<string, Tensor> { ["a"] = a });
        using Checkpoint checkpoint = Checkpoint.Open(_directory);
        Assert.Contains("no b", Assert.Throws<InvalidDataException>(() => checkpoint.Read("b", 1)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", Assert.Throws<InvalidDataException>(() => checkpoint.Read("a", 4)).Message, StringComparison.Ordinal);
    }
}
