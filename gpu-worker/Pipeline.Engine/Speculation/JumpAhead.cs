using Pipeline.Engine.Execution;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// Takes tokens ahead that have to come because a constraint leaves no choice: they are drafts that are right for certain, so
/// they cost a row each in a step that is computed anyway, and no step of their own. The tokens are the same as without.
/// </summary>
internal static class JumpAhead
{
    // Longer runs are taken in several steps, so that no sequence swells a step.
    private const int Longest = 16;

    /// <summary>Gives the requests whose next tokens are certain those as drafts, in place of guesses.</summary>
    /// <param name="running">Those that hold blocks.</param>
    public static void Propose(IReadOnlyList<Sequence> running)
    {
        for (int i = 0; i < running.Count; i++)
        {
            ActiveRequest request = (ActiveRequest)running[i];
            if (request.Expected == 0)
            {
                bool decodes = request.Remaining == 1 && request.Generated > 0 && !request.IsComplete;
                request.DraftForced(decodes ? Math.Min(Longest, request.MaxTokens - request.Generated - 1) : 0);
            }
        }
    }
}
