using System.Net;
using System.Text.Json;
using Pipeline.ProducerApi.Tenants;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Tenants;

public sealed class TenantTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_operator_makes_a_tenant_and_its_first_key_which_is_an_admins()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync();
        string name = Guid.NewGuid().ToString();
        JsonElement made = await boss.OkAsync(HttpMethod.Post, "v1/tenants", new { name, weight = 3, limits = new { requests_per_minute = 100 } });
        Assert.Equal(("tenant", name, "active", 3), (made.Text("object"), made.Text("name"), made.Text("status"), made.GetProperty("weight").GetInt32()));
        Assert.Equal(100, made.GetProperty("limits").GetProperty("requests_per_minute").GetInt32());
        JsonElement key = await boss.OkAsync(HttpMethod.Post, $"v1/tenants/{made.Text("id")}/keys", new { name = "first" });
        Assert.Equal("admin", key.Text("role"));
        ApiClient admin = new(fixture.Url, key.Text("secret"), TenantObject.ParseId(made.Text("id")), fixture.Model);
        Assert.Equal(key.Text("id"), (await admin.GetAsync("v1/keys")).GetProperty("data")[0].Text("id"));
        Assert.Contains(made.Text("id"), (await boss.GetAsync("v1/tenants?limit=100")).GetRawText(), StringComparison.Ordinal);
        JsonElement twice = await boss.RefusedAsync(HttpMethod.Post, "v1/tenants", HttpStatusCode.BadRequest, new { name });
        Assert.Equal("name_taken", twice.Text("code"));
    }

    [Fact]
    public async Task A_tenants_admin_is_no_operator()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        await admin.RefusedAsync(HttpMethod.Get, "v1/tenants", HttpStatusCode.Forbidden);
        await admin.RefusedAsync(HttpMethod.Get, "v1/tenants/" + TenantObject.IdOf(admin.TenantId), HttpStatusCode.Forbidden);
        await admin.RefusedAsync(HttpMethod.Post, "v1/tenants", HttpStatusCode.Forbidden, new { name = "x" });
    }

    [Fact]
    public async Task Limits_are_set_kept_and_given_back_to_the_defaults()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync();
        string path = "v1/tenants/" + TenantObject.IdOf(boss.TenantId);
        await boss.OkAsync(HttpMethod.Post, path, new { limits = new { bytes_per_minute = 1000, enqueued_tokens = 5, enqueued_tokens_by_model = new Dictionary<string, long?> { ["a"] = 7, ["b"] = 8 } } });
        JsonElement changed = await boss.OkAsync(HttpMethod.Post, path, new { limits = new { bytes_per_minute = (long?)null, enqueued_tokens_by_model = new Dictionary<string, long?> { ["a"] = null, ["c"] = 0 } } });
        JsonElement limits = changed.GetProperty("limits");
        Assert.Equal(("null", "5", """{"b":8,"c":0}"""), (limits.Raw("bytes_per_minute"), limits.Raw("enqueued_tokens"), limits.Raw("enqueued_tokens_by_model")));
        Assert.Equal(changed.GetRawText(), (await boss.GetAsync(path)).GetRawText());
    }

    [Theory]
    [InlineData("""{"weight":0}""", "weight", "integer_below_min_value")]
    [InlineData("""{"limits":5}""", "limits", "invalid_type")]
    [InlineData("""{"limits":{"requests_per_minute":-1}}""", "limits.requests_per_minute", "invalid_value")]
    [InlineData("""{"limits":{"enqueued_tokens":"many"}}""", "limits.enqueued_tokens", "invalid_type")]
    [InlineData("""{"limits":{"enqueued_tokens_by_model":{"m":1.5}}}""", "limits.enqueued_tokens_by_model.m", "invalid_type")]
    [InlineData("""{"name":""}""", "name", "invalid_value")]
    public async Task What_is_no_limit_is_refused_by_its_place(string body, string param, string code)
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync();
        using HttpResponseMessage response = await boss.Http.PostAsync("v1/tenants/" + TenantObject.IdOf(boss.TenantId), new StringContent(body, null, "application/json"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task A_suspended_tenant_is_kept_out_until_it_is_resumed()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        string path = "v1/tenants/" + TenantObject.IdOf(user.TenantId);
        Assert.Equal("suspended", (await boss.OkAsync(HttpMethod.Post, path + "/suspend")).Text("status"));
        Assert.Equal("tenant_suspended", (await user.RefusedAsync(HttpMethod.Get, "v1/models", HttpStatusCode.Forbidden)).Text("code"));
        Assert.Equal("active", (await boss.OkAsync(HttpMethod.Post, path + "/resume")).Text("status"));
        await user.GetAsync("v1/models");
    }
}
