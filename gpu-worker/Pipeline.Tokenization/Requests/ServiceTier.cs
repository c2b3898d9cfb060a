namespace Pipeline.Tokenization.Requests;

/// <summary>The parameter <c>service_tier</c>: there is one tier, which may be asked for by name.</summary>
internal static class ServiceTier
{
    public static void Check(RequestFields fields)
    {
        if (fields.Text("service_tier") is { } tier and not ("auto" or "default"))
        {
            throw RequestErrorException.UnsupportedValue("service_tier",
                $"'service_tier' does not support '{tier}' with this model. Only 'auto' and 'default' are supported.");
        }
    }
}
