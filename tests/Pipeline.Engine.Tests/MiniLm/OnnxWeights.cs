using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.MiniLm;

/// <summary>
/// Reads the weights of a model exported to ONNX by PyTorch, under the names that they have in PyTorch. Biases and norms keep
/// their names there; a dense layer's matrix is stored transposed and without one: it is that of the product to which the
/// layer's bias is added. Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto).
/// </summary>
internal static class OnnxWeights
{
    private const int Graph = 7, Node = 1, Initializer = 5, NodeInput = 1, NodeOutput = 2, NodeType = 4;
    private const int TensorDims = 1, TensorType = 2, TensorName = 8, TensorData = 9, Float = 1;

    /// <summary>Reads a model. The tensors live in the caller's dispose scope.</summary>
    public static Dictionary<string, Tensor> Read(byte[] model)
    {
        Dictionary<string, Tensor> stored = [];
        Dictionary<string, string[]> products = [];
        List<string[]> sums = [];
        foreach ((int field, ReadOnlyMemory<byte> part, _) in Fields(Fields(model).Single(part => part.Field == Graph).Part))
        {
            if (field == Initializer)
            {
                ReadTensor(part, stored);
            }
            else if (field == Node)
            {
                List<(int Field, ReadOnlyMemory<byte> Part, long Number)> fields = [.. Fields(part)];
                string type = Text(fields, NodeType).Single();
                string[] inputs = [.. Text(fields, NodeInput)];
                if (type == "MatMul")
                {
                    products[Text(fields, NodeOutput).Single()] = inputs;
                }
                else if (type == "Add")
                {
                    sums.Add(inputs);
                }
            }
        }

        Dictionary<string, Tensor> weights = stored.Where(tensor => tensor.Key.Contains('.', StringComparison.Ordinal)).ToDictionary();
        foreach (string[] sum in sums)
        {
            string? bias = sum.FirstOrDefault(input => input.EndsWith(".bias", StringComparison.Ordinal));
            string? product = sum.FirstOrDefault(products.ContainsKey);
            if (bias is not null && product is not null)
            {
                weights[bias[..^"bias".Length] + "weight"] = stored[products[product][1]].t().contiguous();
            }
        }

        return weights;
    }

    private static void ReadTensor(ReadOnlyMemory<byte> message, Dictionary<string, Tensor> into)
    {
        List<(int Field, ReadOnlyMemory<byte> Part, long Number)> fields = [.. Fields(message)];
        if (fields.Single(field => field.Field == TensorType).Number == Float)
        {
            long[] shape = [.. fields.Where(field => field.Field == TensorDims).Select(field => field.Number)];
            Tensor tensor = torch.empty(shape);
            fields.Single(field => field.Field == TensorData).Part.Span.CopyTo(tensor.bytes);
            into[Text(fields, TensorName).Single()] = tensor;
        }
    }

    private static IEnumerable<string> Text(List<(int Field, ReadOnlyMemory<byte> Part, long Number)> fields, int number) =>
        fields.Where(field => field.Field == number).Select(field => Encoding.UTF8.GetString(field.Part.Span));

    /// <summary>The fields of a protocol buffer message: https://protobuf.dev/programming-guides/encoding.</summary>
    private static IEnumerable<(int Field, ReadOnlyMemory<byte> Part, long Number)> Fields(ReadOnlyMemory<byte> message)
    {
        for (int at = 0; at < message.Length;)
        {
            long key = VarInt(message.Span, ref at);
            switch (key & 7)
            {
                case 0:
                    yield return ((int)(key >> 3), default, VarInt(message.Span, ref at));
                    break;
                case 2:
                    int length = (int)VarInt(message.Span, ref at);
                    yield return ((int)(key >> 3), message.Slice(at, length), 0);
                    at += length;
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} at byte {at}.");
            }
        }
    }

    private static long VarInt(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            value |= (long)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }
}
