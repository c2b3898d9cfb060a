using System.Globalization;
using Npgsql;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>
/// The API, the scheduler and as many workers as a test starts, each a process, on a database and a queue of their own.
/// </summary>
internal sealed class RunningStack : IAsyncDisposable
{
    private readonly List<ServiceProcess> _processes = [];
    private readonly Dictionary<string, string> _settings;
    private readonly string _database;

    private RunningStack(string model, string database, Dictionary<string, string> settings)
    {
        Model = model;
        _database = database;
        _settings = settings;
        DataSource = NpgsqlDataSource.Create(settings["ConnectionStrings:Pipeline"]);
    }

    public const string Key = "sk-end-to-end-tests";

    public string Model { get; }

    public NpgsqlDataSource DataSource { get; }

    public ServiceProcess Api { get; private set; } = null!;

    public ServiceProcess Scheduler { get; private set; } = null!;

    /// <summary>What the processes have logged, for the message of a test that fails.</summary>
    public string Logs => string.Join("\n----\n", _processes.Select(process => process.Log));

    /// <summary>Starts all but the workers.</summary>
    /// <param name="settings">Settings of all services, over those that make things go fast.</param>
    public static async Task<RunningStack> StartAsync(params (string Key, string Value)[] settings)
    {
        string id = Guid.NewGuid().ToString("N");
        string model = "kill-" + id;
        string database = "kill_" + id;
        Dictionary<string, string> all = new()
        {
            ["ConnectionStrings:Pipeline"] = new NpgsqlConnectionStringBuilder(TestServers.PostgreSql) { Database = database, MaxPoolSize = 20 }.ConnectionString,
            ["ConnectionStrings:RabbitMq"] = TestServers.RabbitMq,
            ["Pipeline:AdminApiKey"] = Key,
            ["Pipeline:Models:0"] = model,
            ["Pipeline:Pricing:DeviceHour"] = "2.00",
            ["Pipeline:Pricing:Currency"] = "USD",
            ["Pipeline:Pricing:AssumedPromptTokensPerSecond"] = "1000",
            ["Pipeline:Pricing:AssumedOutputTokensPerSecond"] = "100",
            ["Pipeline:Worker:ModelName"] = model,
            ["Pipeline:Worker:Backend"] = "echo",
            ["Pipeline:Worker:MaxRunning"] = "32",
            ["Pipeline:Worker:HeartbeatSeconds"] = "0.5",
            ["Pipeline:Scheduler:LeaseSeconds"] = "4",
        };
        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        RunningStack stack = new(model, database, all);
        ServiceProcess migrator = stack.Run("db/Pipeline.Migrator");
        if (await migrator.ExitAsync(TimeSpan.FromSeconds(60)) != 0)
        {
            throw new InvalidOperationException(migrator.Log);
        }

        stack.Api = stack.Run("producer-api/Pipeline.ProducerApi");
        stack.Scheduler = stack.Run("scheduler/Pipeline.Scheduler");
        await stack.Api.ReadyAsync();
        await stack.Scheduler.ReadyAsync();
        return stack;
    }

    /// <summary>Starts the scheduler again, which has been killed.</summary>
    public async Task StartSchedulerAsync() => Scheduler = await Run("scheduler/Pipeline.Scheduler").ReadyAsync();

    /// <summary>Starts an API in the place of one that was killed, and waits until it is ready.</summary>
    public async Task StartApiAsync() => Api = await Run("producer-api/Pipeline.ProducerApi").ReadyAsync();

    /// <summary>Starts a worker; it is not ready yet.</summary>
    public ServiceProcess StartWorker() => Run("gpu-worker/Pipeline.GpuWorker");

    public HttpClient Client() => new()
    {
        BaseAddress = new Uri(Api.Url), DefaultRequestHeaders = { Authorization = new("Bearer", Key) }, Timeout = TimeSpan.FromMinutes(2),
    };

    /// <summary>Where a batch stands, and what its processes have logged last: for whoever has to find out why it does not end.</summary>
    public async Task<string> DescribeAsync(string batchId)
    {
        const string Sql =
            """
            SELECT 'batch: ' || status || ', ' || remaining || ' remaining' FROM batches WHERE id = $1
            UNION ALL SELECT 'jobs in state ' || state || ' of ' || coalesce(worker_id, 'nobody') || ': ' || count(*) FROM jobs WHERE batch_id = $1 GROUP BY state, worker_id
            UNION ALL SELECT 'slice ' || s.id || ' in state ' || s.state || CASE WHEN s.exclusive THEN ', exclusive' ELSE '' END || ', sent ' || coalesce(s.sent_at::text, 'never') || ', '
                || (SELECT count(*) FROM jobs j WHERE j.slice_id = s.id AND j.state < 2) || ' open jobs' FROM slices s WHERE s.batch_id = $1 AND s.state <> 3
            UNION ALL SELECT 'worker ' || id || ', heard of ' || heartbeat_at || ', stopped ' || coalesce(stopped_at::text, 'not') FROM workers
            """;
        await using NpgsqlCommand command = DataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = batchId });
        List<string> lines = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', [.. lines, .. _processes.Select(process => $"---- {process.Name}, {(process.HasExited ? "ended" : "runs")}\n{Tail(process.Log)}")]);
    }

    /// <summary>A number from the database.</summary>
    public async Task<double> NumberAsync(string sql, params object[] parameters)
    {
        await using NpgsqlCommand command = DataSource.CreateCommand(sql);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return Convert.ToDouble(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProcess process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        await DataSource.DisposeAsync();
        await using NpgsqlConnection server = new(new NpgsqlConnectionStringBuilder(TestServers.PostgreSql) { Pooling = false }.ConnectionString);
        await server.OpenAsync();
        await using NpgsqlCommand drop = new($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)", server);
        await drop.ExecuteNonQueryAsync();
    }

    private static string Tail(string log) => log.Length <= 6000 ? log : log[^6000..];

    private ServiceProcess Run(string project)
    {
        ServiceProcess process = ServiceProcess.Start(project, _settings);
        _processes.Add(process);
        return process;
    }
}
