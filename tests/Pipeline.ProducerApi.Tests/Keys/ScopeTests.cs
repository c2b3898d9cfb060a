using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Keys;

public sealed class ScopeTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public void Every_route_of_the_API_says_which_scope_it_needs()
    {
        fixture.Require();
        RouteEndpoint[] routes = [.. fixture.Endpoints.Where(route => route.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal))];
        Assert.NotEmpty(routes);
        Assert.All(routes, route =>
        {
            RequiredScope? scope = route.Metadata.GetMetadata<RequiredScope>();
            Assert.True(scope is not null, $"{route.DisplayName} says nothing: use RequireScope or AllowAnyKey.");
            Assert.All(new[] { scope.Read, scope.Write }.OfType<string>(), name => Assert.True(KeyScopes.All.Contains(name), name));
        });
    }

    [Theory]
    [InlineData("POST", "/v1/files", "files:write")]
    [InlineData("DELETE", "/v1/files/file-x", "files:write")]
    [InlineData("POST", "/v1/batches", "batches:write")]
    [InlineData("POST", "/v1/batches/batch_x/cancel", "batches:write")]
    [InlineData("POST", "/v1/batches/batch_x/retry", "batches:write")]
    [InlineData("POST", "/v1/jobs", "jobs:write")]
    [InlineData("POST", "/v1/webhooks", "webhooks:write")]
    public async Task A_viewer_changes_nothing_and_is_told_the_missing_scope(string method, string path, string scope)
    {
        fixture.Require();
        ApiClient viewer = await fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Viewer);
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await viewer.Http.SendAsync(request);
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.Forbidden);
        Assert.Equal(("invalid_request_error", "missing_scope"), (error.Text("type"), error.Text("code")));
        Assert.Contains($"Missing scopes: {scope}.", error.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1/files")]
    [InlineData("v1/batches")]
    [InlineData("v1/webhooks")]
    [InlineData("v1/models")]
    public async Task A_viewer_reads(string path)
    {
        fixture.Require();
        ApiClient viewer = await fixture.NewTenantAsync(change: key => key.Role = ApiKeyRole.Viewer);
        await viewer.GetAsync(path);
    }

    [Fact]
    public async Task A_key_that_was_narrowed_has_the_scopes_it_was_narrowed_to_and_no_more_than_its_role()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(change: key =>
        {
            key.Role = ApiKeyRole.Viewer;
            key.Scopes = [KeyScopes.FilesRead, KeyScopes.BatchesWrite];
        });
        await api.GetAsync("v1/files");
        using HttpResponseMessage read = await api.Http.GetAsync("v1/batches");
        Assert.Contains(KeyScopes.BatchesRead, (await ApiClient.ErrorAsync(read, HttpStatusCode.Forbidden)).Text("message"), StringComparison.Ordinal);
        using HttpResponseMessage written = await api.PostAsync("v1/batches", new { });
        await ApiClient.ErrorAsync(written, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_no_matter_of_scopes()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(change: key => key.Scopes = []);
        using HttpResponseMessage response = await api.Http.GetAsync("v1/nothing");
        await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_expired_key_opens_nothing()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(change: key => key.ExpiresAt = DateTimeOffset.UnixEpoch);
        using HttpResponseMessage response = await api.Http.GetAsync("v1/models");
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal(("invalid_api_key", KeyLookup.Expired), (error.Text("code"), error.Text("message")));
    }

    [Fact]
    public async Task The_keys_of_a_suspended_tenant_open_nothing()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        await using PipelineDbContext context = fixture.Database.CreateContext();
        await context.Tenants.Where(t => t.Id == api.TenantId).ExecuteUpdateAsync(set => set.SetProperty(t => t.SuspendedAt, DateTimeOffset.UnixEpoch));
        using HttpResponseMessage response = await api.Http.GetAsync("v1/models");
        Assert.Equal("tenant_suspended", (await ApiClient.ErrorAsync(response, HttpStatusCode.Forbidden)).Text("code"));
    }

    [Fact]
    public void Each_role_has_all_that_the_one_before_has()
    {
        ApiKeyRole[] roles = Enum.GetValues<ApiKeyRole>();
        Assert.All(roles.Zip(roles.Skip(1)), pair => Assert.True(KeyScopes.Of(pair.First).IsProperSubsetOf(KeyScopes.Of(pair.Second))));
        Assert.Equal(KeyScopes.All, KeyScopes.Of(roles[^1]));
    }
}
