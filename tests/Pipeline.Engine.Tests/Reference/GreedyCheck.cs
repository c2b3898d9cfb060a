namespace Pipeline.Engine.Tests.Reference;

/// <summary>Holds generated tokens against the reference.</summary>
public static class GreedyCheck
{
    /// <summary>
    /// Fails unless each token is the reference's choice after the prompt and the tokens before it. That is
    /// greedy decoding by induction, at the price of one pass.
    /// </summary>
    public static void AreGreedy(ReferenceModel reference, IReadOnlyList<int> prompt, IReadOnlyList<int> tokens, string id)
    {
        double[][] logits = reference.Logits([.. prompt, .. tokens.SkipLast(1)], prompt.Count - 1);
        for (int i = 0; i < tokens.Count; i++)
        {
            int expected = ReferenceModel.Highest(logits[i]);
            Assert.True(
                expected == tokens[i],
                $"{id}, token {i}: {tokens[i]} (logit {logits[i][tokens[i]]:F6}), but the reference has {expected} ({logits[i][expected]:F6}).");
        }
    }
}
