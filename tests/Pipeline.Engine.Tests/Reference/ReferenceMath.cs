using System.Numerics;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>Rows of numbers in float64.</summary>
internal static class ReferenceMath
{
    /// <summary>x / (1 + exp(-x)).</summary>
    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    /// <summary>transformers/activations.py, "gelu_pytorch_tanh": torch.nn.functional.gelu(x, approximate="tanh").</summary>
    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>matrix [rows, row.Length] times a row.</summary>
    public static double[] Multiply(double[] matrix, double[] row, int rows)
    {
        double[] result = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            result[i] = Dot(matrix.AsSpan(i * row.Length, row.Length), row);
        }

        return result;
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
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

    public static double[] Softmax(double[] scores)
    {
        double highest = scores.Max();
        double[] powers = [.. scores.Select(score => Math.Exp(score - highest))];
        double total = powers.Sum();
        return [.. powers.Select(power => power / total)];
    }

    /// <summary>x over its root mean square, number by number times a factor.</summary>
    public static double[] RmsNorm(ReadOnlySpan<double> x, double epsilon, Func<int, double> factor)
    {
        double scale = 1 / Math.Sqrt((Dot(x, x) / x.Length) + epsilon);
        double[] result = new double[x.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = x[i] * scale * factor(i);
        }

        return result;
    }

    public static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    public static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, Sum)];

    public static double[] Row(double[] matrix, int row, int width) => matrix[(row * width)..((row + 1) * width)];

    public static double[][] Each(double[][] rows, Func<double[], double[]> change) => [.. rows.Select(change)];
}
