using System.Globalization;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Batches.Results;

/// <summary>What of a batch's results is asked for, checked.</summary>
/// <param name="After">The place after which to begin; 0 for the beginning.</param>
/// <param name="Limit">Lines on a page, at most.</param>
/// <param name="WithInput">Whether each line comes with the line that asked for it.</param>
/// <param name="Follow">Whether a stream stays open until the batch has ended.</param>
internal sealed record ResultsQuery(int After, int Limit, bool WithInput, bool Follow)
{
    private const int LongestPage = 1_000;

    public static ResultsQuery Parse(string? after, int limit, string? include, bool follow)
    {
        Paging.Check(limit, LongestPage);
        int place = 0;
        if (after is not (null or "") && (!int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out place)))
        {
            throw RequestException.Invalid($"Invalid 'after': '{after}' is not a cursor of these results.", "after", "invalid_value");
        }

        return include is null or "" or "input"
            ? new ResultsQuery(place, limit, include is "input", follow)
            : throw RequestException.Invalid($"Invalid value: '{include}'. Supported values are: 'input'.", "include", "invalid_value");
    }
}
