using Xunit;

namespace Pipeline.Testing;

/// <summary>The servers that <c>./pipeline test</c> starts for the tests. A test that finds none skips and says so.</summary>
public static class TestServers
{
    /// <summary>Connection string of a superuser on the PostgreSQL server that the tests may use as they like.</summary>
    public static string PostgreSql => Need("PIPELINE_PG", "PostgreSQL");

    /// <summary>AMQP URI of the RabbitMQ server that the tests may use as they like.</summary>
    public static string RabbitMq => Need("PIPELINE_AMQP", "RabbitMQ");

    private static string Need(string variable, string what)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(value), $"needs {what}: run ./pipeline test, or set {variable}");
        return value!;
    }
}
