using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.ProducerApi.Tenants;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Tenants;

public sealed class RateLimitTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Who_asks_too_often_is_told_when_to_come_back_and_nobody_else_is_held_up()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        await LimitAsync(boss, user, new { requests_per_minute = 1 });
        using HttpResponseMessage first = await user.Http.GetAsync("v1/models");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(("1", "0"), (Header(first, "x-ratelimit-limit-requests"), Header(first, "x-ratelimit-remaining-requests")));
        Assert.Matches("^[0-9]+m?s$", Header(first, "x-ratelimit-reset-requests"));

        using HttpResponseMessage second = await user.Http.GetAsync("v1/models");
        JsonElement error = await ApiClient.ErrorAsync(second, HttpStatusCode.TooManyRequests);
        Assert.Equal(("requests", "rate_limit_exceeded"), (error.Text("type"), error.Text("code")));
        Assert.InRange(int.Parse(Header(second, "Retry-After")), 1, 60);
        Assert.Equal("0", Header(second, "x-ratelimit-remaining-requests"));

        await fixture.Api.GetAsync("v1/models");
        await LimitAsync(boss, user, new { requests_per_minute = 0 });
        using HttpResponseMessage free = await user.Http.GetAsync("v1/models");
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        Assert.False(free.Headers.Contains("x-ratelimit-limit-requests"));
    }

    [Fact]
    public async Task Bytes_are_limited_too_and_what_is_larger_than_a_minutes_passes_once()
    {
        fixture.Require();
        ApiClient boss = await fixture.NewOperatorAsync(), user = await fixture.NewTenantAsync();
        await LimitAsync(boss, user, new { bytes_per_minute = 10_000 });
        using HttpResponseMessage small = await user.PostFileAsync(Encoding.UTF8.GetBytes(user.Line("a") + "\n"), ("purpose", "batch"));
        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
        using HttpResponseMessage large = await user.PostFileAsync(Encoding.UTF8.GetBytes(user.Line("a", new string('x', 100_000)) + "\n"), ("purpose", "batch"));
        Assert.Equal("bytes", (await ApiClient.ErrorAsync(large, HttpStatusCode.TooManyRequests)).Text("type"));

        await LimitAsync(boss, user, new { bytes_per_minute = 20_000 });
        using HttpResponseMessage again = await user.PostFileAsync(Encoding.UTF8.GetBytes(user.Line("a", new string('x', 100_000)) + "\n"), ("purpose", "batch"));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Without_limits_nothing_is_said_of_them()
    {
        using HttpResponseMessage response = await fixture.Require().Http.GetAsync("v1/models");
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("x-ratelimit", StringComparison.OrdinalIgnoreCase));
    }

    private static Task<JsonElement> LimitAsync(ApiClient boss, ApiClient tenant, object limits) =>
        boss.OkAsync(HttpMethod.Post, "v1/tenants/" + TenantObject.IdOf(tenant.TenantId), new { limits });

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
