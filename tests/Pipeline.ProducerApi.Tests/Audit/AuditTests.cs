using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Audit;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Audit;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tenants;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Audit;

public sealed class AuditTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Who_changed_what_when_from_where_and_how_it_ended()
    {
        fixture.Require();
        ApiKey? key = null;
        ApiClient admin = await fixture.NewTenantAsync(change: made => (key = made).Role = ApiKeyRole.Admin);
        string file = await admin.UploadAsync(admin.Lines(1));
        string batch = (await admin.CreateAsync(file)).Text("id");
        using HttpResponseMessage cancelled = await admin.PostAsync($"v1/batches/{batch}/cancel", new { });
        await ApiClient.OkAsync(cancelled);
        using HttpResponseMessage missing = await admin.PostAsync("v1/batches/batch_x/cancel", new { });
        await admin.GetAsync("v1/batches/" + batch);
        await Eventually.HoldsAsync(async () => (await EntriesAsync(admin)).Length == 4);

        JsonElement[] entries = await EntriesAsync(admin);
        Assert.Equal(
            [
                ("POST", "/v1/batches/{id}/cancel", "batch_x", 404),
                ("POST", "/v1/batches/{id}/cancel", batch, 200),
                ("POST", "/v1/batches", batch, 200),
                ("POST", "/v1/files", file, 200),
            ],
            entries.Select(e => (e.Text("method"), e.Text("route"), e.TextOrNull("object_id"), e.GetProperty("status_code").GetInt32())));
        Assert.All(entries, entry => Assert.Equal(
            (KeyObject.IdOf(key!.Id), TenantObject.IdOf(admin.TenantId), "127.0.0.1"), (entry.Text("key_id"), entry.Text("tenant_id"), entry.Text("remote_address"))));
        Assert.Equal(missing.Headers.GetValues("x-request-id").Single(), entries[0].Text("request_id"));
    }

    [Fact]
    public async Task A_change_of_a_key_is_in_the_trail_as_soon_as_it_is_made()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        JsonElement made = await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k", role = "viewer" });
        JsonElement entry = Assert.Single(await EntriesAsync(admin, "object_id=" + made.Text("id")));
        Assert.Equal(("/v1/keys", "viewer"), (entry.Text("route"), entry.GetProperty("details").Text("role")));
        Assert.DoesNotContain(made.Text("secret"), entry.GetRawText(), StringComparison.Ordinal);
        await admin.OkAsync(HttpMethod.Delete, "v1/keys/" + made.Text("id"));
        Assert.Equal(["DELETE", "POST"], (await EntriesAsync(admin, "object_id=" + made.Text("id"))).Select(e => e.Text("method")));
    }

    [Fact]
    public async Task What_an_operator_does_to_a_tenant_is_in_that_tenants_trail()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), admin = await fixture.NewAdminAsync();
        string id = TenantObject.IdOf(admin.TenantId);
        await boss.OkAsync(HttpMethod.Post, "v1/tenants/" + id, new { weight = 7 });
        JsonElement entry = Assert.Single(await EntriesAsync(admin));
        Assert.Equal((id, 7), (entry.Text("object_id"), entry.GetProperty("details").GetProperty("weight").GetInt32()));
        Assert.Equal(entry.Text("id"), Assert.Single(await EntriesAsync(boss, "tenant_id=" + id)).Text("id"));
        await admin.RefusedAsync(HttpMethod.Get, "v1/audit?tenant_id=" + TenantObject.IdOf(boss.TenantId), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_call_that_was_forbidden_is_recorded_and_the_trail_is_for_admins()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        ApiClient viewer = await fixture.NewKeyAsync(admin, key => key.Role = ApiKeyRole.Viewer);
        await viewer.RefusedAsync(HttpMethod.Post, "v1/batches", HttpStatusCode.Forbidden, new { });
        await viewer.RefusedAsync(HttpMethod.Get, "v1/audit", HttpStatusCode.Forbidden);
        await Eventually.HoldsAsync(async () => (await EntriesAsync(admin)).Length == 1);
        Assert.Equal(403, (await EntriesAsync(admin))[0].GetProperty("status_code").GetInt32());
    }

    [Fact]
    public async Task Entries_are_paged_and_picked()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        for (int i = 0; i < 5; i++)
        {
            await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k" });
        }

        JsonElement first = await admin.GetAsync("v1/audit?limit=3");
        JsonElement second = await admin.GetAsync("v1/audit?limit=3&after=" + first.Text("last_id"));
        Assert.Equal((true, false), (first.GetProperty("has_more").GetBoolean(), second.GetProperty("has_more").GetBoolean()));
        Assert.Equal(5, first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray()).Select(e => e.Text("id")).Distinct().Count());
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.Empty(await EntriesAsync(admin, $"since={now + 3600}"));
        Assert.Empty(await EntriesAsync(admin, $"until={now - 3600}"));
        Assert.Empty(await EntriesAsync(admin, "method=DELETE"));
        Assert.Equal(5, (await EntriesAsync(admin, "route=/v1/keys&method=POST")).Length);
        await admin.RefusedAsync(HttpMethod.Get, "v1/audit?after=audit_999999999", HttpStatusCode.NotFound);
        await admin.RefusedAsync(HttpMethod.Get, "v1/audit?key_id=x", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("UPDATE audit_entries SET status_code = 200")]
    [InlineData("DELETE FROM audit_entries")]
    [InlineData("TRUNCATE audit_entries")]
    public async Task The_database_lets_nobody_change_or_remove_what_is_written(string sql)
    {
        fixture.Require();
        await using NpgsqlConnection connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await AuditWriter.WriteAsync(connection, [Entry(1)], default);
        await using NpgsqlCommand command = new(sql, connection);
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task What_is_past_its_retention_is_purged_and_nothing_else()
    {
        fixture.Require();
        AuditEntry old = Entry(1), young = Entry(2);
        old.At = TimeProvider.System.GetUtcNow().AddDays(-11);
        young.At = TimeProvider.System.GetUtcNow().AddDays(-9);
        await using NpgsqlConnection connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await AuditWriter.WriteAsync(connection, [old, young], default);
        Assert.NotEqual(0, await AuditPurge.RunAsync(fixture.Database.DataSource, TimeSpan.FromDays(10), default));
        await using PipelineDbContext context = fixture.Database.CreateContext();
        Assert.Equal(young.TenantId, Assert.Single(await context.AuditEntries.Where(e => e.TenantId == old.TenantId || e.TenantId == young.TenantId).ToListAsync()).TenantId);
    }

    [Fact]
    public async Task A_clean_stop_loses_no_entry()
    {
        fixture.Require();
        AuditTrail trail = new(fixture.Database.DataSource, TimeProvider.System, NullLogger<AuditTrail>.Instance);
        AuditEntry[] entries = [.. Enumerable.Range(0, 1200).Select(Entry)];
        Guid tenant = entries[0].TenantId;
        await trail.StartAsync(default);
        foreach (AuditEntry entry in entries)
        {
            entry.TenantId = tenant;
            await trail.AddAsync(entry);
        }

        await trail.StopAsync(default);
        await using PipelineDbContext context = fixture.Database.CreateContext();
        Assert.Equal(1200, await context.AuditEntries.CountAsync(e => e.TenantId == tenant));
    }

    private static AuditEntry Entry(int number) => new()
    {
        At = TimeProvider.System.GetUtcNow(), TenantId = Guid.NewGuid(), Method = "POST", Route = "/v1/test", RequestId = $"req_{number}", StatusCode = 200,
    };

    private static async Task<JsonElement[]> EntriesAsync(ApiClient admin, string query = "") =>
        [.. (await admin.GetAsync("v1/audit?limit=100&" + query)).GetProperty("data").EnumerateArray()];
}
