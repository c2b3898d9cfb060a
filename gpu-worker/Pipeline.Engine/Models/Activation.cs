namespace Pipeline.Engine.Models;

/// <summary>What a feed-forward layer's gate passes through.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x * Phi(x) by the tanh formula: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).</summary>
    GeluTanh,
}
