using Pipeline.Engine.Sampling;

namespace Pipeline.Engine.Tests.Sampling;

/// <summary>Choosing a token as the formulas state it: float64, plain loops, one row, nothing of the engine's.</summary>
internal static class ReferenceSampler
{
    /// <summary>A row's logits after bias, penalties, the end that must not come yet, and the constraint.</summary>
    /// <param name="logits">The model's.</param>
    /// <param name="parameters">What is asked for.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="generated">What has come after it.</param>
    /// <param name="banned">Tokens that must not come.</param>
    /// <param name="allowed">Those that may, or null for all.</param>
    public static double[] Change(
        float[] logits, SamplingParameters parameters, IReadOnlyList<int> prompt, IReadOnlyList<int> generated,
        IReadOnlyCollection<int> banned, Predicate<int>? allowed = null)
    {
        double[] changed = [.. logits.Select(logit => (double)logit)];
        for (int token = 0; token < changed.Length; token++)
        {
            changed[token] += parameters.LogitBias.GetValueOrDefault(token);
            if (prompt.Contains(token) || generated.Contains(token))
            {
                double penalty = parameters.RepetitionPenalty;
                changed[token] = changed[token] > 0 ? changed[token] / penalty : changed[token] * penalty;
            }

            int count = generated.Count(other => other == token);
            changed[token] -= (count * (double)parameters.FrequencyPenalty) + (count > 0 ? parameters.PresencePenalty : 0);
            if (banned.Contains(token) || allowed?.Invoke(token) == false)
            {
                changed[token] = double.NegativeInfinity;
            }
        }

        return changed;
    }

    /// <summary>
    /// The candidates, each with its probability among them: in order of probability, or of ids where nothing makes fewer of them.
    /// </summary>
    public static (int Token, double Probability)[] Candidates(double[] logits, SamplingParameters parameters)
    {
        int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenBy(i => i)];
        if (parameters.Temperature == 0)
        {
            return [(order[0], 1)];
        }

        double[] weights = [.. order.Select(i => Math.Exp((logits[i] - logits[order[0]]) / (double)parameters.Temperature))];
        int most = weights.TakeWhile(weight => weight >= weights[0] * parameters.MinP).Count();
        most = parameters.TopK > 0 ? Math.Min(most, parameters.TopK) : most;
        double total = weights[..most].Sum(), before = 0;
        int kept = 0;
        while (kept < most && before < parameters.TopP * total)
        {
            before += weights[kept++];
        }

        IEnumerable<(int Token, double Probability)> candidates = Enumerable.Range(0, kept).Select(i => (order[i], weights[i] / before));
        return parameters is { TopP: 1, TopK: 0, MinP: 0 } ? [.. candidates.OrderBy(candidate => candidate.Token)] : [.. candidates];
    }

    /// <summary>The candidate that a chance in [0, 1) meets.</summary>
    public static int Choose(double[] logits, SamplingParameters parameters, double uniform)
    {
        (int Token, double Probability)[] candidates = Candidates(logits, parameters);
        double sum = 0;
        foreach ((int token, double probability) in candidates)
        {
            sum += probability;
            if (sum > uniform)
            {
                return token;
            }
        }

        return candidates[^1].Token;
    }
}
