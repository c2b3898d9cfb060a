namespace Pipeline.ProducerApi.Usage;

/// <summary>By what usage is grouped.</summary>
internal enum UsageGroup
{
    /// <summary>Calendar days of UTC, by when attempts were committed.</summary>
    Day,

    /// <summary>Tenants.</summary>
    Tenant,

    /// <summary>Models.</summary>
    Model,

    /// <summary>Batches; single jobs together are a group without one.</summary>
    Batch,
}
