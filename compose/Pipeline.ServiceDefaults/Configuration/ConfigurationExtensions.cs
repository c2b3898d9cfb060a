using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.ServiceDefaults.Configuration;

/// <summary>Reading of settings that a service cannot do without, with errors that say what to set.</summary>
public static class ConfigurationExtensions
{
    /// <summary>The PostgreSQL connection string, <c>ConnectionStrings:Pipeline</c>.</summary>
    /// <exception cref="InvalidOperationException">It is not set.</exception>
    public static string RequiredPostgres(this IConfiguration configuration) => configuration.Required("ConnectionStrings:Pipeline");

    /// <summary>The broker's address, <c>ConnectionStrings:RabbitMq</c>: <c>amqp://user:password@host:port/vhost</c>.</summary>
    /// <exception cref="InvalidOperationException">It is not set, or is no AMQP address.</exception>
    public static Uri RequiredRabbitMq(this IConfiguration configuration)
    {
        string text = configuration.Required("ConnectionStrings:RabbitMq");
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "amqp" or "amqps"
            ? uri
            : throw new InvalidOperationException("ConnectionStrings:RabbitMq must look like amqp://user:password@host:5672/.");
    }

    /// <summary>A setting that must be there.</summary>
    /// <exception cref="InvalidOperationException">It is missing or blank; the message names its environment variable.</exception>
    public static string Required(this IConfiguration configuration, string key)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentException.ThrowIfNullOrEmpty(key);
        string? value = configuration[key];
        return string.IsNullOrWhiteSpace(value)
            ? throw new InvalidOperationException(
                $"The setting {key} is missing. Set the environment variable {key.Replace(":", "__", StringComparison.Ordinal)}.")
            : value;
    }

    /// <summary>A number, or <paramref name="fallback"/> if it is not set.</summary>
    /// <exception cref="InvalidOperationException">It is set to something that is no such number.</exception>
    public static T Number<T>(this IConfiguration configuration, string key, T fallback)
        where T : IParsable<T>
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string? value = configuration[key];
        if (string.IsNullOrWhiteSpace(value))
        {
            return fallback;
        }

        return T.TryParse(value, CultureInfo.InvariantCulture, out T? number)
            ? number
            : throw new InvalidOperationException($"The setting {key} is '{value}', which is not a number of type {typeof(T).Name}.");
    }
}
