namespace Pipeline.Cli.Api;

/// <summary>Where the API is, and the key that opens it.</summary>
internal sealed record ApiSettings(Uri Url, string Key)
{
    private const string UrlName = "PIPELINE_URL";
    private const string KeyName = "PIPELINE_API_KEY";

    /// <summary>From the environment, or else from <c>$PIPELINE_HOME/env</c>, which a running stack writes.</summary>
    public static ApiSettings Read(Func<string, string?> environment)
    {
        string? url = environment(UrlName);
        string? key = environment(KeyName);
        if ((string.IsNullOrEmpty(url) || string.IsNullOrEmpty(key)) && environment("PIPELINE_HOME") is { Length: > 0 } home)
        {
            Dictionary<string, string> exported = Exports(Path.Combine(home, "env"));
            url = string.IsNullOrEmpty(url) ? exported.GetValueOrDefault(UrlName) : url;
            key = string.IsNullOrEmpty(key) ? exported.GetValueOrDefault(KeyName) : key;
        }

        if (string.IsNullOrEmpty(url) || string.IsNullOrEmpty(key))
        {
            throw CliException.Usage($"set {(string.IsNullOrEmpty(url) ? UrlName : KeyName)}, or PIPELINE_HOME to the folder of a running stack");
        }

        return Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? new ApiSettings(uri, key)
            : throw CliException.Usage($"{UrlName} is '{url}', which is no http address");
    }

    /// <summary>The lines <c>export NAME=VALUE</c> of a shell file, with or without quotes.</summary>
    private static Dictionary<string, string> Exports(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        return File.ReadLines(path)
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("export ", StringComparison.Ordinal) && line.Contains('=', StringComparison.Ordinal))
            .Select(line => line["export ".Length..].Split('=', 2))
            .GroupBy(pair => pair[0].Trim())
            .ToDictionary(group => group.Key, group => group.Last()[1].Trim().Trim('\'', '"'), StringComparer.Ordinal);
    }
}
