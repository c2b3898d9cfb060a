using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Erasure;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Erasure;

public sealed class ErasureTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";

    [Fact]
    public async Task Nothing_with_the_tenants_id_remains_but_what_is_kept_by_name_and_nobody_elses_rows_are_touched()
    {
        fixture.Require();
        ApiClient api = await AdminAsync(), other = await AdminAsync();
        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> held = [];
        foreach (ApiClient tenant in (ApiClient[])[api, other])
        {
            held.AddRange(await FillAsync(tenant, worker));
        }

        await FillEmptyTablesAsync(api, other);
        Dictionary<string, long> before = await CountsAsync(api), others = await CountsAsync(other);
        Assert.All(ErasedTables.Of(Model()), table => Assert.True(before[table] > 0, $"{table} is empty: nothing would be seen to go."));

        JsonElement asked = await EraseAsync(api);
        Assert.Equal("cancelling", asked.Text("status"));
        await FinishAsync(asked.Text("id"), api);
        // A worker that still had one of its single jobs: what it has to say is dropped, and billed.
        await worker.AnswerAsync(held.Where(job => job.TenantId == api.TenantId), _ => (200, Answer));

        foreach ((string table, long rows) in await CountsAsync(api))
        {
            Assert.True(ErasedTables.Kept.ContainsKey(table) ? rows >= before[table] : rows == 0, $"{table} has {rows} rows left.");
        }

        // Work goes on there, and adds rows.
        Assert.All(await CountsAsync(other), count => Assert.True(count.Value >= others[count.Key], $"{count.Key} of another tenant has lost rows."));
        await NothingHangsInTheAirAsync();
        JsonElement done = await api.GetAsync($"v1/tenants/self/erasures/{asked.Text("id")}");
        Assert.Equal("finished", done.Text("status"));
        Assert.Equal(before["jobs"], done.GetProperty("deleted").GetProperty("jobs").GetInt64());
        // The tenant goes on with an empty desk.
        Assert.Equal("in_progress", (await api.SubmitAsync(api.Lines(1))).Text("status"));
    }

    [Fact]
    public void Every_table_of_the_model_is_erased_kept_or_nobodys()
    {
        fixture.Require();
        IModel model = Model();
        HashSet<string> covered = [.. ErasedTables.Of(model), .. ErasedTables.Kept.Keys, .. ErasedTables.OfNobody.Keys, .. ErasedTables.Followers.Values.SelectMany(f => f).Select(f => f.Table)];
        bool more = true;
        while (more)
        {
            more = model.GetEntityTypes()
                .Where(type => type.GetForeignKeys().Any(key => key.DeleteBehavior == DeleteBehavior.Cascade && covered.Contains(key.PrincipalEntityType.GetTableName()!)))
                .Aggregate(false, (added, type) => covered.Add(type.GetTableName()!) || added);
        }

        Assert.Empty(model.GetEntityTypes().Select(type => type.GetTableName()!).Except(covered));
    }

    [Fact]
    public async Task While_it_is_under_way_the_tenant_reads_and_makes_nothing_new()
    {
        fixture.Require();
        ApiClient api = await AdminAsync();
        string file = await api.UploadAsync(api.Lines(1));
        string id = (await EraseAsync(api)).Text("id");
        Assert.Equal(id, (await EraseAsync(api)).Text("id"));
        using HttpResponseMessage refused = await api.PostAsync("v1/batches", new { input_file_id = file, endpoint = ApiClient.Chat, completion_window = "24h" });
        Assert.Equal("tenant_erasing", (await ApiClient.ErrorAsync(refused, HttpStatusCode.Forbidden)).Text("code"));
        Assert.Equal(file, (await api.GetAsync("v1/files/" + file)).Text("id"));
        // Requests that are on their way when it is asked for are waited for.
        Assert.Equal(0, await TenantErasing.RunAsync(fixture.Database.Contexts, fixture.Database.DataSource, TimeProvider.System.GetUtcNow(), default));
        Assert.Equal(file, (await api.GetAsync("v1/files/" + file)).Text("id"));
        await FinishAsync(id, api);
    }

    [Fact]
    public async Task A_transaction_that_is_older_than_the_deletion_is_waited_for()
    {
        fixture.Require();
        ApiClient api = await AdminAsync();
        await using NpgsqlConnection upload = await fixture.Database.DataSource.OpenConnectionAsync();
        await using NpgsqlTransaction transaction = await upload.BeginTransactionAsync();
        await using NpgsqlCommand insert = new("INSERT INTO files (id, tenant_id, purpose, filename, bytes, created_at) VALUES ('file-late', $1, 'batch', 'f', 0, now())", upload, transaction);
        insert.Parameters.Add(new() { Value = api.TenantId });
        await insert.ExecuteNonQueryAsync();
        string id = (await EraseAsync(api)).Text("id");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, await RunAsync());
        }

        await transaction.CommitAsync();
        await FinishAsync(id, api);
        Assert.Equal(0, (await CountsAsync(api))["files"]);
    }

    [Fact]
    public async Task It_takes_an_admin_of_the_tenant_or_an_operator_and_the_tenants_name()
    {
        fixture.Require();
        ApiClient api = await AdminAsync(), stranger = await AdminAsync();
        ApiClient user = await fixture.NewKeyAsync(api);
        ApiClient operators = await fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Operator);
        string name = await NameAsync(api);
        await RefusedAsync(user, "self", name, HttpStatusCode.Forbidden, "missing_scope");
        await RefusedAsync(stranger, api.TenantId.ToString(), name, HttpStatusCode.NotFound, null);
        await RefusedAsync(operators, Guid.NewGuid().ToString(), name, HttpStatusCode.NotFound, null);
        await RefusedAsync(api, "self", "", HttpStatusCode.BadRequest, "confirmation_required");
        await RefusedAsync(api, "self", name + "x", HttpStatusCode.BadRequest, "confirmation_required");
        using HttpResponseMessage accepted = await operators.Http.DeleteAsync($"v1/tenants/{api.TenantId}/data?confirm={name}");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        string id = JsonElement.Parse(await accepted.Content.ReadAsStringAsync()).Text("id");
        using HttpResponseMessage hidden = await stranger.Http.GetAsync($"v1/tenants/self/erasures/{id}");
        await ApiClient.ErrorAsync(hidden, HttpStatusCode.NotFound);
        await FinishAsync(id, api);
    }

    private Task<ApiClient> AdminAsync() => fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Admin);

    /// <summary>A tenant that has used everything, and has work of every kind open.</summary>
    /// <returns>The jobs that a worker has claimed and not answered.</returns>
    private static async Task<List<ClaimedJob>> FillAsync(ApiClient api, StandInWorker worker)
    {
        await api.SendAsync(HttpMethod.Post, "v1/webhooks", new JsonObject { ["url"] = "https://example.com/" });
        string done = (await api.SubmitAsync(api.Lines(3))).Text("id");
        await worker.AnswerAllAsync(done, _ => (200, Answer));
        await api.WaitAsync(done, "completed");
        await api.SubmitAsync(api.Lines(2));
        string schedule = (await api.ScheduleAsync()).Text("id");
        JsonElement run = await api.EndOfRunAsync(schedule, (await api.SendAsync(HttpMethod.Post, $"v1/schedules/{schedule}/run", key: "once")).Text("id"));
        await api.WaitAsync(run.Text("batch_id"), "in_progress");
        for (int i = 0; i < 3; i++)
        {
            await api.SendAsync(HttpMethod.Post, "v1/jobs", new JsonObject
            {
                ["endpoint"] = ApiClient.Chat,
                ["body"] = new JsonObject { ["model"] = api.Model, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }) },
            });
        }

        return await worker.ClaimAsync(null, 1);
    }

    /// <summary>What the tenants have no row in gets one each: a table that is added is seen to be emptied without anybody's having thought of it.</summary>
    private async Task FillEmptyTablesAsync(params ApiClient[] tenants)
    {
        foreach (ApiClient tenant in tenants)
        {
            Dictionary<string, long> counts = await CountsAsync(tenant);
            await using PipelineDbContext context = fixture.Database.CreateContext();
            foreach (IEntityType type in context.Model.GetEntityTypes().Where(type => counts.TryGetValue(type.GetTableName()!, out long rows) && rows == 0 && !ErasedTables.Kept.ContainsKey(type.GetTableName()!)))
            {
                RowMaker.Add(context, type, tenant.TenantId);
            }

            await context.SaveChangesAsync();
        }
    }

    private IModel Model()
    {
        using PipelineDbContext context = fixture.Database.CreateContext();
        return context.Model;
    }

    /// <summary>Rows of the tenant in every table that has its id.</summary>
    private async Task<Dictionary<string, long>> CountsAsync(ApiClient api)
    {
        Dictionary<string, long> counts = [];
        foreach (string table in Model().GetEntityTypes().Where(type => type.FindProperty("TenantId") is not null).Select(type => type.GetTableName()!))
        {
            counts[table] = await NumberAsync($"SELECT count(*) FROM {table} WHERE tenant_id = $1", api.TenantId);
        }

        return counts;
    }

    private async Task NothingHangsInTheAirAsync()
    {
        foreach ((string owner, (string Table, string Column)[] followers) in ErasedTables.Followers)
        {
            foreach ((string table, string column) in followers)
            {
                Assert.Equal(0, await NumberAsync($"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM {owner})"));
            }
        }
    }

    private async Task<long> NumberAsync(string sql, params object[] parameters)
    {
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(sql);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> NameAsync(ApiClient api)
    {
        await using PipelineDbContext context = fixture.Database.CreateContext();
        return (await context.Tenants.SingleAsync(tenant => tenant.Id == api.TenantId)).Name;
    }

    private async Task<JsonElement> EraseAsync(ApiClient api)
    {
        using HttpResponseMessage response = await api.Http.DeleteAsync($"v1/tenants/self/data?confirm={await NameAsync(api)}");
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, body);
        return JsonElement.Parse(body);
    }

    private static async Task RefusedAsync(ApiClient api, string tenant, string confirm, HttpStatusCode status, string? code)
    {
        using HttpResponseMessage response = await api.Http.DeleteAsync($"v1/tenants/{tenant}/data?confirm={confirm}");
        Assert.Equal(code, (await ApiClient.ErrorAsync(response, status)).TextOrNull("code"));
    }

    /// <summary>Does as the duty does, some time later.</summary>
    private Task<int> RunAsync() => TenantErasing.RunAsync(
        fixture.Database.Contexts, fixture.Database.DataSource, TimeProvider.System.GetUtcNow().AddMinutes(1), default);

    private Task FinishAsync(string id, ApiClient api) => Eventually.HoldsAsync(
        async () =>
        {
            await RunAsync();
            return (await api.GetAsync($"v1/tenants/self/erasures/{id}")).Text("status") == "finished";
        },
        TimeSpan.FromSeconds(60),
        "the erasure is finished");
}
