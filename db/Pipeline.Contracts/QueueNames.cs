namespace Pipeline.Contracts;

/// <summary>Names of queues and exchanges on RabbitMQ.</summary>
public static class QueueNames
{
    /// <summary>Where messages go that no worker could take, however often they were delivered.</summary>
    public const string DeadLetter = "jobs.dead-letter";

    /// <summary>The queue, and the exchange bound to it, of the slices that ask for <paramref name="model"/>.</summary>
    /// <param name="model">A model name; characters that AMQP or a URI would trip over are replaced by '-'.</param>
    /// <returns><c>jobs.</c> and the name, at most 200 characters.</returns>
    public static string ForModel(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        string name = string.Concat(model.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return "jobs." + (name.Length > 195 ? name[..195] : name);
    }
}
