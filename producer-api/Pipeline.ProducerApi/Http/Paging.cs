using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Http;

/// <summary>Checks of paging parameters.</summary>
internal static class Paging
{
    public static void Check(int limit, int most)
    {
        if (limit < 1 || limit > most)
        {
            throw RequestException.Invalid(
                $"Invalid 'limit': expected a value between 1 and {most}, but got {limit} instead.",
                "limit",
                limit < 1 ? "integer_below_min_value" : "integer_above_max_value");
        }
    }
}
