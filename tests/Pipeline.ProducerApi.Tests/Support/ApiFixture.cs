using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Testing;
using Pipeline.Tokenization.Tests;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>The API, listening on a port of its own, on a database of its own and the tests' broker.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    public const string MaxLineBytes = "200000";

    /// <summary>Tokens that <see cref="PlannedModel"/> takes.</summary>
    public const int PlannedContext = 1000;

    private const string Template = "{% for m in messages %}{{ m.role }}:{{ m.content }}\n{% endfor %}assistant:";

    private readonly TokenizerFixture _tokenizer = new TokenizerFixture()
        .WithFile("chat_template.jinja", Template).WithFile("config.json", $$"""{"max_position_embeddings":{{PlannedContext}}}""");
    private WebApplicationFactory<ApiOptions>? _factory;

    public TestDatabase Database { get; } = new();

    /// <summary>The model that the API serves; unique, as is its queue.</summary>
    public string Model { get; } = "model-" + Guid.NewGuid().ToString("N");

    public string OtherModel => Model + "-other";

    /// <summary>A model whose directory the API knows: a token is a byte, a message is <c>role:content\n</c>.</summary>
    public string PlannedModel => Model + "-planned";

    /// <summary>A model whose directory does not exist.</summary>
    public string LostModel => Model + "-lost";

    /// <summary>A model that has no listed price; the others cost 2, 0.5 and 10 USD for a million tokens in, cached and out.</summary>
    public string UnpricedModel => Model + "-unpriced";

    /// <summary>A folder that schedules of all tenants may read.</summary>
    public string Inbox { get; } = Directory.CreateTempSubdirectory("pipeline-inbox-").FullName;

    public Uri Url { get; private set; } = null!;

    internal ApiClient Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        if (string.IsNullOrEmpty(Database.ConnectionString) || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PIPELINE_AMQP")))
        {
            return;
        }

        _ = _tokenizer.Load();
        _factory = new WebApplicationFactory<ApiOptions>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("ConnectionStrings:Pipeline", Database.ConnectionString);
            host.UseSetting("ConnectionStrings:RabbitMq", TestServers.RabbitMq);
            host.UseSetting("Pipeline:Models:0", Model);
            host.UseSetting("Pipeline:Models:1", OtherModel);
            host.UseSetting("Pipeline:Models:2", PlannedModel);
            host.UseSetting("Pipeline:Models:3", LostModel);
            host.UseSetting("Pipeline:Models:4", UnpricedModel);
            host.UseSetting("Pipeline:Pricing:DeviceHour", "3600");
            host.UseSetting("Pipeline:Pricing:Currency", "USD");
            foreach ((int i, string priced) in new[] { Model, OtherModel, PlannedModel, LostModel }.Index())
            {
                host.UseSetting($"Pipeline:Pricing:Models:{i}:Model", priced);
                host.UseSetting($"Pipeline:Pricing:Models:{i}:Input", "2");
                host.UseSetting($"Pipeline:Pricing:Models:{i}:CachedInput", "0.5");
                host.UseSetting($"Pipeline:Pricing:Models:{i}:Output", "10");
            }

            host.UseSetting("Pipeline:ModelDirectories:0", "");
            host.UseSetting("Pipeline:ModelDirectories:1", "");
            host.UseSetting("Pipeline:ModelDirectories:2", _tokenizer.Path);
            host.UseSetting("Pipeline:ModelDirectories:3", "/nowhere");
            host.UseSetting("Pipeline:MaxFileBytes", "2000000");
            host.UseSetting("Pipeline:MaxBatchLines", "500");
            host.UseSetting("Pipeline:MaxEmbeddingInputs", "3000");
            host.UseSetting("Pipeline:MaxLineBytes", MaxLineBytes);
            host.UseSetting("Pipeline:KeyCacheSeconds", "0");
            host.UseSetting("Pipeline:Documents:MaxUploads", "40");
            host.UseSetting("Pipeline:Schedules:Folders:0:Name", "inbox");
            host.UseSetting("Pipeline:Schedules:Folders:0:Path", Inbox);
            host.UseSetting("Pipeline:Schedules:Folders:0:Tenants:0", "*");
            host.UseSetting("Pipeline:Schedules:Folders:1:Name", "private");
            host.UseSetting("Pipeline:Schedules:Folders:1:Path", Inbox);
            host.UseSetting("Pipeline:Schedules:Folders:1:Tenants:0", "somebody else");
            host.UseSetting("Pipeline:HeartbeatSeconds", "1");
        });
        _factory.UseKestrel();
        _factory.StartServer();
        Url = _factory.ClientOptions.BaseAddress;
        Api = await NewTenantAsync();
    }

    /// <summary>Skips the calling test when there are no servers.</summary>
    internal ApiClient Require()
    {
        Database.Require();
        _ = TestServers.RabbitMq;
        return Api;
    }

    /// <summary>The endpoints of the API as it has mapped them.</summary>
    internal IReadOnlyList<RouteEndpoint> Endpoints => [.. _factory!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    /// <summary>A client with the key of a tenant of its own, a user's unless <paramref name="change"/> makes it another.</summary>
    internal Task<ApiClient> NewTenantAsync(string? model = null, Action<ApiKey>? change = null) =>
        AddKeyAsync(new Tenant { Id = Guid.NewGuid(), Name = Guid.NewGuid().ToString(), CreatedAt = DateTimeOffset.UnixEpoch }, model, change);

    /// <summary>A client with another key of the same tenant.</summary>
    internal async Task<ApiClient> NewKeyAsync(ApiClient tenant, Action<ApiKey>? change = null)
    {
        await using PipelineDbContext context = Database.CreateContext();
        return await AddKeyAsync(await context.Tenants.AsNoTracking().SingleAsync(t => t.Id == tenant.TenantId), tenant.Model, change);
    }

    private async Task<ApiClient> AddKeyAsync(Tenant tenant, string? model, Action<ApiKey>? change)
    {
        string secret = "sk-" + Guid.NewGuid().ToString("N");
        ApiKey key = new()
        {
            Id = Guid.NewGuid(),
            TenantId = tenant.Id,
            Name = "test",
            KeyHash = ApiKeyHash.Of(secret),
            Prefix = secret[..8],
            Role = ApiKeyRole.User,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        change?.Invoke(key);
        await using PipelineDbContext context = Database.CreateContext();
        if (!await context.Tenants.AnyAsync(t => t.Id == tenant.Id))
        {
            context.Tenants.Add(tenant);
        }

        context.ApiKeys.Add(key);
        await context.SaveChangesAsync();
        return new ApiClient(Url, secret, tenant.Id, model ?? Model);
    }

    internal StandInWorker NewWorker() => new(Database.DataSource, Model);

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }

        _tokenizer.Dispose();
        Directory.Delete(Inbox, recursive: true);
        await Database.DisposeAsync();
    }
}
