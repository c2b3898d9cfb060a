using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.ModelTrainer.Training;

/// <summary>
/// Muon (Jordan 2024: momentum, then the nearest orthogonal matrix by Newton-Schulz iteration) for layers' matrices,
/// AdamW for embeddings and norms. Each weight is independent of the others, so weights are shared out over threads.
/// </summary>
internal sealed class Optimizer
{
    private const double Momentum = 0.95;
    private const double FirstBeta = 0.9;
    private const double SecondBeta = 0.95;
    private const double Epsilon = 1e-10;

    private readonly LlamaModel model;
    private readonly TrainingPlan plan;

    public Optimizer(LlamaModel model, TrainingPlan plan)
    {
        this.model = model;
        this.plan = plan;
        First = [.. model.Parameters.Select(p => zeros_like(p.Master))];
        Second = [.. model.Parameters.Select(p => p.Parts is null ? zeros_like(p.Master) : null)];
    }

    /// <summary>The running mean of gradients, one for each parameter.</summary>
    public Tensor[] First { get; }

    /// <summary>The running mean of squared gradients, for parameters that AdamW keeps.</summary>
    public Tensor?[] Second { get; }

    /// <summary>Changes parameter <paramref name="index"/> by its gradient.</summary>
    public void Update(int index, Tensor gradient, int step, double factor)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var parameter = model.Parameters[index];
        if (parameter.Parts is { } parts)
        {
            Muon(parameter, parts, First[index], gradient, plan.MatrixRate * factor);
        }
        else
        {
            Adam(parameter, First[index], Second[index]!, gradient, step, plan.OtherRate * factor);
        }

        parameter.Refresh();
    }

    private void Muon(Parameter parameter, int[] parts, Tensor momentum, Tensor gradient, double rate)
    {
        momentum.mul_(Momentum).add_(gradient, 1 - Momentum);
        var nesterov = (momentum * Momentum) + (gradient * (1 - Momentum));
        parameter.Master.mul_(1 - (rate * plan.WeightDecay));
        long row = 0;
        foreach (var rows in parts)
        {
            var direction = Orthogonal(nesterov.narrow(0, row, rows));
            var scale = Math.Sqrt(Math.Max(1.0, rows / (double)parameter.Master.shape[1]));
            parameter.Master.narrow(0, row, rows).add_(direction, -rate * scale);
            row += rows;
        }
    }

    private static void Adam(Parameter parameter, Tensor first, Tensor second, Tensor gradient, int step, double rate)
    {
        first.mul_(FirstBeta).add_(gradient, 1 - FirstBeta);
        second.mul_(SecondBeta).addcmul_(gradient, gradient, 1 - SecondBeta);
        var mean = first / (1 - Math.Pow(FirstBeta, step + 1));
        var spread = (second / (1 - Math.Pow(SecondBeta, step + 1))).sqrt_().add_(Epsilon);
        parameter.Master.addcdiv_(mean, spread, -rate);
    }

    // Five steps of the quintic iteration bring all singular values near 1.
    private static Tensor Orthogonal(Tensor matrix)
    {
        var wide = matrix.shape[0] <= matrix.shape[1];
        var x = (wide ? matrix : matrix.t()).contiguous();
        x = (x / (x.norm() + 1e-7)).to_type(ScalarType.BFloat16);
        for (var i = 0; i < 5; i++)
        {
            var a = x.matmul(x.t());
            var b = (a * -4.7750) + (a.matmul(a) * 2.0315);
            x = (x * 3.4445) + b.matmul(x);
        }

        return (wide ? x : x.t()).to_type(ScalarType.Float32);
    }
}
