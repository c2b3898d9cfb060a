namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>One span of a part: what a thread takes at a time.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Span">Which of its spans.</param>
internal readonly record struct AttentionPiece(int Part, int Span);
