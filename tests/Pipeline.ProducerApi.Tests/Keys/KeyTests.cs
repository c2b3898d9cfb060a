using System.Net;
using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Keys;

public sealed class KeyTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_key_is_made_with_a_secret_that_is_shown_once_and_opens_the_API()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        JsonElement made = await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "reports", role = "viewer", expires_in_seconds = 3600 });
        string secret = made.Text("secret");
        Assert.Matches("^sk-[A-Za-z0-9_-]{43}$", secret);
        Assert.Equal(("api_key", "reports", "viewer", secret[..10]), (made.Text("object"), made.Text("name"), made.Text("role"), made.Text("prefix")));
        Assert.Equal(KeyScopes.Of(ApiKeyRole.Viewer).Order(StringComparer.Ordinal), made.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal(3600, made.GetProperty("expires_at").GetInt64() - made.GetProperty("created_at").GetInt64());
        Assert.Equal(HttpStatusCode.OK, await KeySteps.StatusAsync(fixture.Url, secret));

        JsonElement seen = await admin.GetAsync("v1/keys/" + made.Text("id"));
        Assert.Equal("null", seen.Raw("secret"));
        Assert.DoesNotContain(secret, (await admin.GetAsync("v1/keys")).GetRawText(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => (await admin.GetAsync("v1/keys/" + made.Text("id"))).Raw("last_used_at") != "null");
    }

    [Fact]
    public async Task Keys_are_listed_newest_first_and_paged()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        List<string> ids = [];
        for (int i = 0; i < 4; i++)
        {
            ids.Insert(0, (await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k" })).Text("id"));
        }

        JsonElement first = await admin.GetAsync("v1/keys?limit=3");
        Assert.Equal(ids.Take(3), first.GetProperty("data").EnumerateArray().Select(key => key.Text("id")));
        JsonElement second = await admin.GetAsync("v1/keys?after=" + first.Text("last_id"));
        Assert.Equal(ids[3], second.GetProperty("data")[0].Text("id"));
        Assert.False(second.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task A_rotated_key_has_two_secrets_for_the_grace_asked_for()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        JsonElement made = await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k" });
        string path = "v1/keys/" + made.Text("id"), first = made.Text("secret");
        string second = (await admin.OkAsync(HttpMethod.Post, path + "/rotate", new { })).Text("secret");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await KeySteps.StatusAsync(fixture.Url, first), await KeySteps.StatusAsync(fixture.Url, second)));

        JsonElement again = await admin.OkAsync(HttpMethod.Post, path + "/rotate", new { grace_seconds = 0 });
        string third = again.Text("secret");
        Assert.Equal(third[..10], again.Text("prefix"));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK),
            (await KeySteps.StatusAsync(fixture.Url, first), await KeySteps.StatusAsync(fixture.Url, second), await KeySteps.StatusAsync(fixture.Url, third)));
    }

    [Fact]
    public async Task Of_rotations_at_once_the_last_two_secrets_are_good()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        string path = "v1/keys/" + (await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k" })).Text("id");
        JsonElement[] rotated = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => admin.OkAsync(HttpMethod.Post, path + "/rotate", new { })));
        HttpStatusCode[] statuses = await Task.WhenAll(rotated.Select(key => KeySteps.StatusAsync(fixture.Url, key.Text("secret"))));
        Assert.Equal(2, statuses.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_soon_wherever_it_was_remembered()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        await using ApiProcessDouble other = await ApiProcessDouble.StartAsync(fixture);
        JsonElement made = await admin.OkAsync(HttpMethod.Post, "v1/keys", new { name = "k" });
        string path = "v1/keys/" + made.Text("id"), first = made.Text("secret");
        string second = (await admin.OkAsync(HttpMethod.Post, path + "/rotate", new { })).Text("secret");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await KeySteps.StatusAsync(other.Url, first), await KeySteps.StatusAsync(other.Url, second)));
        JsonElement revoked = await admin.OkAsync(HttpMethod.Delete, path);
        Assert.NotEqual("null", revoked.Raw("revoked_at"));
        await Eventually.HoldsAsync(async () => await KeySteps.StatusAsync(other.Url, first) == HttpStatusCode.Unauthorized);
        await Eventually.HoldsAsync(async () => await KeySteps.StatusAsync(other.Url, second) == HttpStatusCode.Unauthorized);
        JsonElement error = await admin.RefusedAsync(HttpMethod.Post, path + "/rotate", HttpStatusCode.Conflict, new { });
        Assert.Contains("revoked", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal(revoked.Raw("revoked_at"), (await admin.OkAsync(HttpMethod.Delete, path)).Raw("revoked_at"));
    }

    [Fact]
    public async Task Nobody_gives_what_the_own_key_has_not_nor_takes_over_a_key_that_has_it()
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        JsonElement refused = await admin.RefusedAsync(HttpMethod.Post, "v1/keys", HttpStatusCode.Forbidden, new { name = "k", role = "operator" });
        Assert.Contains(KeyScopes.Operator, refused.Text("message"), StringComparison.Ordinal);

        ApiKey? higher = null;
        await fixture.NewKeyAsync(admin, key => (higher = key).Role = ApiKeyRole.Operator);
        string path = "v1/keys/" + KeyObject.IdOf(higher!.Id);
        await admin.RefusedAsync(HttpMethod.Post, path + "/rotate", HttpStatusCode.Forbidden, new { });
        await admin.RefusedAsync(HttpMethod.Delete, path, HttpStatusCode.Forbidden);

        ApiClient narrow = await fixture.NewKeyAsync(admin, key => (key.Role, key.Scopes) = (ApiKeyRole.Admin, [KeyScopes.Admin]));
        await narrow.RefusedAsync(HttpMethod.Post, "v1/keys", HttpStatusCode.Forbidden, new { name = "k", role = "viewer" });
    }

    [Fact]
    public async Task A_user_has_no_business_with_keys()
    {
        ApiClient user = fixture.Require();
        await user.RefusedAsync(HttpMethod.Get, "v1/keys", HttpStatusCode.Forbidden);
        await user.RefusedAsync(HttpMethod.Post, "v1/keys", HttpStatusCode.Forbidden, new { name = "k" });
    }

    [Theory]
    [InlineData("""{}""", "name", "missing_required_parameter")]
    [InlineData("""{"name":""}""", "name", "invalid_value")]
    [InlineData("""{"name":7}""", "name", "invalid_type")]
    [InlineData("""{"name":"k","role":"king"}""", "role", "invalid_value")]
    [InlineData("""{"name":"k","scopes":"files:read"}""", "scopes", "invalid_type")]
    [InlineData("""{"name":"k","scopes":["files:eat"]}""", "scopes", "invalid_value")]
    [InlineData("""{"name":"k","role":"viewer","scopes":["files:write"]}""", "scopes", "invalid_value")]
    [InlineData("""{"name":"k","expires_in_seconds":1}""", "expires_in_seconds", "integer_below_min_value")]
    public async Task What_is_no_key_is_refused(string body, string param, string code)
    {
        fixture.Require();
        ApiClient admin = await fixture.NewAdminAsync();
        using HttpResponseMessage response = await admin.Http.PostAsync("v1/keys", new StringContent(body, null, "application/json"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }
}
