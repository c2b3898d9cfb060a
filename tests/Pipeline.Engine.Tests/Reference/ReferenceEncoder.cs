using System.Text.Json;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>
/// An encoder of the BERT family in float64 and plain loops: nothing of the engine, and one input at a time. Transcribed from
/// Hugging Face's transformers, models/bert/modeling_bert.py (BertEmbeddings, BertSelfAttention, BertSelfOutput,
/// BertIntermediate, BertOutput) and models/xlm_roberta/modeling_xlm_roberta.py (create_position_ids_from_input_ids); the
/// pooling from sentence-transformers' models/Pooling.py and models/Normalize.py.
/// </summary>
public sealed class ReferenceEncoder
{
    private readonly Dictionary<string, double[]> _weights;
    private readonly string _prefix;
    private readonly int _width, _layers, _heads, _firstPosition;
    private readonly double _epsilon;

    public ReferenceEncoder(string directory)
    {
        _weights = ReferenceWeights.Read(Path.Combine(directory, "model.safetensors"));
        _prefix = _weights.Keys.Single(name => name.EndsWith("embeddings.word_embeddings.weight", StringComparison.Ordinal))[..^"embeddings.word_embeddings.weight".Length];
        JsonElement config = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "config.json"))).RootElement;
        _width = config.GetProperty("hidden_size").GetInt32();
        _layers = config.GetProperty("num_hidden_layers").GetInt32();
        _heads = config.GetProperty("num_attention_heads").GetInt32();
        _epsilon = config.GetProperty("layer_norm_eps").GetDouble();
        _firstPosition = config.GetProperty("model_type").GetString() == "bert" ? 0 : config.GetProperty("pad_token_id").GetInt32() + 1;
    }

    /// <summary>last_hidden_state: each token's state.</summary>
    public double[][] States(IReadOnlyList<int> tokens)
    {
        double[][] x = [.. tokens.Select((token, i) => Norm(
            Sum(Sum(Row("embeddings.word_embeddings.weight", token), Row("embeddings.token_type_embeddings.weight", 0)),
                Row("embeddings.position_embeddings.weight", _firstPosition + i)),
            "embeddings.LayerNorm"))];
        for (int i = 0; i < _layers; i++)
        {
            string layer = $"encoder.layer.{i}.";
            double[][] context = Attention(x, $"{layer}attention.self.");
            x = [.. x.Zip(context, (row, mixed) => Norm(Sum(Dense(mixed, $"{layer}attention.output.dense"), row), $"{layer}attention.output.LayerNorm"))];
            x = [.. x.Select(row => Norm(
                Sum(Dense([.. Dense(row, $"{layer}intermediate.dense").Select(Gelu)], $"{layer}output.dense"), row), $"{layer}output.LayerNorm"))];
        }

        return x;
    }

    /// <summary>The sentence's vector.</summary>
    /// <param name="tokens">The sentence.</param>
    /// <param name="pooling">The flag of sentence-transformers' pooling configuration, without <c>pooling_mode_</c>.</param>
    /// <param name="normalised">Whether there is a module Normalize.</param>
    public double[] Vector(IReadOnlyList<int> tokens, string pooling, bool normalised)
    {
        double[][] states = States(tokens);
        double count = states.Length;
        double[] pooled = pooling switch
        {
            "cls_token" => states[0],
            "lasttoken" => states[^1],
            "mean_tokens" => Column(states, column => column.Sum() / count),
            "mean_sqrt_len_tokens" => Column(states, column => column.Sum() / Math.Sqrt(count)),
            "max_tokens" => Column(states, column => column.Max()),
            "weightedmean_tokens" => Column(states, column => column.Select((value, i) => value * (i + 1)).Sum() / (count * (count + 1) / 2)),
            _ => throw new ArgumentException(pooling),
        };
        double length = Math.Max(Math.Sqrt(pooled.Sum(value => value * value)), 1e-12);
        return normalised ? [.. pooled.Select(value => value / length)] : pooled;
    }

    private double[][] Attention(double[][] x, string name)
    {
        double[][] q = [.. x.Select(row => Dense(row, name + "query"))], k = [.. x.Select(row => Dense(row, name + "key"))], v = [.. x.Select(row => Dense(row, name + "value"))];
        int size = _width / _heads;
        double[][] mixed = [.. x.Select(_ => new double[_width])];
        for (int position = 0; position < x.Length; position++)
        {
            for (int head = 0; head < _heads; head++)
            {
                int at = head * size;
                double[] scores = [.. k.Select(key => Enumerable.Range(at, size).Sum(i => q[position][i] * key[i]) / Math.Sqrt(size))];
                double highest = scores.Max(), total = scores.Sum(score => Math.Exp(score - highest));
                for (int other = 0; other < x.Length; other++)
                {
                    for (int i = at; i < at + size; i++)
                    {
                        mixed[position][i] += Math.Exp(scores[other] - highest) / total * v[other][i];
                    }
                }
            }
        }

        return mixed;
    }

    private double[] Dense(double[] row, string name)
    {
        double[] weight = _weights[$"{_prefix}{name}.weight"], bias = _weights[$"{_prefix}{name}.bias"];
        double[] result = new double[bias.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double sum = bias[i];
            for (int j = 0; j < row.Length; j++)
            {
                sum += weight[(i * row.Length) + j] * row[j];
            }

            result[i] = sum;
        }

        return result;
    }

    private double[] Norm(double[] row, string name)
    {
        double mean = row.Average(), variance = row.Average(value => (value - mean) * (value - mean));
        double[] weight = _weights[$"{_prefix}{name}.weight"], bias = _weights[$"{_prefix}{name}.bias"];
        return [.. row.Select((value, i) => ((value - mean) / Math.Sqrt(variance + _epsilon) * weight[i]) + bias[i])];
    }

    private double[] Row(string name, int row) => _weights[_prefix + name][(row * _width)..((row + 1) * _width)];

    private static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>The error function by its Taylor series: exact to rounding where |x| is small, and 1 beyond 6.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum) && n < 300; n++)
        {
            // 2x^2 / (2n + 1) times the term before: the series of exp(-x^2) erf, which does not cancel.
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[] Column(double[][] rows, Func<IEnumerable<double>, double> pool) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(i => pool(rows.Select(row => row[i])))];
}
