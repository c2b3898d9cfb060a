namespace Pipeline.ModelTrainer.Documents;

/// <summary>What a made-up document is.</summary>
internal enum DocumentKind
{
    Receipt,
    Invoice,
    Letter,
}
