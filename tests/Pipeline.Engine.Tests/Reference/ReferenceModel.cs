using System.Numerics;
using System.Text.Json;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>
/// A Llama decoder as the papers state it, in float64 and plain loops: no cache, no batch, no TorchSharp, nothing
/// of the engine. Every call computes the whole sequence.
/// </summary>
public sealed class ReferenceModel
{
    private readonly Dictionary<string, double[]> _weights;
    private readonly int _hidden, _intermediate, _layers, _heads, _keyHeads, _headSize, _vocabulary;
    private readonly double _epsilon, _theta;
    private readonly JsonElement? _scaling;

    public ReferenceModel(string directory)
    {
        _weights = ReferenceWeights.Read(Path.Combine(directory, "model.safetensors"));
        JsonElement config = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "config.json"))).RootElement;
        _hidden = config.GetProperty("hidden_size").GetInt32();
        _intermediate = config.GetProperty("intermediate_size").GetInt32();
        _layers = config.GetProperty("num_hidden_layers").GetInt32();
        _heads = config.GetProperty("num_attention_heads").GetInt32();
        _keyHeads = config.GetProperty("num_key_value_heads").GetInt32();
        _headSize = config.TryGetProperty("head_dim", out JsonElement size) ? size.GetInt32() : _hidden / _heads;
        _vocabulary = config.GetProperty("vocab_size").GetInt32();
        _epsilon = config.GetProperty("rms_norm_eps").GetDouble();
        _theta = config.GetProperty("rope_theta").GetDouble();
        _scaling = config.TryGetProperty("rope_scaling", out JsonElement s) && s.ValueKind == JsonValueKind.Object ? s : null;
    }

    /// <summary>The logits after each position from <paramref name="first"/> on.</summary>
    public double[][] Logits(IReadOnlyList<int> tokens, int first)
    {
        double[][] x = [.. tokens.Select(token => Row(_weights["model.embed_tokens.weight"], token, _hidden))];
        for (int layer = 0; layer < _layers; layer++)
        {
            string name = $"model.layers.{layer}.";
            double[][] attended = Attention(Each(x, row => Norm(row, name + "input_layernorm.weight")), name + "self_attn.");
            x = [.. x.Zip(attended, Sum)];
            double[][] fed = Each(x, row => FeedForward(Norm(row, name + "post_attention_layernorm.weight"), name + "mlp."));
            x = [.. x.Zip(fed, Sum)];
        }

        double[] head = _weights.TryGetValue("lm_head.weight", out double[]? own) ? own : _weights["model.embed_tokens.weight"];
        return Each(x[first..], row => Multiply(head, Norm(row, "model.norm.weight"), _vocabulary));
    }

    /// <summary>Greedy decoding, the whole sequence anew for each token.</summary>
    public int[] Generate(IReadOnlyList<int> prompt, int count)
    {
        List<int> tokens = [.. prompt];
        for (int i = 0; i < count; i++)
        {
            tokens.Add(Highest(Logits(tokens, tokens.Count - 1)[0]));
        }

        return [.. tokens.Skip(prompt.Count)];
    }

    /// <summary>The position of the highest value; the first of equals.</summary>
    public static int Highest(double[] values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    private double[][] Attention(double[][] x, string name)
    {
        double[][] q = Each(x, row => Project(row, name + "q_proj", _heads * _headSize));
        double[][] k = Each(x, row => Project(row, name + "k_proj", _keyHeads * _headSize));
        double[][] v = Each(x, row => Project(row, name + "v_proj", _keyHeads * _headSize));
        for (int position = 0; position < x.Length; position++)
        {
            Rotate(q[position], position);
            Rotate(k[position], position);
        }

        double[][] mixed = [.. x.Select(_ => new double[_heads * _headSize])];
        for (int position = 0; position < x.Length; position++)
        {
            for (int head = 0; head < _heads; head++)
            {
                int at = head * _headSize, keyAt = head / (_heads / _keyHeads) * _headSize;
                double[] scores = new double[position + 1];
                for (int other = 0; other <= position; other++)
                {
                    scores[other] = Dot(q[position].AsSpan(at, _headSize), k[other].AsSpan(keyAt, _headSize)) / Math.Sqrt(_headSize);
                }

                double highest = scores.Max(), total = scores.Sum(score => Math.Exp(score - highest));
                for (int other = 0; other <= position; other++)
                {
                    double weight = Math.Exp(scores[other] - highest) / total;
                    for (int i = 0; i < _headSize; i++)
                    {
                        mixed[position][at + i] += weight * v[other][keyAt + i];
                    }
                }
            }
        }

        return Each(mixed, row => Project(row, name + "o_proj", _hidden));
    }

    private void Rotate(double[] row, int position)
    {
        int half = _headSize / 2;
        for (int start = 0; start < row.Length; start += _headSize)
        {
            for (int i = 0; i < half; i++)
            {
                double angle = position * Frequency(i);
                double a = row[start + i], b = row[start + half + i];
                row[start + i] = (a * Math.Cos(angle)) - (b * Math.Sin(angle));
                row[start + half + i] = (b * Math.Cos(angle)) + (a * Math.Sin(angle));
            }
        }
    }

    private double Frequency(int i)
    {
        double frequency = 1 / Math.Pow(_theta, 2.0 * i / _headSize);
        if (_scaling is not { } llama3)
        {
            return frequency;
        }

        double factor = llama3.GetProperty("factor").GetDouble();
        double low = llama3.GetProperty("low_freq_factor").GetDouble(), high = llama3.GetProperty("high_freq_factor").GetDouble();
        double turns = llama3.GetProperty("original_max_position_embeddings").GetDouble() * frequency / (2 * Math.PI);
        double kept = Math.Clamp((turns - low) / (high - low), 0, 1);
        return (frequency * kept) + (frequency / factor * (1 - kept));
    }

    private double[] FeedForward(double[] row, string name)
    {
        double[] gate = Multiply(_weights[name + "gate_proj.weight"], row, _intermediate);
        double[] up = Multiply(_weights[name + "up_proj.weight"], row, _intermediate);
        for (int i = 0; i < gate.Length; i++)
        {
            up[i] *= gate[i] / (1 + Math.Exp(-gate[i]));
        }

        return Multiply(_weights[name + "down_proj.weight"], up, _hidden);
    }

    private double[] Norm(double[] row, string name)
    {
        double scale = 1 / Math.Sqrt((row.Sum(value => value * value) / row.Length) + _epsilon);
        return [.. row.Zip(_weights[name], (value, weight) => value * scale * weight)];
    }

    private double[] Project(double[] row, string name, int rows)
    {
        double[] result = Multiply(_weights[name + ".weight"], row, rows);
        return _weights.TryGetValue(name + ".bias", out double[]? bias) ? Sum(result, bias) : result;
    }

    private static double[] Multiply(double[] matrix, double[] row, int rows)
    {
        double[] result = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            result[i] = Dot(matrix.AsSpan(i * row.Length, row.Length), row);
        }

        return result;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector<double> sums = Vector<double>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            sums += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
        }

        double sum = Vector.Sum(sums);
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[] Row(double[] matrix, int row, int width) => matrix[(row * width)..((row + 1) * width)];

    private static double[][] Each(double[][] rows, Func<double[], double[]> change) => [.. rows.Select(change)];
}
