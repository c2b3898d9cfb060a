using System.Net;
using System.Net.Http.Headers;
using Hangfire;
using Hangfire.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Scheduler.Tests.Dashboard;

public sealed class SchedulerHostTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private WebApplication? _app;
    private HttpClient _client = new();

    public async ValueTask InitializeAsync()
    {
        if (string.IsNullOrEmpty(database.ConnectionString))
        {
            return;
        }

        await AddKeyAsync("sk-admin", ApiKeyRole.Operator);
        await AddKeyAsync("sk-user", ApiKeyRole.Admin);
        await AddKeyAsync("sk-revoked", ApiKeyRole.Operator, revoked: true);
        _app = Build();
        await _app.StartAsync();
        _client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_scheduler_starts_though_one_that_was_killed_left_its_locks_behind()
    {
        database.Require();
        await database.ExecuteAsync(
            """
            INSERT INTO hangfire.lock (resource, updatecount, acquired)
            SELECT 'hangfire:lock:recurring-job:' || id, 0, now() AT TIME ZONE 'utc' FROM unnest(ARRAY['take-back-jobs', 'expire-batches']) AS id
            ON CONFLICT (resource) DO UPDATE SET acquired = EXCLUDED.acquired
            """);
        await using WebApplication next = Build();
        await next.StartAsync();
        await next.StopAsync();
    }

    [Fact]
    public async Task Without_a_key_the_dashboard_sends_to_the_login_and_health_needs_none()
    {
        database.Require();
        HttpResponseMessage reply = await _client.GetAsync("/hangfire");
        Assert.Equal(HttpStatusCode.Redirect, reply.StatusCode);
        Assert.Equal("/login", reply.Headers.Location!.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/health/live")).StatusCode);
    }

    [Theory]
    [InlineData("sk-admin", HttpStatusCode.OK)]
    [InlineData("sk-user", HttpStatusCode.Unauthorized)]
    [InlineData("sk-revoked", HttpStatusCode.Unauthorized)]
    [InlineData("sk-unheard-of", HttpStatusCode.Unauthorized)]
    public async Task Only_the_key_of_an_operator_opens_the_dashboard(string key, HttpStatusCode expected)
    {
        database.Require();
        using HttpRequestMessage request = new(HttpMethod.Get, "/hangfire/recurring");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        Assert.Equal(expected, (await _client.SendAsync(request)).StatusCode);

        using FormUrlEncodedContent form = new([new("key", key)]);
        Assert.Equal(expected == HttpStatusCode.OK ? HttpStatusCode.Redirect : HttpStatusCode.Unauthorized, (await _client.PostAsync("/login", form)).StatusCode);
    }

    [Fact]
    public async Task A_login_lasts_until_its_key_is_revoked()
    {
        database.Require();
        await AddKeyAsync("sk-leaving", ApiKeyRole.Operator);
        Assert.Equal("/hangfire", (await _client.GetAsync("/login?key=sk-leaving")).Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/hangfire")).StatusCode);
        await database.ExecuteAsync("UPDATE api_keys SET revoked_at = now() WHERE prefix = 'sk-leaving'");
        Assert.Equal(HttpStatusCode.Redirect, (await _client.GetAsync("/hangfire")).StatusCode);
    }

    [Theory]
    [InlineData("UPDATE api_keys SET scopes = '{files:read}' WHERE prefix = $1")]
    [InlineData("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE prefix = $1")]
    [InlineData("UPDATE tenants SET suspended_at = now() WHERE id = (SELECT tenant_id FROM api_keys WHERE prefix = $1)")]
    public async Task A_key_that_was_narrowed_has_expired_or_is_of_a_suspended_tenant_opens_nothing_any_more(string change)
    {
        database.Require();
        string key = "sk-" + Guid.NewGuid().ToString("N");
        await AddKeyAsync(key, ApiKeyRole.Operator);
        Assert.Equal(HttpStatusCode.Redirect, (await _client.GetAsync("/login?key=" + key)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/hangfire")).StatusCode);
        await database.ExecuteAsync(change, key);
        Assert.Equal("/login", (await _client.GetAsync("/hangfire")).Headers.Location!.AbsolutePath);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync("/login?key=" + key)).StatusCode);
    }

    [Fact]
    public async Task What_changes_something_on_the_dashboard_takes_the_token_of_its_page()
    {
        database.Require();
        await _client.GetAsync("/login?key=sk-admin");
        string page = await _client.GetStringAsync("/hangfire/recurring");
        Assert.Contains("record-scheduled-runs", page, StringComparison.Ordinal);
        string token = System.Text.RegularExpressions.Regex.Match(page, "CfDJ8[A-Za-z0-9_-]+").Value;
        Assert.Equal(HttpStatusCode.Forbidden, (await TriggerAsync(null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await TriggerAsync(token)).StatusCode);

        Task<HttpResponseMessage> TriggerAsync(string? token)
        {
            HttpRequestMessage request = new(HttpMethod.Post, "/hangfire/recurring/trigger") { Content = new FormUrlEncodedContent([new("jobs[]", "record-scheduled-runs")]) };
            if (token is not null)
            {
                request.Headers.Add("RequestVerificationToken", token);
            }

            return _client.SendAsync(request);
        }
    }

    [Fact]
    public async Task Every_duty_of_the_table_is_registered_under_its_schedule()
    {
        database.Require();
        List<RecurringJobDto> registered = _app!.Services.GetRequiredService<JobStorage>().GetConnection().GetRecurringJobs();
        Assert.Equal(RecurringDuties.All.Select(duty => (duty.Id, duty.Cron)).Order(), registered.Select(job => (job.Id, job.Cron)).Order());
        Assert.All(registered, job => Assert.Null(job.LoadException));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Duties_are_done_when_they_are_due()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["late"], window: TimeSpan.FromSeconds(-1));
        string lost = await database.AddBatchAsync("m", ["lost"]);
        await database.AddWorkerAsync("dead-worker", silence: TimeSpan.FromSeconds(5));
        await database.ExecuteAsync("UPDATE jobs SET state = 1, attempts = 1, worker_id = 'dead-worker' WHERE batch_id = $1", lost);
        await database.ExecuteAsync("INSERT INTO slice_claims (slice_id, worker_id) SELECT slice_id, worker_id FROM jobs WHERE batch_id = $1", lost);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Status == BatchStatus.Finalizing);
        await Eventually.HoldsAsync(async () => (await database.JobsAsync(lost))[0].State == JobState.Queued);
        Assert.Contains(await database.SlicesAsync(lost), slice => slice is { Exclusive: true, State: SliceState.Pending });
    }

    private async Task AddKeyAsync(string key, ApiKeyRole role, bool revoked = false)
    {
        await using PipelineDbContext context = database.CreateContext();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        byte[] hash = ApiKeyHash.Of(key);
        if (!context.ApiKeys.Any(k => k.KeyHash == hash))
        {
            context.ApiKeys.Add(new ApiKey
            {
                Id = Guid.NewGuid(), Name = key, Prefix = key, KeyHash = hash, Role = role, CreatedAt = now, RevokedAt = revoked ? now : null,
                Tenant = new Tenant { Id = Guid.NewGuid(), Name = Guid.NewGuid().ToString(), CreatedAt = now },
            });
            await context.SaveChangesAsync();
        }
    }

    private WebApplication Build() => SchedulerHost.Build([], builder =>
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Pipeline"] = database.ConnectionString,
            ["Pipeline:Scheduler:LeaseSeconds"] = "1",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Error);
    });
}
