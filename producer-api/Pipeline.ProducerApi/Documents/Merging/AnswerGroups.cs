namespace Pipeline.ProducerApi.Documents.Merging;

/// <summary>Divides answers over as few merges as they fit into, keeping their order.</summary>
internal static class AnswerGroups
{
    /// <summary>The groups.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="fits">Whether a merge of so many answers, one after the other, fits.</param>
    /// <returns>At least two answers a group but for a last one left over; <see langword="null"/> where not even two fit.</returns>
    public static IReadOnlyList<string[]>? Of(IReadOnlyList<string> answers, Func<IReadOnlyList<string>, bool> fits)
    {
        List<string[]> groups = [];
        for (int start = 0; start < answers.Count;)
        {
            int count = Largest(answers.Count - start, length => fits([.. answers.Skip(start).Take(length)]));
            bool isRest = start + 1 == answers.Count;
            if (count < 2 && !isRest)
            {
                return null;
            }

            count = Math.Max(1, count);
            groups.Add([.. answers.Skip(start).Take(count)]);
            start += count;
        }

        return groups;
    }

    /// <summary>The largest length that fits, by halves: what fits grows with what is left out.</summary>
    private static int Largest(int most, Func<int, bool> fits)
    {
        int low = 0, high = most;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            if (fits(middle))
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
