using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.ProducerApi.Tenants;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Tenants;

public sealed class TokenQuotaTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_batch_that_would_exceed_the_enqueued_tokens_fails_in_OpenAIs_words_and_another_runs_when_there_is_room()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        JsonElement first = await user.SubmitAsync(user.Lines(3));
        long tokens = await TokensAsync(first);
        await LimitAsync(boss, user, new { enqueued_tokens = tokens + 1 });

        JsonElement second = await user.SubmitAsync(user.Lines(3));
        Assert.Equal("failed", second.Text("status"));
        JsonElement error = second.GetProperty("errors").GetProperty("data")[0];
        Assert.Equal((TokenQuota.ErrorCode, "null", "null"), (error.Text("code"), error.Raw("line"), error.Raw("param")));
        Assert.Equal(
            $"Enqueued token limit reached for {user.Model} in organization {TenantObject.IdOf(user.TenantId)}. Limit: {tokens + 1:N0} enqueued tokens. Please try again once some in_progress batches have been completed.",
            error.Text("message"));
        Assert.Equal(0, await JobsAsync(second));

        await user.OkAsync(HttpMethod.Post, $"v1/batches/{first.Text("id")}/cancel");
        await user.WaitAsync(first.Text("id"), "cancelled");
        Assert.Equal("in_progress", (await user.SubmitAsync(user.Lines(3))).Text("status"));
    }

    [Fact]
    public async Task Of_batches_validated_at_once_by_several_processes_no_more_start_than_there_is_room_for()
    {
        fixture.Require();
        await using ApiProcessDouble other = await ApiProcessDouble.StartAsync(fixture);
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync(), stranger = await fixture.NewTenantAsync();
        string file = await user.UploadAsync(user.Lines(50));
        JsonElement first = await user.WaitAsync((await user.CreateAsync(file)).Text("id"), status => status != "validating");
        await LimitAsync(boss, user, new { enqueued_tokens = (4 * await TokensAsync(first)) - 1 });
        JsonElement[] made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.CreateAsync(file)));
        JsonElement[] batches = await Task.WhenAll(made.Select(batch => user.WaitAsync(batch.Text("id"), status => status != "validating")));
        Assert.Equal(2, batches.Count(batch => batch.Text("status") == "in_progress"));
        Assert.Equal(6, batches.Count(batch => batch.Text("status") == "failed" && batch.Errors()[0].Code == TokenQuota.ErrorCode));
        Assert.Equal("in_progress", (await stranger.SubmitAsync(stranger.Lines(50))).Text("status"));
    }

    [Fact]
    public async Task A_batch_is_not_retried_into_room_that_another_has_taken()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        JsonElement first = await user.SubmitAsync(user.Lines(3));
        string retry = $"v1/batches/{first.Text("id")}/retry";
        await LimitAsync(boss, user, new { enqueued_tokens = (2 * await TokensAsync(first)) - 1 });
        await user.OkAsync(HttpMethod.Post, $"v1/batches/{first.Text("id")}/cancel");
        await user.WaitAsync(first.Text("id"), "cancelled");
        JsonElement second = await user.SubmitAsync(user.Lines(3));
        Assert.Equal("in_progress", second.Text("status"));
        JsonElement error = await user.RefusedAsync(HttpMethod.Post, retry, HttpStatusCode.Conflict);
        Assert.Equal(TokenQuota.ErrorCode, error.Text("code"));
        Assert.Equal("cancelled", (await user.GetAsync("v1/batches/" + first.Text("id"))).Text("status"));

        await user.OkAsync(HttpMethod.Post, $"v1/batches/{second.Text("id")}/cancel");
        await user.WaitAsync(second.Text("id"), "cancelled");
        Assert.Equal("in_progress", (await user.OkAsync(HttpMethod.Post, retry)).Text("status"));
        Assert.Equal("in_progress", (await user.OkAsync(HttpMethod.Post, retry)).Text("status"));
    }

    [Fact]
    public async Task A_models_own_limit_goes_before_the_tenants()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        await LimitAsync(boss, user, new { enqueued_tokens = 1, enqueued_tokens_by_model = new Dictionary<string, long> { [user.Model] = 0 } });
        Assert.Equal("in_progress", (await user.SubmitAsync(user.Lines(3))).Text("status"));
        await LimitAsync(boss, user, new { enqueued_tokens_by_model = new Dictionary<string, long?> { [user.Model] = null } });
        Assert.Equal(TokenQuota.ErrorCode, (await user.SubmitAsync(user.Lines(3))).Errors()[0].Code);
    }

    [Fact]
    public async Task A_tenant_sees_its_limits_and_what_it_has_enqueued()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        JsonElement free = await user.GetAsync("v1/limits");
        Assert.Equal(
            ("limits", TenantObject.IdOf(user.TenantId), "null", "null", """{"limit":null,"enqueued":0}"""),
            (free.Text("object"), free.Text("tenant_id"), free.Raw("requests_per_minute"), free.Raw("bytes_per_minute"), free.GetProperty("enqueued_tokens").Raw(user.Model)));
        long tokens = await TokensAsync(await user.SubmitAsync(user.Lines(3)));
        await LimitAsync(boss, user, new { requests_per_minute = 500, enqueued_tokens = 9000 });
        JsonElement limits = await user.GetAsync("v1/limits");
        Assert.Equal(
            ("500", $$"""{"limit":9000,"enqueued":{{tokens}}}"""), (limits.Raw("requests_per_minute"), limits.GetProperty("enqueued_tokens").Raw(user.Model)));
    }

    private static Task<JsonElement> LimitAsync(ApiClient boss, ApiClient tenant, object limits) =>
        boss.OkAsync(HttpMethod.Post, "v1/tenants/" + TenantObject.IdOf(tenant.TenantId), new { limits });

    private async Task<long> TokensAsync(JsonElement batch)
    {
        string id = batch.Text("id");
        await using PipelineDbContext context = fixture.Database.CreateContext();
        return (await context.Batches.SingleAsync(b => b.Id == id)).CountedPromptTokens!.Value;
    }

    private async Task<int> JobsAsync(JsonElement batch)
    {
        string id = batch.Text("id");
        await using PipelineDbContext context = fixture.Database.CreateContext();
        return await context.Jobs.CountAsync(j => j.BatchId == id);
    }
}
