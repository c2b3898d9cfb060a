using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>A second API on the database of a first, as when two replicas run.</summary>
internal sealed class ApiProcessDouble : IAsyncDisposable
{
    private readonly WebApplicationFactory<ApiOptions> _factory;

    private ApiProcessDouble(WebApplicationFactory<ApiOptions> factory) => _factory = factory;

    public Uri Url => _factory.ClientOptions.BaseAddress;

    public static Task<ApiProcessDouble> StartAsync(ApiFixture first)
    {
        WebApplicationFactory<ApiOptions> factory = new WebApplicationFactory<ApiOptions>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("ConnectionStrings:Pipeline", first.Database.ConnectionString);
            host.UseSetting("ConnectionStrings:RabbitMq", TestServers.RabbitMq);
            host.UseSetting("Pipeline:Models:0", first.Model);
            host.UseSetting("Pipeline:Pricing:DeviceHour", "3600");
            host.UseSetting("Pipeline:Pricing:Currency", "USD");
            host.UseSetting("Pipeline:Pricing:AssumedPromptTokensPerSecond", "1000");
            host.UseSetting("Pipeline:Pricing:AssumedOutputTokensPerSecond", "100");
        });
        factory.UseKestrel();
        factory.StartServer();
        return Task.FromResult(new ApiProcessDouble(factory));
    }

    public ValueTask DisposeAsync() => _factory.DisposeAsync();
}
