namespace Pipeline.ProducerApi.Http;

/// <summary>Times as OpenAI writes them: whole seconds since 1970.</summary>
internal static class UnixTime
{
    public static long ToUnix(this DateTimeOffset time) => time.ToUnixTimeSeconds();

    public static long? ToUnix(this DateTimeOffset? time) => time?.ToUnixTimeSeconds();
}
