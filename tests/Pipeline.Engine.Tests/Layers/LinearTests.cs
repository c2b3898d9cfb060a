using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Layers.Int8;
using Pipeline.Engine.Layers.OneDnn;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Layers;

public sealed class LinearTests
{
    public LinearTests() => LibtorchLoader.EnsureLoaded();

    public static TheoryData<string, ScalarType> Forms => new()
    {
        { "dense", ScalarType.Float32 },
        { "dense", ScalarType.BFloat16 },
        { "packed", ScalarType.Float32 },
        { "packed", ScalarType.BFloat16 },
        { "int8", ScalarType.Float32 },
        { "int8", ScalarType.BFloat16 },
        { "packed int8", ScalarType.BFloat16 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_computes_the_float64_product_of_random_shapes_within_its_types_rounding(string form, ScalarType type)
    {
        Random random = new(7);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable inference = torch.inference_mode(true);
        using ILinearMaker maker = Maker(form, type);
        for (int i = 0; i < 40; i++)
        {
            int rows = random.Next(1, i % 4 == 0 ? 300 : 40), inputs = random.Next(1, 200), outputs = random.Next(1, 300);
            Tensor x = Random(random, rows, inputs).to(type), weight = Random(random, outputs, inputs).to(type);
            Tensor? bias = i % 2 == 0 ? Random(random, 1, outputs).to(type).view(outputs) : null;
            Tensor exact = Exact(form, weight), product = x.to(ScalarType.Float64).mm(exact.t());
            using Linear linear = maker.Make(weight, bias);
            Tensor result = linear.Apply(x);
            Assert.Equal([rows, outputs], result.shape);
            Assert.Equal(type, result.dtype);

            // Sums of products in float32, or that rounded to bfloat16 (twice, where a scale or a bias follows).
            Tensor size = x.to(ScalarType.Float64).abs().mm(exact.t().abs());
            size = bias is null ? size : size.add(bias.to(ScalarType.Float64).abs(), Scalars.One);
            double share = (result.to(ScalarType.Float64) - (bias is null ? product : product.add(bias.to(ScalarType.Float64), Scalars.One))).abs().div(size).max().item<double>();
            Assert.True(share < (type == ScalarType.Float32 ? 2e-6 : 1.0 / 128), $"{form} {type} [{rows}, {inputs}] x {outputs}: {share}");
        }
    }

    [Fact]
    public void The_matrices_of_one_shape_take_turns_in_their_buffer()
    {
        Random random = new(3);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable inference = torch.inference_mode(true);
        using PackedInt8LinearMaker maker = new();
        Tensor x = Random(random, 5, 64).to(ScalarType.BFloat16);
        using Linear first = maker.Make(Random(random, 48, 64), null), second = maker.Make(Random(random, 48, 64), null);
        float[] before = Values(first.Apply(x));
        Assert.NotEqual(before, Values(second.Apply(x)));
        Assert.Equal(before, Values(first.Apply(x)));
    }

    [Fact]
    public void Rounding_misses_a_weight_by_half_a_scale_at_most_and_bears_rows_of_zeros()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor weight = Random(new Random(5), 40, 30);
        weight[3].zero_();
        Int8Weights rounded = Int8Weights.Of(weight);
        Tensor missed = (rounded.Values.to(ScalarType.Float32) * rounded.Scales.unsqueeze(1) - weight).abs() / rounded.Scales.unsqueeze(1);
        Assert.True(missed.max().item<float>() <= 0.5001f);
        Assert.Equal(127, rounded.Values.abs().max().item<sbyte>());
        Assert.Equal(0, rounded.Values[3].abs().max().item<sbyte>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(4096)]
    [InlineData((1 << 20) + 77)]
    public void Widening_is_exact_for_every_number_and_length(int length)
    {
        sbyte[] numbers = [.. Enumerable.Range(0, length).Select(i => (sbyte)(i % 256))];
        ushort[] widened = new ushort[length];
        Int8Widening.ToBFloat16(numbers, widened, threads: 3);
        Assert.All(widened.Zip(numbers), pair => Assert.Equal(pair.Second, BitConverter.Int32BitsToSingle(pair.First << 16)));
    }

    [Fact]
    public void On_this_processor_float32_is_packed() => Assert.True(OneDnnOperators.Serve(ScalarType.Float32));

    private static ILinearMaker Maker(string form, ScalarType type) => form switch
    {
        "dense" => new DenseLinearMaker(type, torch.CPU),
        "packed" => new PackedLinearMaker(type),
        "int8" => new Int8LinearMaker(torch.CPU),
        _ => new PackedInt8LinearMaker(),
    };

    private static Tensor Exact(string form, Tensor weight)
    {
        if (!form.EndsWith("int8", StringComparison.Ordinal))
        {
            return weight.to(ScalarType.Float64);
        }

        Int8Weights rounded = Int8Weights.Of(weight);
        return rounded.Values.to(ScalarType.Float64) * rounded.Scales.to(ScalarType.Float64).unsqueeze(1);
    }

    private static Tensor Random(Random random, int rows, int columns) =>
        torch.tensor(Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(), [rows, columns]);

    private static float[] Values(Tensor tensor) => tensor.to(ScalarType.Float32).data<float>().ToArray();
}
