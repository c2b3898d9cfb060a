namespace Pipeline.Cli;

/// <summary>What the process answers its caller.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The batch ended otherwise than completed, or has nothing to show.</summary>
    public const int NotCompleted = 1;

    /// <summary>Wrong arguments, or an input that cannot be read.</summary>
    public const int Usage = 2;

    /// <summary>The API refused, or did not answer.</summary>
    public const int Api = 3;

    /// <summary>Interrupted.</summary>
    public const int Interrupted = 130;

    public const string Help = "Exit codes: 0 success; 1 the batch did not complete, or has no such results; 2 wrong arguments or input; 3 the API refused or did not answer; 130 interrupted.";
}
