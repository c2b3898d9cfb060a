using static TorchSharp.torch;

namespace Pipeline.ModelTrainer.Training;

/// <summary>
/// One weight tensor: the float32 master that the optimizer changes, and the tensor that takes part in the forward pass
/// (a bfloat16 copy for matrices, the master's own storage otherwise).
/// </summary>
internal sealed class Parameter
{
    public Parameter(string name, Tensor master, int[]? parts)
    {
        Name = name;
        Master = master;
        Parts = parts;
        Working = (parts is null ? master.detach() : master.to_type(ScalarType.BFloat16)).requires_grad_();
    }

    public string Name { get; }

    public Tensor Master { get; }

    public Tensor Working { get; }

    /// <summary>The rows of each matrix that is stacked in this one; null for what is not a layer's matrix.</summary>
    public int[]? Parts { get; }

    /// <summary>Makes the working copy follow the master.</summary>
    public void Refresh()
    {
        if (Parts is not null)
        {
            using var guard = no_grad();
            Working.copy_(Master);
        }
    }
}
