using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Data.Entities;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Leases;
using Pipeline.Testing;

namespace Pipeline.GpuWorker.Tests.Support;

/// <summary>A whole worker in this process, on a real database and a real broker.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestWorker(WebApplication app) => _app = app;

    /// <summary>The id it goes by now.</summary>
    public string Id => _app.Services.GetRequiredService<LeaseKeeper>().Current.Id;

    public IServiceProvider Services => _app.Services;

    /// <summary>A model, and with it a queue, of its own.</summary>
    public static string NewModel() => "test-" + Guid.NewGuid().ToString("N");

    public static async Task<TestWorker> StartAsync(TestDatabase database, string model, IBackend? backend = null, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string?> configuration = new()
        {
            ["ConnectionStrings:Pipeline"] = database.ConnectionString,
            ["ConnectionStrings:RabbitMq"] = TestServers.RabbitMq,
            ["Pipeline:Worker:ModelName"] = model,
            ["Pipeline:Worker:Backend"] = "echo",
            ["Pipeline:Worker:HeartbeatSeconds"] = "0.2",
            ["Pipeline:Worker:WatchSeconds"] = "0.1",
            ["Pipeline:Pricing:DeviceHour"] = "3.60",
            ["Pipeline:Pricing:Currency"] = "EUR",
        };
        foreach ((string key, string value) in settings)
        {
            configuration[key] = value;
        }

        WebApplication app = WorkerHost.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(configuration);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            if (backend is not null)
            {
                builder.Services.AddSingleton(backend);
            }
        });

        // A second bus in a process inherits the first one's ambient context, and does not start, unless it is kept out.
        Task start;
        using (ExecutionContext.SuppressFlow())
        {
            start = Task.Run(() => app.StartAsync());
        }

        await start;
        return new TestWorker(app);
    }

    /// <summary>Does what the dispatcher does with pending slices.</summary>
    public async Task DispatchAsync(TestDatabase database, string batchId)
    {
        foreach (Slice slice in (await database.SlicesAsync(batchId)).Where(slice => slice.State == Data.States.SliceState.Pending))
        {
            await database.ExecuteAsync("UPDATE slices SET state = 2, sending_at = now(), sent_at = now() WHERE id = $1", slice.Id);
            await SendAsync(slice);
        }
    }

    /// <summary>Puts a message for the slice into the queue.</summary>
    public async Task SendAsync(Slice slice)
    {
        ISendEndpoint endpoint = await _app.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("exchange:" + QueueNames.ForModel(slice.Model)));
        await endpoint.Send(new RunSlice(slice.Id, slice.Model, slice.Exclusive));
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
